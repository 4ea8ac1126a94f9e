import { expect } from 'chai';
import { CaptureExplainer } from '../../lib/explain/explain.ts';
import { explained, framesOf, HANDSHAKE, pcapOf, type Sent } from './scene.ts';

/** Text of A in one direction, each segment acknowledged. */
const bulk = (count: number, more: Partial<Sent> = {}): Sent[] =>
  Array.from({ length: count }, (_, index): Sent[] => [
    { from: 'a', ctl: 'ACK', seq: 1 + 100 * index, ack: 1, data: 100, after: 0.001, ...more },
    { from: 'b', ctl: 'ACK', seq: 1, ack: 101 + 100 * index, after: 0.02, ...more },
  ]).flat();

describe('connections that are longer than what is kept of them', () => {
  it('are followed on: the state, the numbers and what draws a reset are known', () => {
    const end = 1 + 100 * 3000;
    const scene: readonly Sent[] = [
      ...HANDSHAKE,
      ...bulk(3000),
      { from: 'b', ctl: 'FIN,ACK', seq: 1, ack: end },
      { from: 'a', ctl: 'ACK', seq: end, ack: 2, data: 100, after: 0.03 },
      { from: 'b', ctl: 'RST', seq: 2, after: 0.02 },
      ...bulk(3000).map((one) => ({ ...one, ports: [40001, 80] as const })),
    ];
    const [account] = explained(pcapOf(framesOf(scene))).accounts;
    expect(account?.segments).to.equal(6006);
    expect(account?.explanations.map(({ cause, drawnBy }) => [cause, drawnBy])).to.deep.equal([
      ['text for a closed user', 6005],
    ]);
  });

  it('tell what happened long before their end', () => {
    const scene: readonly Sent[] = [
      ...HANDSHAKE,
      { from: 'a', ctl: 'SYN', seq: 5000, after: 0.2 },
      { from: 'b', ctl: 'ACK', seq: 1, ack: 1, after: 0.02 },
      ...bulk(5000),
    ];
    const [account] = explained(pcapOf(framesOf(scene))).accounts;
    expect(account?.explanations.map(({ cause, drawnBy }) => [cause, drawnBy])).to.deep.equal([
      ['challenge to a SYN', 4],
    ]);
  });
});

describe('many connections', () => {
  it('are told apart, also on the same ports of other hosts, and each is told when it is over', () => {
    const scenes = Array.from({ length: 3000 }, (_, index): Sent[] => [
      { from: 'a', ctl: 'SYN', seq: 0, ports: [1024 + index, 80] },
      { from: 'b', ctl: 'RST,ACK', seq: -0xfffffff0, ack: 1, ports: [1024 + index, 80], after: 0.02 },
    ]).flat();
    // Over for longer than a minute when the capture ends.
    const last: Sent = { from: 'a', ctl: 'SYN', seq: 0, ports: [900, 80], after: 100 };
    // Two that are silent, and open, hide none of those that are over.
    const silent = [800, 801].flatMap((port) =>
      HANDSHAKE.map((one): Sent => ({ ...one, ports: [port, 80] })),
    );
    const told: number[] = [];
    const explainer = new CaptureExplainer(({ index }) => told.push(index));
    explainer.push(pcapOf(framesOf([...silent, ...scenes, last])));
    const before = told.length;
    const facts = explainer.end();
    expect(before).to.be.above(500);
    expect(facts.connections).to.equal(3003);
    expect(new Set(told).size).to.equal(3003);
  });

  it('a connection that is over makes room for the next on the same ports after a while', () => {
    const once: readonly Sent[] = [
      { from: 'a', ctl: 'SYN', seq: 0, after: 200 },
      { from: 'b', ctl: 'RST,ACK', seq: -0xfffffff0, ack: 1, after: 0.02 },
    ];
    const other: Sent = { from: 'a', ctl: 'SYN', seq: 0, ports: [900, 80], after: 100 };
    expect(
      explained(pcapOf(framesOf([...once, other, ...once]))).accounts.map(({ segments }) => segments),
    ).to.deep.equal([2, 1, 2]);
  });
});
