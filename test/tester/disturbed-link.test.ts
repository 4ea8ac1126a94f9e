import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { DisturbedLink, type Noise, parseNoise } from '../../lib/tester/disturbed-link.ts';
import { buildPacket } from '../../lib/tester/packet.ts';
import { MemoryLink, segment } from './memory-link.ts';

const packet = (seq: number): Uint8Array =>
  buildPacket(segment(`<SEQ=${seq}><CTL=SYN>`), {
    ...{ family: 4, src: '192.0.2.1', dst: '192.0.2.2' },
    ...{ srcPort: 10_000, dstPort: 80, window: 1000 },
  });

// Behind all that a test sends; its last octet is that of none of them.
const END = 1_000_255;

/**
 * Sends so many segments at once, and waits for everything that arrives: for all of them where some overtake others, and
 * else for one that was sent behind them.
 */
async function send(noise: string | Noise, count: number): Promise<{ seqs: number[]; times: number[] }> {
  const inner = new MemoryLink();
  const setting = typeof noise === 'string' ? parseNoise(noise) : noise;
  const link = new DisturbedLink(inner, setting);
  const times: number[] = [];
  const began = performance.now();
  inner.script = () => {
    times.push(performance.now() - began);
    return [];
  };
  const arrived = (): number[] => inner.sent.map(({ segment: { seq } }) => seq);
  for (let seq = 0; seq < count; seq += 1) link.send(packet(seq), '192.0.2.2');
  if (setting.reorder > 0) while (arrived().length < count) await delay(1);
  else if (setting.loss === 100) await delay(60);
  else
    while (!arrived().includes(END)) {
      link.send(packet(END), '192.0.2.2');
      await delay(1);
    }
  await link.close();
  return { seqs: arrived().filter((seq) => seq !== END), times };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('a disturbed link', () => {
  it('changes nothing without noise', async () => {
    expect((await send('seed=1', 50)).seqs).to.deep.equal(upTo(50));
  });

  it('delays, and keeps the order under jitter', async () => {
    const { seqs, times } = await send('delay=20,jitter=5', 50);
    expect(seqs).to.deep.equal(upTo(50));
    expect(Math.min(...times)).to.be.at.least(14);
  });

  it('loses all, or about as many as it is told', async () => {
    expect((await send('loss=100', 20)).seqs).to.deep.equal([]);
    expect((await send('loss=10', 1000)).seqs.length).to.be.within(850, 950);
  });

  it('doubles', async () => {
    expect((await send('duplicate=100', 3)).seqs).to.deep.equal([0, 0, 1, 1, 2, 2]);
  });

  it('reorders, and loses nothing by it', async () => {
    const { seqs } = await send('reorder=10', 200);
    expect(seqs).to.not.deep.equal(upTo(200));
    expect([...seqs].sort((a, b) => a - b)).to.deep.equal(upTo(200));
  });

  it('does the same again with the same seed, and something else with another', async () => {
    const noise = 'loss=10,duplicate=10,seed=';
    const [one, again, other] = await Promise.all([
      send(`${noise}7`, 200),
      send(`${noise}7`, 200),
      send(`${noise}8`, 200),
    ]);
    expect(again.seqs).to.deep.equal(one.seqs);
    expect(other.seqs).to.not.deep.equal(one.seqs);
  });

  it('disturbs what arrives by draws of its own', async () => {
    const inner = new MemoryLink();
    const link = new DisturbedLink(inner, parseNoise('loss=50,seed=3'));
    const arrived: number[] = [];
    link.onArrival(({ tcp }) => arrived.push(tcp[7] as number));
    for (let seq = 0; seq < 100; seq += 1) {
      link.send(packet(seq), '192.0.2.2');
      inner.arrive(`<SEQ=${seq}><CTL=SYN>`, 10_000);
    }
    const end = END % 256;
    while (!arrived.includes(end)) {
      inner.arrive(`<SEQ=${END}><CTL=SYN>`, 10_000);
      await delay(1);
    }
    await link.close();
    arrived.splice(arrived.indexOf(end));
    expect(arrived.length).to.be.within(25, 75);
    expect(arrived).to.not.deep.equal(inner.sent.map(({ segment: { seq } }) => seq));
  });

  it('carries nothing after it was closed', async () => {
    const inner = new MemoryLink();
    const link = new DisturbedLink(inner, parseNoise('delay=5'));
    link.send(packet(1), '192.0.2.2');
    await link.close();
    await delay(15);
    expect(inner.sent).to.have.length(0);
  });
});

describe('the setting of noise', () => {
  it('reads what is named, and disturbs nothing else', () => {
    expect(parseNoise('delay=20, jitter=5,loss=1.5,seed=7')).to.deep.equal({
      ...{ delay: 20, jitter: 5, loss: 1.5, duplicate: 0, reorder: 0, seed: 7 },
    });
  });

  for (const [text, message] of [
    ['lag=1', 'unknown noise lag; there are delay, jitter, loss, duplicate, reorder, seed'],
    ['loss=101', 'loss=101 is more than 100 %'],
    ['delay=-1', 'delay=-1 is not a number from 0 upwards'],
    ['delay', 'delay= is not a number from 0 upwards'],
    ['', 'unknown noise ; there are delay, jitter, loss, duplicate, reorder, seed'],
  ] as const) {
    it(`refuses "${text}"`, () => {
      expect(() => parseNoise(text)).to.throw(RangeError, message);
    });
  }
});
