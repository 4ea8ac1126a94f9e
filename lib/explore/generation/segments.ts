import { parseSegment, type SegmentNotation } from '../../notation/index.ts';
import { type State, SYNCHRONIZED } from '../../standard/state.ts';
import type { Tcb } from '../../standard/tcb.ts';
import type { Choice } from './choice.ts';

// What a peer may send: what matters is drawn more often.

const SMALL = [1, 2, 10, 100] as const;

function sequenceNumber(choice: Choice): string {
  return choice.weighted([
    [50, 'RCV.NXT'],
    [8, 'RCV.NXT-1'],
    [6, `RCV.NXT-${choice.of(SMALL)}`],
    [10, `RCV.NXT+${choice.of(SMALL)}`],
    [4, 'RCV.NXT+RCV.WND-1'],
    [3, 'RCV.NXT+RCV.WND'],
    [2, 'RCV.NXT+RCV.WND+1'],
    [3, 'RCV.NXT+RCV.WND/2'],
    [3, 'IRS'],
    [3, 'IRS+1'],
    [3, 'RCV.NXT+2^30'],
    [2, 'RCV.NXT-2^30'],
    [1, 'RCV.NXT+2^31-1'],
    [2, 'ANY'],
  ]);
}

function acknowledgment(choice: Choice): string {
  return choice.weighted([
    [50, 'SND.NXT'],
    [12, 'SND.UNA'],
    [6, 'SND.NXT+1'],
    [4, 'SND.UNA+1'],
    [5, 'SND.UNA-1'],
    [5, `SND.NXT-${choice.of(SMALL)}`],
    [3, `SND.NXT+${choice.of(SMALL)}`],
    [3, 'ISS'],
    [3, 'ISS+1'],
    [2, 'SND.UNA-MAX.SND.WND'],
    [2, 'SND.UNA-MAX.SND.WND-1'],
    [3, 'SND.NXT+2^30'],
    [3, 'SND.UNA-2^30'],
    [1, 'SND.NXT+2^31-1'],
    [1, 'ANY'],
  ]);
}

const CONTROLS = ['SYN', 'FIN', 'RST', 'ACK', 'PSH', 'URG'] as const;

function controls(choice: Choice): string {
  return choice.weighted([
    [38, 'ACK'],
    [8, 'ACK,PSH'],
    [12, 'FIN,ACK'],
    [7, 'SYN'],
    [6, 'SYN,ACK'],
    [6, 'RST'],
    [4, 'RST,ACK'],
    [4, 'FIN'],
    [4, ''],
    [3, 'ACK,URG'],
    [2, 'SYN,FIN'],
    [1, 'SYN,RST'],
    [1, 'PSH'],
    [1, 'ACK,ECE'],
    [1, 'SYN,ECE,CWR'],
    [1, 'SYN,PSH'],
    [4, CONTROLS.filter(() => choice.percent(40)).join(',')],
  ]);
}

const text = (choice: Choice): number =>
  choice.weighted([
    [60, 0],
    [15, 1],
    [10, 10],
    [6, 100],
    [4, 536],
    [3, 1000],
    // With all options that a place may have, no packet is too large.
    [2, 1404],
  ]);

/**
 * Lists of options that a TCP passes over: of an unknown kind, which need not begin with a word, nothing but No-Operation, and an empty
 * list (RFC 9293 section 3.1, MUST-4 to MUST-6). And lists with a length that cannot be (MUST-7).
 */
const OPTIONS = [
  ...['fe040000', '01fe05abcdef0000', '01010101', '00000000'],
  ...['02030000', 'fe000000', 'fe010000', 'feff0000'],
] as const;

/** @param isStamped the connection has timestamps */
export function segment(choice: Choice, isStamped: boolean): SegmentNotation {
  const bits = controls(choice);
  const ctl = new Set(bits.split(','));
  const fields = [`<SEQ=${sequenceNumber(choice)}>`];
  if (ctl.has('ACK') || choice.percent(5)) fields.push(`<ACK=${acknowledgment(choice)}>`);
  if (bits !== '') fields.push(`<CTL=${bits}>`);
  const octets = ctl.has('SYN') && !choice.percent(20) ? 0 : text(choice);
  if (octets > 0) fields.push(`<DATA=${octets}>`);
  if (choice.percent(18)) fields.push(`<WND=${choice.of([0, 0, 1, 10, 100, 1000, 1460, 4380, 65_535])}>`);
  if (ctl.has('URG')) fields.push(`<URG=${choice.of([0, 1, 10, 100])}>`);
  const oddity = choice.weighted([
    [ctl.has('SYN') ? 90 : 89, ''],
    [1, '<RESERVED=15>'],
    [1, '<OFFSET=4>'],
    [4, `<OPT=${choice.of(OPTIONS)}>`],
    [1, '<CHECKSUM=0>'],
    [1, '<TSVAL=1><TSECR=0>'],
    [ctl.has('URG') ? 0 : 1, '<URG=10>'],
    [ctl.has('SYN') ? 0 : 1, '<MSS=1460>'],
    [ctl.has('SYN') ? 0 : 1, '<WSCALE=2>'],
    [isStamped ? 15 : 0, '<TSVAL=TS.RECENT-1><TSECR=0>'],
    [isStamped ? 5 : 0, '<TSVAL=TS.RECENT-2^30><TSECR=0>'],
    [isStamped ? 10 : 0, '<TSVAL=TS.RECENT+1><TSECR=0>'],
  ]);
  if (ctl.has('SYN') && oddity === '' && choice.percent(60))
    fields.push(`<MSS=${choice.of([536, 1460, 1460])}>`);
  fields.push(oddity);
  return parseSegment(fields.join(''));
}

