import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { NoCapture, RecordReader } from '../../../lib/explain/capture/records.ts';
import { CaptureExplainer, explainCapture } from '../../../lib/explain/explain.ts';
import { numbersFrom } from '../../../lib/random.ts';
import { explained, type Frame, framesOf, HANDSHAKE, pcapOf, type Sent } from '../scene.ts';

const SCENE: readonly Sent[] = [
  ...HANDSHAKE,
  { from: 'b', ctl: 'FIN,ACK', seq: 1, ack: 1, after: 0.5 },
  { from: 'a', ctl: 'ACK', seq: 1, ack: 2, after: 0.0001 },
  { from: 'a', ctl: 'PSH,ACK', seq: 1, ack: 2, data: 100, after: 0.1 },
  { from: 'b', ctl: 'RST', seq: 2, after: 0.02 },
];
const FRAMES = framesOf(SCENE);

/** What is found in the scene, whatever carries it. */
const FOUND = [['text for a closed user', 7, 6]];

const found = (octets: Uint8Array) =>
  explained(octets).accounts.flatMap(({ explanations }) =>
    explanations.map(({ cause, segment, drawnBy }) => [cause, segment.frame, drawnBy]),
  );

const wrapped = (before: readonly number[]): Frame[] =>
  FRAMES.map(({ time, octets }) => ({ time, octets: Buffer.concat([Uint8Array.from(before), octets]) }));

const MAC = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];

