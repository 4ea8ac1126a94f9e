/**
 * What shows of a middlebox that this kernel does not have, without a router that could quote: `rewritten.ts MIDDLEBOX`, inside the
 * tester's namespace. Prints the deeds.
 */
import { Lab } from '../../../../lib/lab/namespaces/lab.ts';
import { startOnLinux } from '../../../../lib/lab/stacks/linux.ts';
import { drivenBy } from '../../../../lib/lab/stacks/upper-tester-process.ts';
import { gatherPathEvidence } from '../../../../lib/runner/preflight/path-evidence/gather.ts';
import { middleboxSigns } from '../../../../lib/runner/preflight/path-evidence/signs.ts';
import { portsAnswer } from '../../../../lib/runner/preflight/ports-answer.ts';
import { DEFAULT_TIMING } from '../../../../lib/states/index.ts';
import { PortRange, RawLink, silenceKernel, Tester } from '../../../../lib/tester/index.ts';
import type { MiddleboxDeed } from '../../../../lib/verdict/middlebox-sign.ts';
import { ACK, RST, SYN, type TcpHeader, type TcpOption, URG } from '../../../../lib/wire/index.ts';
import { add } from '../../../../lib/wire/seq.ts';
import { type Middlebox, MiddleboxLink } from './middlebox-link.ts';

export type Deeds = readonly MiddleboxDeed[];

const MOVED = 1_000_000;
const CLOSED = 1;

const isSyn = ({ flags }: TcpHeader): boolean => (flags & SYN) !== 0;
const length = ({ flags, data }: TcpHeader): number => data.length + (flags & SYN ? 1 : 0);
const without = (segment: TcpHeader, ...kinds: TcpOption['kind'][]): TcpHeader => ({
  ...segment,
  options: segment.options.filter(({ kind }) => !kinds.includes(kind)),
});
const answerTo = (segment: TcpHeader, flags: number): TcpHeader => ({
  ...{
    srcPort: segment.dstPort,
    dstPort: segment.srcPort,
    flags,
    reserved: 0,
    window: 500,
    urgent: 0,
    options: [],
  },
  ...{
    seq: segment.flags & ACK ? segment.ack : 0,
    ack: add(segment.seq, length(segment)),
    data: new Uint8Array(),
  },
});

const MIDDLEBOXES: Readonly<Record<string, Middlebox>> = {
  none: {},
  'moves sequence numbers, and not those of SACK': {
    to: (segment) => ({ ...segment, seq: add(segment.seq, MOVED) }),
    from: (segment) => ({ ...segment, ack: add(segment.ack, -MOVED) }),
  },
  'rewrites timestamps': {
    to: (segment) => ({
      ...segment,
      options: segment.options.map((one) =>
        one.kind === 'timestamps' ? { ...one, tsval: add(one.tsval, 7) } : one,
      ),
    }),
  },
  'takes options from SYNs to the target': {
    to: (segment) => (isSyn(segment) ? without(segment, 'sackPermitted', 'timestamps') : segment),
  },
  'clamps the MSS of SYNs to the target': {
    to: (segment) => ({
      ...segment,
      options: segment.options.map((one) => (one.kind === 'mss' ? { ...one, value: 1000 } : one)),
    }),
  },
  'clears urgent bits': { to: (segment) => ({ ...segment, flags: segment.flags & ~URG, urgent: 0 }) },
  'changes text': { to: (segment) => ({ ...segment, data: segment.data.map((octet) => octet ^ 1) }) },
  'takes text, and acknowledges it': {
    answer: (segment) => (segment.data.length > 0 ? answerTo(segment, ACK) : undefined),
  },
  'resets soon what goes to closed ports': {
    delay: 20,
    answer: (segment) =>
      segment.dstPort === CLOSED && (segment.flags & RST) === 0
        ? answerTo(segment, segment.flags & ACK ? RST : RST | ACK)
        : undefined,
  },
};

const middlebox = MIDDLEBOXES[process.argv[2] ?? ''];
if (!middlebox) throw new RangeError(`no such middlebox; there are ${Object.keys(MIDDLEBOXES).join(', ')}`);
const lab = await Lab.create({ families: [4] });
const { driver } = await drivenBy(await startOnLinux(lab), lab, () => {});
const [local, remote] = [lab.tester[4], lab.target[4]];
const ports = { low: 10_000, high: 19_999 };
silenceKernel([{ family: 4, target: remote, ...ports }]);
const link = new MiddleboxLink(await RawLink.open({ family: 4, local, remote }), middlebox);
const tester = new Tester([link], new PortRange(ports.low, ports.high));
const open = await driver.listener(4, 'plain');
const answers = await portsAnswer(tester, 4, { closed: CLOSED, open }, { isKnown: true, asksClosed: false });
const ground = { ...answers, family: 4, open, heard: true, silentClosed: false, called: false } as const;
const environment = { tester, driver, closedPort: CLOSED, timing: DEFAULT_TIMING };
const signs = middleboxSigns(
  await gatherPathEvidence(environment, { ...ground, roundTripsInTurn: [], resetsAtOnce: undefined }, false),
);
process.stdout.write(JSON.stringify(signs.map(({ deed }) => deed) satisfies Deeds), () => process.exit(0));
