import { type ConcreteSegment, segmentOf } from '../notation/index.ts';
import type { Evidence } from '../verdict/evidence.ts';
import { add, geq } from '../wire/seq.ts';
import type { Environment } from './environment.ts';
import { isSynAck, type Numbers, Prober, type Proof, type Subject } from './prober.ts';
import { byAckOfFin, byConduct, hasRoom } from './proof-conduct.ts';
import { bySyn, closed, silence } from './proof-no-connection.ts';
import { fromListen, fromSynReceived, fromSynSent, synReceivedOr } from './proof-opening.ts';
import { finAgain } from './proof-retransmissions.ts';

/**
 * Proves which state the target is in after a stimulus. The probes change nothing and rate limiters exempt them: every
 * synchronized state must acknowledge an octet of old text at once (first check of RFC 9293 section 3.10.7.4), and the
 * acknowledgment gives SND.NXT and RCV.NXT. A SYN or FIN that the target sends again is unacknowledged.
 *
 * A target handles the segments of a connection in order. So an answer also proves that it has handled the stimulus.
 */
export function prove(environment: Environment, subject: Subject): Promise<Proof> {
  const prober = new Prober(environment, subject);
  switch (subject.state) {
    case 'CLOSED':
      return closed(prober);
    case 'LISTEN':
      return fromListen(prober);
    case 'SYN-SENT':
      return fromSynSent(prober);
    case 'SYN-RECEIVED':
      return fromSynReceived(prober, subject.mark);
    default:
      return fromSynchronized(prober);
  }
}

/** From ESTABLISHED to TIME-WAIT. */
async function fromSynchronized(prober: Prober): Promise<Proof> {
  const { connection, environment, subject } = prober;
  const synAck = prober.answers().find(({ segment }) => isSynAck(segment));
  if (synAck && isOfNew(prober, synAck.segment)) {
    prober.beginAnew(synAck.segment);
    const proof = await synReceivedOr(prober, connection.mailbox.log.indexOf(synAck) + 1);
    if (proof) return { ...proof, how: ['new incarnation', ...proof.how] };
    connection.sndUna = connection.sndNxt;
    if (environment.timing.synAckNeverAgain) return { state: 'unknown', how: ['SYN,ACK never again'] };
    // In TIME-WAIT alone a SYN may do so: what the numbers of the new connection tell is then another state.
    if (subject.state !== 'TIME-WAIT') {
      if ((await prober.oldText()) === 'reset') return { state: 'CLOSED', how: ['old text reset'] };
      return { state: 'unknown', how: ['SYN,ACK not again'] };
    }
  }
  const alive = await prober.numbers(connection.rcvNxt, prober.places());
  const { isDeaf } = prober;
  if (alive === 'reset') return { state: 'CLOSED', how: [isDeaf ? 'unsent ACK reset' : 'old text reset'] };
  if (alive === undefined) return fromDeaf(prober);
  return byNumbers(
    prober,
    isDeaf ? ['old text unanswered', 'unsent ACK answered'] : ['old text acknowledged'],
    alive,
  );
}

/**
 * Whether a SYN,ACK begins a new connection in place of the old one, as TIME-WAIT may do (RFC 1122 section 4.2.2.13), and no other
 * state. Otherwise it belongs to the SYN of the old connection.
 */
function isOfNew({ subject, connection }: Prober, { ack }: ConcreteSegment): boolean {
  if (subject.state === 'TIME-WAIT') return true;
  const { ctl, seq } = subject.stimulus;
  return ctl.has('SYN') && seq !== connection.irs && ack === add(seq, 1);
}

async function byNumbers(prober: Prober, how: readonly Evidence[], numbers: Numbers): Promise<Proof> {
  const { isBrief, state } = prober.subject;
  // Its FIN would come again by a timer.
  if (isBrief && state === 'LAST-ACK' && hasRoom(numbers))
    return byAckOfFin(prober, { state, how, ...numbers });
  const proof = await byFins(prober, numbers.rcvNxt);
  return byConduct(prober, { state: proof.state, how: [...how, ...proof.how], ...numbers });
}

/** Tells the synchronized states apart: which FINs were sent, taken and acknowledged. */
async function byFins(prober: Prober, rcvNxt: number): Promise<Pick<Proof, 'state' | 'how'>> {
  const { state } = prober.subject;
  const taken = prober.finTaken(rcvNxt);
  if (prober.connection.targetFin === undefined)
    return { state: taken ? 'CLOSE-WAIT' : 'ESTABLISHED', how: [] };
  const acknowledged = state === 'FIN-WAIT-2' || state === 'TIME-WAIT';
  const again = acknowledged ? undefined : await finAgain(prober);
  const how: Evidence[] = again ? ['FIN again'] : acknowledged ? [] : ['FIN not again'];
  if (!taken) return { state: again ? 'FIN-WAIT-1' : 'FIN-WAIT-2', how };
  if (again) return { state: state === 'LAST-ACK' ? 'LAST-ACK' : 'CLOSING', how };
  return { state: 'TIME-WAIT', how };
}

/** For a connection that answers neither probe: tries new text, the user's text, its FIN and a new SYN. */
async function fromDeaf(prober: Prober): Promise<Proof> {
  const { connection, environment, subject } = prober;
  const { state } = subject;
  const takesText = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'].includes(state);
  const rcvNxt = prober.rcvNxtTold();
  if (takesText && !prober.finTaken(rcvNxt) && connection.rcvWnd > 0) {
    const end = add(rcvNxt, 1);
    const entry = await prober.exchange(
      segmentOf({ seq: rcvNxt, ack: connection.sndUna, ctl: ['ACK', 'PSH'], data: 1 }),
      ({ ctl, ack }) => ctl.has('RST') || (ctl.has('ACK') && geq(ack, end)),
      environment.timing.observation,
    );
    if (entry?.segment.ctl.has('RST')) return { state: 'CLOSED', how: ['new text reset'] };
    if (entry) {
      const { state: found, how } = await byFins(prober, rcvNxt);
      return { state: found, how: ['old text unanswered', 'new text acknowledged', ...how] };
    }
  }
  const maySend = state === 'ESTABLISHED' || state === 'CLOSE-WAIT';
  const sent = maySend ? await prober.user.sends() : undefined;
  const shown = sent ?? (await finAgain(prober));
  if (shown) {
    const { state: found } = await byFins(prober, shown.segment.ack);
    const how: Evidence[] = ['old text unanswered', sent ? 'user sends' : 'FIN again'];
    return { state: found, how, rcvNxt: shown.segment.ack };
  }
  const unanswered: readonly Evidence[] = ['old text unanswered', 'new text unanswered'];
  const proof = await bySyn(prober, ...unanswered);
  if (proof === undefined) return silence(prober, ...unanswered, 'SYN unanswered');
  return 'state' in proof ? proof : byNumbers(prober, ['only a SYN answered'], proof);
}
