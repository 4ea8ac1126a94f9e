import { expect } from 'chai';
import type { Account } from '../../lib/explain/account.ts';
import type { Cause } from '../../lib/explain/cause.ts';
import { accountLines } from '../../lib/report/explain/text.ts';
import type { Addresses } from '../../lib/wire/address.ts';
import { encodeIcmpError, type IcmpErrorName, PROTOCOL_ICMP } from '../../lib/wire/icmp.ts';
import { encodeIpv4 } from '../../lib/wire/ipv4.ts';
import { encodeIpv6 } from '../../lib/wire/ipv6.ts';
import { explained, type Frame, framesOf, HANDSHAKE, packetOf, pcapOf, type Sent } from './scene.ts';

type TypeAndCode = readonly [type: number, code: number];

const ROUTER = { 4: '198.51.100.7', 6: '2001:db8:1::7' } as const;

/** An ICMP error of a router about a packet of A. */
function icmp(name: IcmpErrorName | TypeAndCode, about: Uint8Array, family: 4 | 6 = 4, mtu = 0): Uint8Array {
  const addresses = { family, src: ROUTER[family], dst: family === 4 ? '192.0.2.1' : '2001:db8::1' };
  const known = typeof name === 'string';
  const message = encodeIcmpError(known ? name : 'net unreachable', addresses, about, mtu);
  // Its checksum is nobody's concern.
  if (!known) message.set(name);
  return packetWith(addresses, message);
}

function packetWith({ family, src, dst }: Addresses, message: Uint8Array): Uint8Array {
  const protocol = PROTOCOL_ICMP[family];
  if (family === 6)
    return encodeIpv6(
      { trafficClass: 0, flowLabel: 0, nextHeader: protocol, hopLimit: 60, src, dst },
      message,
    );
  const rest = { tos: 0, id: 9, flags: 0, fragmentOffset: 0, ttl: 60, options: new Uint8Array() };
  return encodeIpv4({ ...rest, protocol, src, dst }, message);
}

const SYN: Sent = { from: 'a', ctl: 'SYN', seq: 0 };

/** A scene whose last frame is an ICMP error about one of its segments. */
function withError(
  scene: readonly Sent[],
  error: IcmpErrorName | TypeAndCode,
  about = scene.length - 1,
  family: 4 | 6 = 4,
  mtu = 0,
): Account {
  const frames: Frame[] = framesOf(scene, family);
  const octets = icmp(error, packetOf(scene[about] as Sent, about, family), family, mtu);
  const time = (frames.at(-1)?.time ?? 0) + 0.02;
  return explained(pcapOf([...frames, { time, octets }])).accounts[0] as Account;
}

const LARGE: Sent = { from: 'a', ctl: 'ACK', seq: 11, ack: 1, data: 1400, after: 0.1 };
const SMALL_ARRIVED: readonly Sent[] = [
  ...HANDSHAKE,
  { from: 'a', ctl: 'PSH,ACK', seq: 1, ack: 1, data: 10, after: 0.1 },
  { from: 'b', ctl: 'ACK', seq: 1, ack: 11, after: 0.02 },
];
const again = (segment: Sent, times: number): Sent[] =>
  Array.from({ length: times }, (_, index) => ({ ...segment, after: 0.3 * 2 ** index }));

