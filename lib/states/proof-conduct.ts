import { type ConcreteSegment, lengthOf, segmentOf } from '../notation/index.ts';
import type { State } from '../standard/state.ts';
import type { Evidence } from '../verdict/evidence.ts';
import { add, geq, gt } from '../wire/seq.ts';
import type { Numbers, Prober, Proof } from './prober.ts';
import { answerToSyn, type Found, isHabit, synAnswers } from './proof-habits.ts';
import { synAgain } from './proof-retransmissions.ts';

// Numbers alone do not tell all states apart. Conduct tells the rest: whether the connection takes new text, whether its user
// can send, what an ACK of its FIN leads to, and how it answers a SYN.

// With less room, a receiver may drop an octet of text for lack of memory.
const LEAST_ROOM = 512;

// So many refusals prove that the target refuses text, among at most so many answers: a window full of the target's own text may
// cross the probe.
const REFUSALS = 2;
const ANSWERS = 10;

/** The states in which the target's FIN was acknowledged before the stimulus. */
const FIN_ACKNOWLEDGED: readonly State[] = ['FIN-WAIT-2', 'TIME-WAIT'];

const TAKES_TEXT: readonly (State | 'unknown')[] = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'];

/**
 * Checks the state that the numbers tell against the connection's conduct. Returns the state that fits both. When the numbers
 * tell the state before the stimulus, conduct that the target always shows in that state does not count.
 *
 * @param sends whether the user can send, when known
 */
export async function byConduct(prober: Prober, found: Found, sends?: boolean): Promise<Proof> {
  const proof = await conductOf(prober, found, sends);
  if (proof.state === found.state || found.state !== prober.subject.state) return proof;
  return (await isHabit(prober, found, proof.state, conductOf)) ? found : proof;
}

async function conductOf(prober: Prober, found: Found, sends?: boolean): Promise<Proof> {
  switch (found.state) {
    case 'ESTABLISHED':
    case 'CLOSE-WAIT':
      return ofSender(prober, found, sends);
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
      return ofReceiver(prober, found);
    case 'CLOSING':
    case 'LAST-ACK':
    case 'TIME-WAIT':
      return ofFinished(prober, found);
    default:
      return found;
  }
}

/** In ESTABLISHED and CLOSE-WAIT the user can send; only ESTABLISHED takes text. */
async function ofSender(prober: Prober, found: Found, seen?: boolean): Promise<Proof> {
  const sends = seen ?? (await userSends(prober, found)) ?? true;
  if (sends === 'gone') return corrected(found, 'LAST-ACK', 'ACK of nothing new ends it');
  const taken = await takesText(prober, found);
  const receives = taken === undefined ? found.state === 'ESTABLISHED' : taken === 'yes';
  if (!sends) return corrected(found, receives ? 'FIN-WAIT-2' : 'TIME-WAIT', 'user does not send');
  if (taken === 'reset' || taken === 'refused') return found;
  return byTextTaken(found, receives ? 'ESTABLISHED' : 'CLOSE-WAIT', receives);
}

/** FIN-WAIT-1 and FIN-WAIT-2 take text. A FIN leads from FIN-WAIT-2 to TIME-WAIT. */
async function ofReceiver(prober: Prober, found: Found): Promise<Proof> {
  const taken = await takesText(prober, found);
  if (taken === 'no')
    return byTextTaken(found, found.state === 'FIN-WAIT-1' ? 'CLOSING' : 'TIME-WAIT', false);
  if (taken === 'refused') return afterRefusal(prober, found);
  if (found.state === 'FIN-WAIT-1') return found;
  if (taken === 'reset') return unlessFinNeverAgain(prober, found);
  const seq = add(found.rcvNxt, taken === 'yes' ? 1 : 0);
  const end = add(seq, 1);
  const fin = segmentOf({ seq, ack: prober.connection.sndUna, ctl: ['FIN', 'ACK'] });
  const answer = hasRoom(found)
    ? await prober.exchange(fin, ({ ctl, ack }) => ctl.has('RST') || (ctl.has('ACK') && ack === end))
    : undefined;
  const gone = !answer || answer.segment.ctl.has('RST');
  const timeWait = gone ? undefined : await isTimeWait(prober, { ...found, rcvNxt: end });
  if (timeWait === true) return found;
  if (timeWait === undefined) return unlessFinNeverAgain(prober, found);
  return corrected(found, 'FIN-WAIT-1', 'FIN does not lead to TIME-WAIT');
}

