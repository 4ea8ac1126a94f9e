import { expect } from 'chai';
import { type ConcreteSegment, type ControlBit, segmentOf } from '../../../../lib/notation/index.ts';
import {
  type Exchange,
  type Opened,
  type PathEvidence,
  routersBy,
} from '../../../../lib/runner/preflight/path-evidence/evidence.ts';
import { middleboxSigns } from '../../../../lib/runner/preflight/path-evidence/signs.ts';
import type { Entry } from '../../../../lib/tester/index.ts';
import { buildPacket } from '../../../../lib/tester/packet.ts';
import { isCertain } from '../../../../lib/verdict/middlebox-sign.ts';

const PORTS = { srcPort: 7930, dstPort: 10_001, window: 1000 };
type Fields = Partial<Omit<ConcreteSegment, 'ctl'>>;

/** A segment of the target, of which the tester sees this TTL. */
function entry(
  ctl: readonly ControlBit[],
  ttl: number,
  fields: Fields = {},
  at = 1,
  family: 4 | 6 = 4,
): Entry {
  const segment = segmentOf({ ctl, wnd: 1000, ...fields });
  const [src, dst] = family === 4 ? ['203.0.113.2', '192.0.2.1'] : ['2001:db8::2', '2001:db8::1'];
  const packet = buildPacket(segment, { family, src, dst, ...PORTS } as const, { ttl });
  return { from: 'target', at, segment, packet, peerPort: 7930 };
}

const sent = (ctl: readonly ControlBit[], fields: Fields = {}, at = 0): Entry => ({
  ...entry(ctl, 64, fields, at),
  from: 'tester',
});

const ALL = { mss: 1460, wscale: 0, sackPermitted: true, tsval: 100, tsecr: 0 } as const;
const SYN: Exchange = {
  sent: sent(['SYN'], ALL),
  answer: entry(['SYN', 'ACK'], 62, { ...ALL, tsval: 5000, tsecr: 100 }),
};
const TEXT = entry(['ACK', 'PSH'], 62, { data: 100, tsval: 5001, tsecr: 100 });
const ACK: Exchange = { sent: sent(['ACK'], { data: 10 }), answer: entry(['ACK'], 62) };
const CALLED = entry(['SYN'], 62, ALL);
const OWN = { address: '192.0.2.1', port: 10_001 };

const opened = (parts: Partial<Opened> = {}): Opened => {
  const { syn = SYN, texts = [TEXT] } = parts;
  const log = [syn.sent, syn.answer, ...texts];
  return { ...{ syn, acks: [ACK], texts, own: OWN, log, isSilentOutside: false }, ...parts };
};

const deeds = (parts: Partial<PathEvidence> = {}) =>
  middleboxSigns({
    ...{
      family: 4,
      target: '203.0.113.2',
      routers: 2,
      resets: [],
      opened: opened(),
      called: CALLED,
      quoted: [],
    },
    unanswered: { segments: [], ports: 2, log: [] },
    ...parts,
  }).map(({ deed }) => deed);

const resetFrom = (ttl: number, at = 1) =>
  ({ of: 'SYN to CLOSED', sent: sent(['SYN']), answer: entry(['RST', 'ACK'], ttl, {}, at) }) as const;

