import { type ConcreteSegment, resetAt, segmentOf } from '../notation/index.ts';
import type { Entry } from '../tester/index.ts';
import type { Evidence } from '../verdict/evidence.ts';
import { add, sub } from '../wire/seq.ts';
import { TESTER_WINDOW } from './connection.ts';
import { ANSWER_PATIENCE, FAR, isSynAck, type Numbers, type Prober, type Proof } from './prober.ts';

// Probes for CLOSED and LISTEN, where the target has no connection.

// The longest wait for a target that calls by itself: it sends the SYN of a call again at intervals that double.
const NEXT_CALL_WITHIN = 12_000;

/** CLOSED and LISTEN reset a stray ACK; a connection does not. */
export async function closed(prober: Prober): Promise<Proof> {
  const ack = add(prober.subject.stimulus.seq, FAR);
  const entry = await prober.exchange(
    segmentOf({ seq: ack, ack, ctl: ['ACK'] }),
    // A reset with wrong numbers is a fault, but no connection sends it.
    ({ ctl }) => ctl.has('RST') || ctl.has('ACK'),
    saysNothingInClosed(prober) ? prober.environment.timing.guard : undefined,
  );
  if (entry?.segment.ctl.has('RST')) return { state: 'CLOSED', how: ['stray ACK reset'] };
  if (entry) return { state: 'unknown', how: ['stray ACK acknowledged'] };
  return silence(prober, 'stray ACK not reset');
}

/** LISTEN answers a SYN with the SYN,ACK that acknowledges it. @param seq the sequence number of that SYN */
export async function listens(prober: Prober, seq: number, ...before: readonly Evidence[]): Promise<Proof> {
  const entry = await prober.exchange(
    segmentOf({ seq, ctl: ['SYN'], ...prober.synFields() }),
    ({ ctl }) => ctl.has('SYN') || ctl.has('RST') || ctl.has('ACK'),
  );
  if (!entry) return { state: 'unknown', how: [...before, 'SYN unanswered'] };
  const { segment } = entry;
  if (segment.ctl.has('RST')) return { state: 'CLOSED', how: [...before, 'SYN reset'] };
  if (isSynAck(segment) && segment.ack === add(seq, 1)) {
    prober.connection.restart(segment, seq);
    return { state: 'LISTEN', how: [...before, 'SYN acknowledged'] };
  }
  if (before.length === 0 && opensWrongly(segment, seq)) {
    return { state: 'LISTEN', how: ['SYN answered by a wrong SYN'] };
  }
  return { state: 'unknown', how: [...before, 'SYN answered as by a connection'] };
}

// An acknowledgment that is wrong by less than this still belongs to the SYN.
const NEAR = 2 ** 16;

/** A SYN with a wrong or missing acknowledgment. Without an earlier connection, only LISTEN sends it. */
const opensWrongly = ({ ctl, ack }: ConcreteSegment, seq: number): boolean =>
  ctl.has('SYN') && !ctl.has('RST') && (!ctl.has('ACK') || sub(add(ack, NEAR), seq) < 2 * NEAR);

/**
 * Sends a new SYN when no other probe was answered. CLOSED resets it, LISTEN answers with a new ISS, SYN-SENT with its old
 * one (RFC 9293 section 3.10.7).
 *
 * @returns the numbers when a connection challenges the SYN; undefined when no answer came
 */
export async function bySyn(
  prober: Prober,
  ...how: readonly Evidence[]
): Promise<Proof | Numbers | undefined> {
  const { connection, subject } = prober;
  const seq = add(connection.rcvNxt, FAR);
  const entry = await prober.exchange(
    segmentOf({ seq, ctl: ['SYN'], ...prober.synFields() }),
    ({ ctl, data }) => ctl.has('SYN') || ctl.has('RST') || (ctl.has('ACK') && !ctl.has('FIN') && data === 0),
  );
  if (!entry) return undefined;
  const { ctl, ack, wnd, seq: iss } = entry.segment;
  if (ctl.has('RST')) return { state: 'CLOSED', how: [...how, 'SYN reset'] };
  if (!ctl.has('SYN')) return { rcvNxt: ack, sndNxt: iss, window: wnd ?? 0 };
  if (iss === connection.iss && !(await listenerTakes(prober, iss)))
    return { state: 'SYN-SENT', how: [...how, 'SYN crosses its own'] };
  // TIME-WAIT may answer like a LISTEN on the same port.
  if (!isSynAck(entry.segment) || ack !== add(seq, 1) || subject.state === 'TIME-WAIT') {
    return { state: 'unknown', how };
  }
  return { state: 'CLOSED', how: [...how, 'SYN begins another connection'] };
}

/** The proof when old text is not answered: by a new SYN, or by silence. */
export async function unanswered(prober: Prober, ...how: readonly Evidence[]): Promise<Proof> {
  const proof = await bySyn(prober, ...how);
  if (proof && 'state' in proof) return proof;
  return silence(prober, ...how);
}

/** Silence proves CLOSED where the target sends no resets there and shows a sign of life. Otherwise the state is unknown. */
export async function silence(prober: Prober, ...how: readonly Evidence[]): Promise<Proof> {
  const { connection, environment } = prober;
  const { tester, driver } = environment;
  const { mailbox } = connection;
  if (!saysNothingInClosed(prober)) return { state: 'unknown', how };
  const isAlive = await (driver.testerPorts
    ? tester.calls(mailbox.link.family, NEXT_CALL_WITHIN, mailbox)
    : listenerAnswers(prober));
  if (!isAlive) return { state: 'unknown', how };
  const sign = driver.testerPorts
    ? 'closed ports are silent, and it calls again'
    : 'closed ports are silent, and a listener answers';
  return { state: 'CLOSED', how: [...how, sign] };
}

const saysNothingInClosed = ({ environment, connection }: Prober): boolean =>
  environment.silentClosed?.includes(connection.mailbox.link.family) === true;

/**
 * Whether the LISTEN behind a connection gives this ISS to others, too. A TCP whose ISS is a constant cannot be told from SYN-SENT
 * by its number. SYN-SENT may answer a SYN, but no other port of the tester's.
 */
async function listenerTakes(prober: Prober, iss: number): Promise<boolean> {
  const { connection, subject } = prober;
  if (!subject.listening) return false;
  return (await answerOf(prober, connection.peerPort))?.segment.seq === iss;
}

async function listenerAnswers(prober: Prober): Promise<boolean> {
  const { driver } = prober.environment;
  const port = await driver.listener(prober.connection.mailbox.link.family, 'plain').catch(() => undefined);
  return port !== undefined && (await answerOf(prober, port)) !== undefined;
}

/** What a SYN from another port of the tester's gets. */
async function answerOf(prober: Prober, port: number): Promise<Entry | undefined> {
  const { tester, timing } = prober.environment;
  const mailbox = tester.open(prober.connection.mailbox.link.family);
  const seq = prober.rcvNxtBefore;
  mailbox.send(segmentOf({ seq, ctl: ['SYN'], ...prober.synFields() }), port, TESTER_WINDOW);
  const answer = await mailbox.next(() => true, timing.guard + ANSWER_PATIENCE);
  if (answer) mailbox.send(resetAt(add(seq, 1)), port, 0);
  mailbox.close();
  return answer;
}