/** CLOSING, LAST-ACK and TIME-WAIT take no text. An ACK of the FIN ends LAST-ACK and leads from CLOSING to TIME-WAIT. */
async function ofFinished(prober: Prober, found: Found): Promise<Proof> {
  const isAcknowledged = FIN_ACKNOWLEDGED.includes(prober.subject.state);
  if (isAcknowledged && (await afterAckOfFin(prober, found)) === 'ends') return ended(found);
  const taken = await takesText(prober, found);
  if (taken === 'refused') return afterRefusal(prober, found);
  if (taken === 'reset') return found;
  if (taken === 'yes')
    return byTextTaken(found, found.state === 'TIME-WAIT' ? 'FIN-WAIT-2' : 'FIN-WAIT-1', true);
  const timeWait = found.state === 'TIME-WAIT' ? await isTimeWait(prober, found) : undefined;
  if (timeWait === true) return found;
  const end = isAcknowledged ? 'remains' : await afterAckOfFin(prober, found);
  if (end === 'ends') return ended(found);
  // With unread text, a stack may keep a connection that it should delete. The stimulus did not cause that.
  if (end === 'remains' && found.state === 'LAST-ACK' && hasRoom(found)) {
    return corrected(found, 'CLOSING', 'ACK of its FIN does not end it');
  }
  if (end === 'remains' && found.state === 'CLOSING' && (await isTimeWait(prober, found)) === false) {
    return corrected(found, 'CLOSE-WAIT', 'ACK of its FIN does not lead to TIME-WAIT');
  }
  if (found.state !== 'TIME-WAIT') return found;
  if (timeWait === undefined) return unlessFinNeverAgain(prober, found);
  return corrected(found, 'CLOSING', 'SYN answered as in CLOSING');
}

/**
 * LAST-ACK takes no text and ends when its FIN is acknowledged (RFC 9293 section 3.10.7.4, fifth). No other state that answers old text
 * does so: this needs no timer of the target's. Whatever else comes of it is left to a patient attempt.
 *
 * @throws TooHasty
 */
export async function byAckOfFin(prober: Prober, found: Found): Promise<Proof> {
  const taken = await takesText(prober, found);
  const isOpen = taken === 'no' || taken === undefined;
  if (!isOpen || (await afterAckOfFin(prober, found)) !== 'ends') prober.doubtState();
  return { ...found, how: [...found.how, 'ACK of its FIN ends it'] };
}

/** Another state than the numbers tell, because of this evidence. */
const corrected = (found: Found, state: State | 'unknown', evidence: Evidence): Proof => ({
  ...found,
  state,
  how: [...found.how, evidence],
});

function byTextTaken(found: Found, state: State, taken: boolean): Proof {
  if (state === found.state) return found;
  return corrected(found, state, taken ? 'new text taken' : 'new text not taken');
}

function ended(found: Found): Proof {
  return found.state === 'LAST-ACK' ? found : corrected(found, 'LAST-ACK', 'ACK of its FIN ends it');
}

/** When the target never sends a FIN again, its silence does not prove that the FIN is acknowledged. */
function unlessFinNeverAgain({ subject, environment }: Prober, found: Found): Proof {
  if (FIN_ACKNOWLEDGED.includes(subject.state) || !environment.timing.finNeverAgain) return found;
  return corrected(found, 'unknown', 'FIN never again');
}

/**
 * Acknowledges the target's FIN. Tells whether the connection ends.
 *
 * @returns undefined when the connection stops to answer old text: that fits neither LAST-ACK nor CLOSING
 */
async function afterAckOfFin(prober: Prober, found: Found): Promise<'ends' | 'remains' | undefined> {
  await prober.quiet();
  const wasDeaf = prober.isDeaf;
  const { targetFin } = prober.connection;
  // What told SND.NXT may have been a retransmission of text before the FIN.
  const end = targetFin === undefined ? found.sndNxt : add(targetFin, 1);
  prober.connection.sndUna = end;
  prober.assure(segmentOf({ seq: found.rcvNxt, ack: end, ctl: ['ACK'] }));
  let alive = await prober.numbers(found.rcvNxt);
  // A FIN that the timer sent may have crossed that ACK.
  if (alive !== undefined && alive !== 'reset' && alive.isOnText) alive = await prober.numbers(found.rcvNxt);
  if (alive === undefined || (alive !== 'reset' && prober.isDeaf && !wasDeaf)) return undefined;
  return alive === 'reset' ? 'ends' : 'remains';
}

/** A connection that resets new text and remains may wait for an ACK of its SYN. */
async function afterRefusal(prober: Prober, found: Found): Promise<Proof> {
  return (await synAgain(prober)) ? corrected(found, 'SYN-RECEIVED', 'SYN again') : found;
}