describe('signs of middleboxes', () => {
  it('are none on a path with routers, nor where a stack begins with another TTL over the same way', () => {
    expect(deeds()).to.deep.equal([]);
    // 255, 128 and 64 less two routers.
    for (const ttl of [253, 126, 62])
      expect(deeds({ resets: [resetFrom(ttl)] }), String(ttl)).to.deep.equal([]);
    expect([64, 62, 253, 126, 30].map(routersBy)).to.deep.equal([0, 2, 2, 2, 2]);
  });

  it('are a reset that has crossed another number of routers, with what else is another in it', () => {
    const far = { ...ACK, answer: entry(['ACK'], 62, {}, 40) };
    expect(deeds({ resets: [resetFrom(64)], opened: opened({ acks: [far] }) })).to.deep.equal([
      {
        ...{ kind: 'other sender', of: 'reset to a SYN to a closed port', ttl: 64, routers: 0 },
        ...{ usual: { ttl: 62, routers: 2 }, marks: ['sooner'] },
      },
    ]);
  });

  it('are a reset in a connection that comes from elsewhere', () => {
    const log = [entry(['RST'], 64)];
    expect(deeds({ opened: opened({ log }) })).to.deep.include.members([
      {
        ...{ kind: 'other sender', of: 'reset in a connection', ttl: 64, routers: 0, marks: [] },
        usual: { ttl: 62, routers: 2 },
      },
    ]);
    expect(deeds({ opened: opened({ log: [entry(['RST'], 62)] }) })).to.deep.equal([]);
  });

  it('say nothing of TTLs over IPv6, whose header is hidden', () => {
    const over6 = { ...resetFrom(64), answer: entry(['RST', 'ACK'], 64, {}, 1, 6) };
    expect(deeds({ resets: [over6] })).to.deep.equal([]);
  });

  it('are a SYN,ACK from elsewhere, or one that is another in two ways; one way alone is a habit', () => {
    const proxied = { ...SYN, answer: entry(['SYN', 'ACK'], 64, { ...ALL, tsval: 4000, tsecr: 100 }) };
    expect(deeds({ opened: opened({ syn: proxied }) })).to.deep.equal([
      { kind: 'SYN proxy', by: ['distance'] },
    ]);
    const shut = { ...SYN, answer: entry(['SYN', 'ACK'], 62, { ...ALL, wnd: 0, tsval: 5000, tsecr: 100 }) };
    expect(deeds({ opened: opened({ syn: shut }) })).to.deep.equal([]);
    expect(deeds({ opened: opened({ syn: shut, isAccepted: false }) })).to.deep.equal([
      { kind: 'SYN proxy', by: ['not accepted', 'window 0'] },
    ]);
    const later = entry(['ACK'], 62, { data: 1, tsval: 900_000_000, tsecr: 100 });
    expect(deeds({ opened: opened({ syn: shut, texts: [later] }) })).to.deep.equal([
      { kind: 'SYN proxy', by: ['window 0', 'timestamps'] },
    ]);
  });

  it('are options that the target offers and does not take', () => {
    const plain = { ...SYN, answer: entry(['SYN', 'ACK'], 62, { mss: 1460, wscale: 7 }) };
    expect(deeds({ opened: opened({ syn: plain }) })).to.deep.equal([
      { kind: 'options not taken', options: ['SACK permitted', 'timestamps'] },
    ]);
    // ns-3 does that, and no router is there.
    expect(deeds({ opened: opened({ syn: plain }), routers: 0 })).to.deep.equal([]);
    // It has none of its own.
    expect(
      deeds({ opened: opened({ syn: plain }), called: entry(['SYN'], 62, { mss: 1460 }) }),
    ).to.deep.equal([]);
  });

  it('are two segments of one length that are not full, with more behind them', () => {
    const texts = (...lengths: number[]) =>
      opened({ texts: lengths.map((data) => entry(['ACK'], 62, { data, tsval: 5000 })) });
    expect(deeds({ opened: texts(1388, 1388, 224) })).to.deep.equal([
      { kind: 'MSS lowered', agreed: 1460, used: 1400 },
    ]);
    for (const lengths of [
      [1448, 1448, 104],
      [1388, 1388],
      [1000, 900, 1100],
    ])
      expect(deeds({ opened: texts(...lengths) })).to.deep.equal([]);
  });

  it('are a SACK block of as much text at another place', () => {
    const block = (left: number, right: number) =>
      `0101050a${[left, right].map((edge) => edge.toString(16).padStart(8, '0')).join('')}`;
    const answered = (opt: string) =>
      opened({
        beyondGap: { sent: sent(['ACK'], { seq: 1000, data: 10 }), answer: entry(['ACK'], 62, { opt }) },
      });
    expect(deeds({ opened: answered(block(1000, 1010)) })).to.deep.equal([]);
    expect(deeds({ opened: answered(block(6000, 6010)) })).to.deep.equal([
      { kind: 'numbers shifted', by: 5000 },
    ]);
    // No shift makes a block longer.
    expect(deeds({ opened: answered(block(6000, 6011)) })).to.deep.equal([]);
  });

  it('are another peer than the tester, for certain', () => {
    const seen = { address: '198.51.100.1', port: 40_000 };
    const [deed, ...others] = deeds({ opened: opened({ peer: seen }) });
    expect(deed).to.deep.equal({ kind: 'peer rewritten', own: OWN, seen });
    expect(deed && isCertain(deed)).to.equal(true);
    expect(others).to.deep.equal([]);
    expect(deeds({ opened: opened({ peer: OWN }) })).to.deep.equal([]);
  });

  it('are text that was changed, or never read', () => {
    const read = (octets: number[], count = octets.length) =>
      deeds({
        opened: opened({ read: { sent: Uint8Array.of(1, 2), count, octets: Uint8Array.from(octets) } }),
      });
    expect(read([1, 2])).to.deep.equal([]);
    expect(read([1, 3])).to.deep.equal([{ kind: 'text changed', sent: '0102', read: '0103' }]);
    expect(read([])).to.deep.equal([{ kind: 'text answered', octets: 2 }]);
    // Its octets were not told.
    expect(read([], 2)).to.deep.equal([]);
  });

  it('are segments that nobody answers; without a router before the target a stack does that by itself, and with quotes it is certain', () => {
    const unanswered = { segments: ['ACK without a connection'], ports: 2, log: [] } as const;
    const [doubt] = deeds({ unanswered });
    expect(doubt).to.deep.equal({ kind: 'not answered', segments: ['ACK without a connection'], ports: 2 });
    expect(doubt && isCertain(doubt)).to.equal(false);
    expect(deeds({ unanswered, routers: 0 })).to.deep.equal([]);
    const [certain] = deeds({ unanswered: { ...unanswered, beyond: '198.51.100.2' } });
    expect(certain && isCertain(certain)).to.equal(true);
  });

  it('are what the first router with a change quotes, once, with the quote', () => {
    const syn = sent(['SYN'], ALL);
    const quote = (mss: number) => ({ segment: sent(['SYN'], { ...ALL, mss }).packet.subarray(20), ecn: 0 });
    const error = (source: string, mss: number) => ({
      ...{ type: 11, code: 0, srcPort: 7930, dstPort: 10_001, source, quote: quote(mss) },
    });
    const quoted = [
      { sent: syn, ecn: 0, errors: [error('198.51.100.1', 1460)] },
      { sent: syn, ecn: 0, errors: [error('198.51.100.2', 1400)] },
      { sent: syn, ecn: 0, errors: [error('203.0.113.2', 1400)] },
    ];
    const found = deeds({ quoted });
    expect(found).to.have.length(1);
    expect(found[0]).to.deep.include({
      ...{ kind: 'rewritten', at: '198.51.100.2', isTarget: false },
      changes: [{ field: 'MSS', sent: 1460, arrived: 1400 }],
    });
  });
});