describe('reading captures', () => {
  it('pcap in both byte orders, with micro- and nanoseconds', () => {
    for (const bigEndian of [false, true])
      for (const nano of [false, true]) {
        const { facts } = explained(pcapOf(FRAMES, { bigEndian, nano }));
        expect(facts.seconds).to.be.closeTo(0.6402, 0.00001);
        expect(found(pcapOf(FRAMES, { bigEndian, nano }))).to.deep.equal(FOUND);
      }
  });

  it('every link that it knows', () => {
    const links: readonly [number, readonly number[]][] = [
      [1, [...MAC, 8, 0]],
      [1, [...MAC, 0x81, 0, 0, 5, 8, 0]],
      [1, [...MAC, 0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0]],
      [0, [2, 0, 0, 0]],
      [0, [0, 0, 0, 2]],
      [108, [0, 0, 0, 2]],
      [12, []],
      [101, []],
      [228, []],
      [113, [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0]],
      [276, [8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]],
    ];
    for (const [linkType, before] of links)
      expect(found(pcapOf(wrapped(before), { linkType })), `link ${linkType}`).to.deep.equal(FOUND);
    const six = framesOf(SCENE, 6);
    expect(found(pcapOf(six, { linkType: 229 }))).to.deep.equal(FOUND);
  });

  it('says of a link that it does not know', () => {
    const { accounts, facts } = explained(pcapOf(FRAMES, { linkType: 147 }));
    expect(accounts).to.deep.equal([]);
    expect(facts.unknownLinks).to.deep.equal([147]);
    expect(facts.unread['unknown link']).to.equal(FRAMES.length);
  });

  it('frames that the snap length has cut', () => {
    const { accounts } = explained(pcapOf(FRAMES, { snapLength: 40 }));
    expect(accounts[0]?.explanations.map(({ cause }) => cause)).to.deep.equal(['text for a closed user']);
    expect(explained(pcapOf(FRAMES, { snapLength: 30 })).facts.unread['too short']).to.equal(FRAMES.length);
  });

  it('fragments: the first part is a segment, the others are counted', () => {
    const fragments = FRAMES.map(({ time, octets }, index) => {
      const copy = Uint8Array.from(octets);
      if (index === 5) copy[6] = 0x20;
      return { time, octets: copy };
    });
    const later = Uint8Array.from(FRAMES[5]?.octets ?? []);
    later[6] = 0;
    later[7] = 5;
    fragments.push({ time: 1_700_000_001, octets: later });
    const { accounts, facts } = explained(pcapOf(fragments));
    expect(accounts[0]?.oddities.fragments).to.equal(1);
    expect(facts.unread.fragment).to.equal(1);
  });

  it('checksums that were left to the network card: the capture was taken there, and nothing is damaged', () => {
    const pseudo = (octets: Uint8Array): number => {
      let sum = 6 + octets.length - 20;
      for (let at = 12; at < 20; at += 2) sum += ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
      while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
      return sum;
    };
    const frames = FRAMES.map(({ time, octets }, index) => {
      const copy = Uint8Array.from(octets);
      if (SCENE[index]?.from === 'b') {
        const sum = pseudo(copy);
        copy[36] = sum >>> 8;
        copy[37] = sum & 255;
      }
      return { time, octets: copy };
    });
    const [account] = explained(pcapOf(frames)).accounts;
    expect(account?.oddities.damaged).to.equal(0);
    expect(account?.point).to.include({ at: 'end', end: 1 });
    expect(found(pcapOf(frames))).to.deep.equal(FOUND);
  });

  it('frames that are there twice', () => {
    const twice = FRAMES.flatMap(({ time, octets }) => [
      { time, octets },
      { time: time + 0.00002, octets },
    ]);
    const [account] = explained(pcapOf(twice)).accounts;
    expect(account?.oddities.doubled).to.equal(FRAMES.length);
    expect(account?.explanations.map(({ segment }) => segment.frame)).to.deep.equal([13]);
  });

  it('octets that come one by one, or many at once', () => {
    const octets = pcapOf(FRAMES);
    for (const size of [1, 7, 100]) {
      const causes: string[] = [];
      const explainer = new CaptureExplainer(({ explanations }) =>
        causes.push(...explanations.map(({ cause }) => cause)),
      );
      for (let at = 0; at < octets.length; at += size) explainer.push(octets.subarray(at, at + size));
      explainer.end();
      expect(causes).to.deep.equal(['text for a closed user']);
    }
  });

  it('a file, packed or not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'segment-arrives-explain-'));
    try {
      for (const octets of [pcapOf(FRAMES), gzipSync(pcapOf(FRAMES))]) {
        const file = join(folder, 'capture');
        writeFileSync(file, octets);
        const causes: string[] = [];
        await explainCapture(file, ({ explanations }) =>
          causes.push(...explanations.map(({ cause }) => cause)),
        );
        expect(causes).to.deep.equal(['text for a closed user']);
      }
      const packed = gzipSync(pcapOf([...FRAMES, ...FRAMES]));
      writeFileSync(join(folder, 'cut'), packed.subarray(0, packed.length - 40));
      const facts = await explainCapture(join(folder, 'cut'), () => {});
      expect(facts.damage?.kind).to.equal('gzip');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('pcapng', () => {
  const block = (type: number, body: Uint8Array, little = true): Buffer => {
    const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
    const whole = Buffer.alloc(padded.length + 12);
    const write = (value: number, at: number) =>
      little ? whole.writeUInt32LE(value, at) : whole.writeUInt32BE(value, at);
    write(type, 0);
    write(whole.length, 4);
    padded.copy(whole, 8);
    write(whole.length, whole.length - 4);
    return whole;
  };
  const words = (little: boolean, ...values: number[]): Buffer => {
    const buffer = Buffer.alloc(4 * values.length);
    values.forEach((value, index) => {
      if (little) buffer.writeUInt32LE(value >>> 0, 4 * index);
      else buffer.writeUInt32BE(value >>> 0, 4 * index);
    });
    return buffer;
  };
  const section = (little: boolean) =>
    block(0x0a0d0d0a, words(little, 0x1a2b3c4d, little ? 1 : 0x10000, -1, -1), little);
  const described = (linkType: number, little: boolean, options = Buffer.alloc(0)) =>
    block(1, Buffer.concat([words(little, little ? linkType : linkType << 16, 262144), options]), little);
  const packet = (
    { time, octets }: Frame,
    on: number,
    perSecond: number,
    little: boolean,
    comments: readonly string[] = ['abc'],
  ) => {
    const units = Math.round(time * perSecond);
    const body = words(
      little,
      on,
      Math.floor(units / 2 ** 32),
      units % 2 ** 32,
      octets.length,
      octets.length,
    );
    const padding = Buffer.alloc((4 - (octets.length % 4)) % 4);
    // Comments, as Wireshark writes them.
    const options = comments.map((text) => {
      const option = Buffer.alloc(4 + ((Buffer.byteLength(text) + 3) & ~3));
      if (little) option.writeUInt32LE(1 | (Buffer.byteLength(text) << 16), 0);
      else option.writeUInt32BE((1 << 16) | Buffer.byteLength(text), 0);
      option.write(text, 4);
      return option;
    });
    return block(6, Buffer.concat([body, octets, padding, ...options, Buffer.alloc(4)]), little);
  };

  it('comments of packets, in what explains them', () => {
    const commentOf = (little: boolean, ...comments: string[]) => {
      const packets = FRAMES.map((frame) => packet(frame, 0, 1e6, little, comments));
      const { accounts } = explained(Buffer.concat([section(little), described(101, little), ...packets]));
      return accounts[0]?.explanations[0]?.comment;
    };
    for (const little of [true, false]) {
      expect(commentOf(little, 'seen in Köln', 'twice')).to.equal('seen in Köln; twice');
      // What a terminal would obey is not passed on.
      expect(commentOf(little, 'a\u001b[2J\nb')).to.equal('a [2J b');
      expect(commentOf(little, 'x'.repeat(2000))).to.have.lengthOf(500);
      expect(commentOf(little)).to.equal(undefined);
    }
  });

  it('several interfaces with their own links and times, in several sections of both byte orders', () => {
    const nano = Buffer.from([9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0]);
    const ethernet = wrapped([...MAC, 8, 0]);
    const octets = Buffer.concat([
      section(true),
      described(1, true, nano),
      described(101, true),
      // What no reader knows is passed over.
      block(0x0bad, Buffer.from('unknown')),
      ...FRAMES.slice(0, 3).map((frame) => packet(frame, 1, 1e6, true)),
      packet(ethernet[3] as Frame, 0, 1e9, true),
      section(false),
      described(101, false),
      ...FRAMES.slice(4).map((frame) => packet(frame, 0, 1e6, false)),
    ]);
    expect(found(octets)).to.deep.equal(FOUND);
    expect(explained(octets).facts.seconds).to.be.closeTo(0.6402, 0.00001);
  });

  it('is explained up to its damage', () => {
    const good = Buffer.concat([
      section(true),
      described(101, true),
      ...FRAMES.map((one) => packet(one, 0, 1e6, true)),
    ]);
    expect(found(Buffer.concat([good, Buffer.from([6, 0, 0, 0, 5, 0, 0, 0, 1, 2, 3, 4])]))).to.deep.equal(
      FOUND,
    );
    const { facts } = explained(good.subarray(0, good.length - 3));
    expect(facts.damage).to.deep.equal({ kind: 'cut' });
    expect(facts.frames).to.equal(FRAMES.length - 1);
  });
});

describe('damage', () => {
  it('what is no capture is refused', () => {
    for (const octets of [Buffer.from(''), Buffer.from('GET / HTTP/1.0\r\n\r\n and more'), Buffer.alloc(100)])
      expect(() => explained(octets), octets.toString()).to.throw(NoCapture);
  });

  it('an impossible length ends the reading, and what came before is explained', () => {
    const octets = pcapOf([...FRAMES, ...FRAMES]);
    const size = 24 + FRAMES.reduce((sum, frame) => sum + 16 + frame.octets.length, 0);
    octets.writeUInt32LE(0x7fffffff, size + 8);
    const { facts } = explained(octets);
    expect(facts.damage).to.deep.equal({ kind: 'impossible length', length: 0x7fffffff });
    expect(found(octets)).to.deep.equal(FOUND);
  });

  it('cut, flipped and shuffled captures: no crash, no endless loop', function () {
    this.timeout(300_000);
    const random = numbersFrom(20_261);
    const below = (limit: number) => random() % Math.max(1, limit);
    const originals = [pcapOf(FRAMES), pcapOf(framesOf(SCENE, 6), { linkType: 101, bigEndian: true })];
    const heard = { refused: 0, explained: 0 };
    for (let round = 0; round < 6000; round += 1) {
      const original = originals[round % 2] as Buffer;
      let octets: Buffer = Buffer.from(original);
      const kind = below(3);
      if (kind === 0) octets = octets.subarray(0, below(octets.length));
      if (kind !== 2)
        for (let flips = below(8); flips >= 0; flips -= 1) octets[below(octets.length)] = below(256);
      if (kind === 2) octets = shuffled(original, below);
      try {
        explained(octets, { ladders: true });
        heard.explained += 1;
      } catch (error) {
        expect(error).to.be.instanceOf(NoCapture);
        heard.refused += 1;
      }
    }
    expect(heard.explained).to.be.above(3000);
    expect(heard.refused).to.be.above(20);
  });
});

/** The frames of a capture in another order, some twice. */
function shuffled(capture: Buffer, below: (limit: number) => number): Buffer {
  const frames: Buffer[] = [];
  const reader = new RecordReader(({ octets, start, captured }) =>
    frames.push(Buffer.from(octets.subarray(start - 16, start + captured))),
  );
  reader.push(capture);
  const mixed = Array.from({ length: below(14) }, () => frames[below(frames.length)] as Buffer);
  return Buffer.concat([capture.subarray(0, 24), ...mixed]);
}