describe('what nobody answers', () => {
  const errors: readonly [family: 4 | 6, type: number, code: number, cause: Cause, ending: string][] = [
    [4, 3, 0, 'host unreachable', 'unanswered'],
    [4, 3, 1, 'host unreachable', 'unanswered'],
    [4, 3, 2, 'protocol unreachable', 'refused'],
    [4, 3, 3, 'port unreachable', 'refused'],
    [4, 3, 4, 'fragmentation needed', 'unanswered'],
    [4, 3, 9, 'administratively prohibited', 'refused'],
    [4, 3, 10, 'administratively prohibited', 'refused'],
    [4, 3, 13, 'administratively prohibited', 'refused'],
    [4, 11, 0, 'time exceeded', 'unanswered'],
    [6, 1, 0, 'host unreachable', 'unanswered'],
    [6, 1, 1, 'administratively prohibited', 'refused'],
    [6, 1, 3, 'host unreachable', 'unanswered'],
    [6, 1, 4, 'port unreachable', 'refused'],
    [6, 2, 0, 'fragmentation needed', 'unanswered'],
    [6, 3, 0, 'time exceeded', 'unanswered'],
    [6, 4, 1, 'protocol unreachable', 'refused'],
  ];
  for (const [family, type, code, cause, ending] of errors)
    it(`an ICMP error over IPv${family}, type ${type} code ${code}, is ${cause}`, () => {
      const account = withError([SYN], [type, code], 0, family);
      const [found, ...others] = account.explanations;
      expect(others).to.deep.equal([]);
      expect(found).to.include({
        kind: 'SYN unanswered',
        cause,
        by: 1,
        sure: 'likely',
        verdict: 'conformant',
      });
      expect(found?.signs[0]).to.deep.equal({ kind: 'ICMP', frame: 2, from: ROUTER[family] });
      expect(account.ending.kind).to.equal(ending);
      expect(accountLines(account, false).join('\n')).to.contain(`${ROUTER[family]} says in 2 (ICMP) that`);
    });

  it('takes no message for what it is not', () => {
    const about = packetOf(SYN, 0);
    const others: readonly Uint8Array[] = [
      icmp([8, 0], about), // an echo request
      icmp([4, 0], about), // a source quench, which RFC 9293 3.9.2.2 discards
      icmp([3, 3], about.subarray(0, 27)), // too short to name the ports and SEQ
      icmp([3, 3], packetOf({ ...SYN, ports: [1, 2] }, 0)), // about a connection that is not in the capture
      icmp([3, 3], about).subarray(0, 40), // cut
      icmp([3, 3], packetOf({ ...SYN, seq: -5 }, 0)), // about an older SYN
    ];
    for (const octets of others) {
      const [account] = explained(pcapOf([...framesOf([SYN]), { time: 1_700_000_001, octets }])).accounts;
      expect(account?.explanations.map(({ cause }) => cause)).to.deep.equal(['SYN unanswered']);
      expect(account?.ending.kind).to.equal('unanswered');
    }
  });

  it('says nothing where the SYN was answered after all', () => {
    const account = withError([...HANDSHAKE], [3, 1], 0);
    expect(account.explanations).to.deep.equal([]);
    expect(account.ending.kind).to.equal('open');
  });

  it('names who says that text cannot arrive, and what it was about', () => {
    const account = withError([...SMALL_ARRIVED, LARGE, ...again(LARGE, 1)], [3, 1], 5);
    const [found, ...others] = account.explanations;
    expect(others).to.deep.equal([]);
    expect(found).to.include({ kind: 'unacknowledged', cause: 'host unreachable', by: 1, sure: 'likely' });
    expect(found?.segment.frame).to.equal(6);
  });

  it('names the MTU where a segment is too large for a link', () => {
    const account = withError(
      [...SMALL_ARRIVED, LARGE, ...again(LARGE, 1)],
      'fragmentation needed',
      5,
      4,
      1300,
    );
    const [found] = account.explanations;
    expect(found?.cause).to.equal('fragmentation needed');
    expect(found?.signs[0]).to.deep.include({ kind: 'ICMP', mtu: 1300 });
    expect(accountLines(account, false).join('\n')).to.contain('which takes 1300 octets');
  });

  it('finds nothing to tell where the sender makes its segments smaller', () => {
    const smaller: readonly Sent[] = [
      ...SMALL_ARRIVED,
      LARGE,
      { from: 'a', ctl: 'ACK', seq: 11, ack: 1, data: 700, after: 0.3 },
      { from: 'b', ctl: 'ACK', seq: 1, ack: 1411, after: 0.02 },
    ];
    expect(withError(smaller, 'fragmentation needed', 5, 4, 800).explanations).to.deep.equal([]);
  });

  it('suspects a black hole where large segments alone are lost', () => {
    const black = (scene: readonly Sent[]) =>
      explained(pcapOf(framesOf(scene))).accounts[0]?.explanations ?? [];
    const [found, ...others] = black([...SMALL_ARRIVED, LARGE, ...again(LARGE, 3)]);
    expect(others).to.deep.equal([]);
    expect(found).to.include({ kind: 'unacknowledged', cause: 'black hole', sure: 'cannot tell' });
    expect(found?.signs).to.deep.include({ kind: 'size', octets: 1400, arrived: 10 });
    // The other end is there: it is the size.
    const chatty: Sent = { from: 'b', ctl: 'PSH,ACK', seq: 1, ack: 11, data: 5, after: 0.01 };
    expect(black([...SMALL_ARRIVED, LARGE, chatty, ...again(LARGE, 3)])[0]).to.include({
      cause: 'black hole',
      sure: 'likely',
    });
    // A short one goes through every link.
    const short = { ...LARGE, data: 20 };
    expect(black([...SMALL_ARRIVED, short, ...again(short, 3)])[0]?.cause).to.equal('no acknowledgment');
    expect(black([...SMALL_ARRIVED, short, ...again(short, 1)])).to.deep.equal([]);
  });

  it('blames an ICMP error for the reset at the end of retransmissions', () => {
    const reset: Sent = { from: 'a', ctl: 'RST,ACK', seq: 1411, ack: 1, after: 5 };
    const frames = framesOf([...SMALL_ARRIVED, LARGE, ...again(LARGE, 3), reset]);
    const octets = icmp([3, 1], packetOf(LARGE, 5));
    const at = { time: (frames[5]?.time ?? 0) + 0.01, octets };
    const [account] = explained(pcapOf([...frames.slice(0, 6), at, ...frames.slice(6)])).accounts;
    const found = account?.explanations.find(({ kind }) => kind === 'reset');
    expect(found).to.include({ cause: 'host unreachable', verdict: 'conformant' });
    expect(found?.candidates[0]).to.equal('end of retransmissions');
  });

  it('keeps the newest errors of a connection only', () => {
    const error = icmp([3, 1], packetOf(SYN, 0));
    const frames = framesOf([SYN]);
    const flood = Array.from({ length: 1000 }, (_, index) => ({
      time: 1_700_000_001 + index / 1000,
      octets: error,
    }));
    const [account] = explained(pcapOf([...frames, ...flood])).accounts;
    expect(account?.explanations[0]?.signs[0]).to.deep.include({ kind: 'ICMP', frame: 1001 });
  });
});