/** The segments that a peer would send: with these, sequences go on where others would only be refused. */
const ORDINARY: readonly (readonly [number, string])[] = [
  [8, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>'],
  [8, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=10>'],
  [4, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>'],
  [3, '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=ACK><DATA=10>'],
  [3, '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=FIN,ACK>'],
  [2, '<SEQ=RCV.NXT+10><ACK=SND.NXT><CTL=ACK><DATA=10>'],
  [2, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><WND=0>'],
];
/** Those that open a connection, in the states before it. */
const OPENING: readonly (readonly [number, string])[] = [
  [3, '<SEQ=ANY><CTL=SYN><MSS=1460>'],
  [1, '<SEQ=ANY><CTL=SYN><MSS=536>'],
  [1, '<SEQ=ANY><CTL=SYN>'],
  [2, '<SEQ=RCV.NXT><CTL=SYN><MSS=1460>'],
  [1, '<SEQ=ANY><CTL=SYN,ECE,CWR><MSS=1460>'],
];
/** What may open a connection in TIME-WAIT anew (RFC 1122 section 4.2.2.13), and what shows that it was a duplicate. */
const REOPENING: readonly (readonly [number, string])[] = [
  [2, '<SEQ=RCV.NXT+RCV.WND+10><CTL=SYN><MSS=1460>'],
  [1, '<SEQ=RCV.NXT+1><CTL=SYN><MSS=1460>'],
  [2, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>'],
  [2, '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=FIN,ACK>'],
];
/** A peer of SYN-SENT has no number yet. */
const ANSWERING: readonly (readonly [number, string])[] = [
  [5, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=SYN,ACK><MSS=1460>'],
  [1, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=SYN,ACK><MSS=536>'],
  [1, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=SYN,ACK>'],
  [3, '<SEQ=RCV.NXT><CTL=SYN><MSS=1460>'],
];

/** Where text beyond a gap is held: more of it, and what fills the gap. */
export const GAPS: readonly (readonly [number, string])[] = [
  ...([10, 20, 30, 40] as const).map(
    (at) => [2, `<SEQ=RCV.NXT+${at}><ACK=SND.NXT><CTL=ACK><DATA=10>`] as const,
  ),
  [1, '<SEQ=RCV.NXT+15><ACK=SND.NXT><CTL=ACK><DATA=20>'],
  [2, '<SEQ=RCV.NXT+20><ACK=SND.NXT><CTL=FIN,ACK>'],
  [2, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=10>'],
  [1, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=15>'],
];
/** Where a connection has timestamps: text from the past, and newer text. */
const STAMPED: readonly (readonly [number, string])[] = [
  [2, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=10><TSVAL=TS.RECENT-1><TSECR=0>'],
  [2, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=10><TSVAL=TS.RECENT+5><TSECR=0>'],
];

export const ordinary = (choice: Choice, { state, ahead, timestamps }: Tcb): SegmentNotation =>
  parseSegment(
    choice.weighted(
      ahead.length > 0 && choice.percent(50)
        ? GAPS
        : timestamps && SYNCHRONIZED.includes(state) && choice.percent(20)
          ? STAMPED
          : state === 'LISTEN' || state === 'CLOSED'
            ? OPENING
            : state === 'SYN-SENT'
              ? ANSWERING
              : state === 'TIME-WAIT' && choice.percent(40)
                ? REOPENING
                : ORDINARY,
    ),
  );

/** What shows whether the connection is still there, and what it has received and sent. */
export const LAST: readonly SegmentNotation[] = [
  '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK><DATA=1>',
  '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=1>',
].map(parseSegment);

/** What completes a handshake. */
export const HANDSHAKE: { readonly [state in State]?: string } = {
  'SYN-SENT': '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=SYN,ACK><MSS=1460>',
  'SYN-RECEIVED': '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
};