export const hasRoom = ({ window }: Numbers): boolean => window >= LEAST_ROOM;

/** `reset`: the connection is gone; `refused`: only the text was reset; undefined: unknown. */
type Taken = 'yes' | 'no' | 'reset' | 'refused' | undefined;

/**
 * Whether the connection takes new text. The stimulus may have acknowledged more than the tester did before, and a target may
 * drop text whose ACK is old. So where text is due to be taken, only text that acknowledges all that it can proves a refusal.
 */
async function takesText(prober: Prober, found: Found): Promise<Taken> {
  const { sndUna, targetFin } = prober.connection;
  const taken = await takesTextWith(prober, found, sndUna);
  if (taken !== 'no' || !TAKES_TEXT.includes(found.state)) return taken;
  const isFinAcknowledged = found.state === 'FIN-WAIT-2';
  const most = targetFin === undefined ? sentBy(prober, found) : add(targetFin, isFinAcknowledged ? 1 : 0);
  if (!gt(most, sndUna)) return taken;
  // LAST-ACK ends by that ACK, and has shown before that it takes no text.
  return (await takesTextWith(prober, found, most)) === 'yes' ? 'yes' : taken;
}

/**
 * Whether the connection takes an octet of new text with this ACK, which must not be that of an unacknowledged FIN. An octet of old
 * text follows it, since its acknowledgment does not wait for a delayed ACK. A refusal must be seen twice: one ACK may have been
 * sent before the text arrived. So may the target's own text, which goes out in many segments when the proof opens its window.
 */
export async function takesTextWith(prober: Prober, found: Numbers, ack: number): Promise<Taken> {
  if (!hasRoom(found)) return undefined;
  const { rcvNxt } = found;
  prober.assure(segmentOf({ seq: rcvNxt, ack, ctl: ['ACK', 'PSH'], data: 1 }));
  for (let tries = 0, refusals = 0; tries < ANSWERS && refusals < REFUSALS; tries += 1) {
    const answer = await prober.numbers(rcvNxt, [add(rcvNxt, 1)]);
    if (answer === undefined) return undefined;
    if (answer === 'reset') {
      const remains = await prober.numbers(rcvNxt);
      return remains === undefined || remains === 'reset' ? 'reset' : 'refused';
    }
    if (geq(answer.rcvNxt, add(rcvNxt, 1))) return 'yes';
    if (!answer.isOnText) refusals += 1;
  }
  return 'no';
}

/**
 * Whether text of the user goes out when all earlier text is acknowledged.
 *
 * @returns `gone` when that acknowledgment has ended the connection, undefined when the user takes no commands
 */
async function userSends(prober: Prober, found: Found): Promise<boolean | 'gone' | undefined> {
  if (!(await prober.user.find())) return undefined;
  // Unacknowledged, earlier text would leave no room for more.
  const sent = sentBy(prober, found);
  prober.assure(segmentOf({ seq: found.rcvNxt, ack: sent, ctl: ['ACK'] }));
  const isNew = (segment: ConcreteSegment): boolean =>
    segment.data > 0 && gt(add(segment.seq, lengthOf(segment)), sent);
  const from = await prober.user.tellToSend();
  if (from === undefined) return (await prober.numbers(found.rcvNxt)) === 'reset' ? 'gone' : undefined;
  if (from === 'closing') return false;
  return (await prober.fromTarget(isNew, from)) !== undefined;
}

/** The end of all text that the target has sent: some may have gone out since it told SND.NXT, or it told SND.UNA for it. */
const sentBy = (prober: Prober, { sndNxt }: Numbers): number =>
  prober
    .answers()
    .filter(({ segment: { ctl } }) => !ctl.has('RST'))
    .map(({ segment: { seq, data } }) => add(seq, data))
    .concat(prober.connection.sndNxt)
    .reduce((most, end) => (gt(end, most) ? end : most), sndNxt);

/** Whether a connection answers a SYN as this target does in TIME-WAIT. @returns undefined when unknown */
async function isTimeWait(prober: Prober, found: Found): Promise<boolean | undefined> {
  const { subject, connection, environment } = prober;
  if (subject.state === 'TIME-WAIT' && !subject.stimulus.ctl.has('RST')) return undefined;
  if (!subject.listening || !hasRoom(found) || connection.timestamps) return undefined;
  const answers = await synAnswers(environment, connection.mailbox.link.family);
  if (!answers) return undefined;
  await prober.quiet();
  const answer = await answerToSyn(environment, connection, found.rcvNxt);
  if (answer === 'silence') prober.doubtSilence();
  return answer === answers.timeWait ? true : answer === answers.closing ? false : undefined;
}
