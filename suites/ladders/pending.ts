/**
 * RFC 9293 section 3.10.7.4, second: a reset in SYN-RECEIVED leads back to LISTEN, and leaves nothing behind; sections 3.9.1.1 and
 * 3.10.4: a listener that is closed, and opened again.
 */
import type { DeclaredReply, StepDeclaration } from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import { ackOf } from './families/parts.ts';

/** More than the backlog of most listeners. */
const MANY = 300;

const OPENS: readonly StepDeclaration[] = [
  { send: '<SEQ=1000><CTL=SYN><MSS=1460>' },
  { expect: '<ACK=SEG.SEQ+1><CTL=SYN,ACK>', then: 'SYN-RECEIVED' },
  { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
  { expect: ackOf(10), then: 'ESTABLISHED' },
];

/** Of LISTEN and CLOSED, and of an ABORT: before the text was taken, and after that. */
const RESETS = ['<SEQ=SND.NXT><CTL=RST>', '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>'];
const RESET_OF_TAKEN = '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=RST,ACK>';

const inItsPlace = (reply: DeclaredReply) => ({ reply, leftOpen: 'listener closed', ends: true }) as const;

const FREED: readonly RuleId[] = ['3.10.7.4 second', '3.5.3 RST processing', '3.10.7.2 third'];

/** What a connection that nobody has accepted does then is not said: it goes on, or is reset. */
const LISTENER_CLOSES: readonly StepDeclaration[] = [
  { user: 'CLOSE LISTENER' },
  { expect: ['silence', ...RESETS.map(inItsPlace)] },
  { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
  {
    expect: [
      { reply: ackOf(10), then: 'ESTABLISHED' },
      ...[...RESETS, RESET_OF_TAKEN].flatMap((reset) => [reset, [ackOf(10), reset]]).map(inItsPlace),
    ],
  },
];

export default scenarios('ladders', [
  {
    id: 'ladder.pending.each-reset',
    title: `the peer resets ${MANY} half-open connections, one after the other: the target answers another SYN`,
    state: 'LISTEN',
    steps: [{ crowd: MANY, resets: 'each' }, ...OPENS],
    rules: FREED,
  },
  {
    id: 'ladder.pending.full-then-reset',
    title: `the peer sends ${MANY} SYNs, then resets all half-open connections: the target answers another SYN`,
    state: 'LISTEN',
    steps: [{ crowd: MANY, resets: 'at the end' }, ...OPENS],
    rules: FREED,
  },
  {
    id: 'ladder.pending.listener-closed',
    title: 'the listener closes while a connection is in SYN-RECEIVED: the connection goes on, or is reset',
    state: 'SYN-RECEIVED (passive)',
    steps: [...LISTENER_CLOSES],
    rules: ['MUST-41', '3.10.4 CLOSE', '3.10.7.4 fifth'],
  },
  {
    id: 'ladder.pending.unaccepted',
    title: 'the listener closes while a connection is not accepted: the connection goes on, or is reset',
    state: 'CLOSED',
    steps: [{ user: 'OPEN PASSIVE UNACCEPTED' }, ...OPENS, ...LISTENER_CLOSES],
    rules: ['MUST-41', '3.10.4 CLOSE', '3.10.7.4 seventh'],
  },
  {
    id: 'ladder.pending.listener-closed-and-opened',
    title: 'the listener is closed: a SYN is reset; the same port is opened again: a SYN is answered',
    state: 'LISTEN',
    steps: [
      { user: 'CLOSE LISTENER' },
      { send: '<SEQ=500><CTL=SYN><MSS=1460>' },
      { expect: '<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>', then: 'CLOSED' },
      { user: 'OPEN PASSIVE AGAIN' },
      ...OPENS,
    ],
    rules: ['3.10.4 CLOSE', '3.10.7.1', '3.10.7.2 third'],
  },
  {
    id: 'ladder.pending.port-opened-again',
    title: 'the listener closes, and the user listens on its port again: a connection of that port goes on',
    state: 'ESTABLISHED',
    steps: [
      { user: 'CLOSE LISTENER' },
      { user: 'OPEN PASSIVE AGAIN' },
      { expect: 'silence' },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
      { expect: ackOf(10), then: 'ESTABLISHED' },
    ],
    rules: ['MUST-41', '3.3.1 connection record', '3.10.7.4 seventh'],
  },
]);
