import { type ConcreteSegment, lengthOf, segmentOf } from '../notation/index.ts';
import type { State } from '../standard/state.ts';
import type { Evidence } from '../verdict/evidence.ts';
import { add, geq, gt } from '../wire/seq.ts';
import { isHabit } from './proof-habit.ts';
import { answerToSyn, synAnswers } from './proof-syn.ts';
import type { Numbers, Proof, Scene } from './scene.ts';

// Numbers alone do not tell every state from every other. What a connection still does tells the rest: whether it takes
// new text, whether its user can send, what the acknowledgment of its FIN leads to, and how it answers a SYN.

// A receiver with less room may drop an octet of text for want of memory.
const LEAST_ROOM = 512;

/** The states in which the target's FIN was acknowledged before the stimulus. */
const ACKNOWLEDGED: readonly State[] = ['FIN-WAIT-2', 'TIME-WAIT'];

/** A proof of one of the synchronized states, with the numbers that the target itself has told. */
export type Found = Proof & Numbers;

/**
 * Holds the state that was found against what the connection still does, and names the state that fits both. Where the
 * stimulus has not changed the state by the numbers, what the target does in that state anyway is no sign of another.
 *
 * @param sends whether its user can send, where that is known
 */
export async function byConduct(scene: Scene, found: Found, sends?: boolean): Promise<Proof> {
  const proof = await conductOf(scene, found, sends);
  if (proof.state === found.state || found.state !== scene.subject.state) return proof;
  return (await isHabit(scene, found.state, proof.state, conductOf)) ? found : proof;
}

async function conductOf(scene: Scene, found: Found, sends?: boolean): Promise<Proof> {
  switch (found.state) {
    case 'ESTABLISHED':
    case 'CLOSE-WAIT':
      return ofSender(scene, found, sends);
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
      return ofReceiver(scene, found);
    case 'CLOSING':
    case 'LAST-ACK':
    case 'TIME-WAIT':
      return ofFinished(scene, found);
    default:
      return found;
  }
}

/** ESTABLISHED takes text and its user can send; CLOSE-WAIT takes none. */
async function ofSender(scene: Scene, found: Found, seen?: boolean): Promise<Proof> {
  const sends = seen ?? (await userSends(scene, found)) ?? true;
  const taken = await takesText(scene, found);
  const receives = taken === undefined ? found.state === 'ESTABLISHED' : taken === 'yes';
  if (!sends) {
    const state = receives ? 'FIN-WAIT-2' : 'TIME-WAIT';
    return butSeen(found, state, 'user does not send');
  }
  if (isOver(taken)) return found;
  return corrected(found, receives ? 'ESTABLISHED' : 'CLOSE-WAIT', receives);
}

/** FIN-WAIT-1 and FIN-WAIT-2 take text; a FIN leads from FIN-WAIT-2 to TIME-WAIT, and from FIN-WAIT-1 it does not. */
async function ofReceiver(scene: Scene, found: Found): Promise<Proof> {
  const taken = await takesText(scene, found);
  if (taken === 'no') return corrected(found, found.state === 'FIN-WAIT-1' ? 'CLOSING' : 'TIME-WAIT', false);
  if (taken === 'refused') return refusing(scene, found);
  if (found.state === 'FIN-WAIT-1') return found;
  if (taken === 'reset') return unlessOpen(scene, found);
  const seq = add(found.rcvNxt, taken === 'yes' ? 1 : 0);
  const end = add(seq, 1);
  const fin = segmentOf({ seq, ack: scene.connection.sndUna, ctl: ['FIN', 'ACK'] });
  const answer = hasRoom(found)
    ? await scene.exchange(fin, ({ ctl, ack }) => ctl.has('RST') || (ctl.has('ACK') && ack === end))
    : undefined;
  const gone = !answer || answer.segment.ctl.has('RST');
  const lingers = gone ? undefined : await isTimeWait(scene, { ...found, rcvNxt: end });
  if (lingers === true) return found;
  if (lingers === undefined) return unlessOpen(scene, found);
  return butSeen(found, 'FIN-WAIT-1', 'FIN does not lead to TIME-WAIT');
}

/** The others take no text; an acknowledgment of its FIN ends LAST-ACK, and leads from CLOSING to TIME-WAIT. */
async function ofFinished(scene: Scene, found: Found): Promise<Proof> {
  const isAcknowledged = ACKNOWLEDGED.includes(scene.subject.state);
  if (isAcknowledged && (await uponAckOfFin(scene, found)) === 'ends') return ended(found);
  const taken = await takesText(scene, found);
  if (taken === 'refused') return refusing(scene, found);
  if (taken === 'reset') return found;
  if (taken === 'yes')
    return corrected(found, found.state === 'TIME-WAIT' ? 'FIN-WAIT-2' : 'FIN-WAIT-1', true);
  const lingers = found.state === 'TIME-WAIT' ? await isTimeWait(scene, found) : undefined;
  if (lingers === true) return found;
  const end = isAcknowledged ? 'remains' : await uponAckOfFin(scene, found);
  if (end === 'ends') return ended(found);
  // With unread text a stack may keep what it should delete, which is no fault of the stimulus.
  if (end === 'remains' && found.state === 'LAST-ACK' && hasRoom(found)) {
    return butSeen(found, 'CLOSING', 'ACK of its FIN does not end it');
  }
  if (end === 'remains' && found.state === 'CLOSING' && (await isTimeWait(scene, found)) === false) {
    return butSeen(found, 'CLOSE-WAIT', 'ACK of its FIN does not lead to TIME-WAIT');
  }
  if (found.state !== 'TIME-WAIT') return found;
  if (lingers === undefined) return unlessOpen(scene, found);
  return butSeen(found, 'CLOSING', 'SYN answered as in CLOSING');
}

/** Another state than the numbers tell, for what was seen besides. */
const butSeen = (found: Found, state: State | 'unknown', but: Evidence): Proof => ({
  ...found,
  state,
  how: [...found.how, but],
});

function ended(found: Found): Proof {
  if (found.state === 'LAST-ACK') return found;
  return butSeen(found, 'LAST-ACK', 'ACK of its FIN ends it');
}

/** Of a target that was never seen to send a FIN again, it proves nothing that it does not. */
function unlessOpen(scene: Scene, found: Found): Proof {
  if (ACKNOWLEDGED.includes(scene.subject.state) || !scene.environment.timing.finNeverAgain) return found;
  return butSeen(found, 'unknown', 'FIN never again');
}

/**
 * What the acknowledgment of its FIN leads to.
 *
 * @returns undefined where that cannot be told: a connection that has stopped to answer old text is neither gone, as after
 *   LAST-ACK, nor in TIME-WAIT, as after CLOSING
 */
async function uponAckOfFin(scene: Scene, found: Found): Promise<'ends' | 'remains' | undefined> {
  await scene.quiet();
  const wasDeaf = scene.isDeaf;
  scene.connection.sndUna = found.sndNxt;
  scene.assure(segmentOf({ seq: found.rcvNxt, ack: found.sndNxt, ctl: ['ACK'] }));
  const alive = await scene.numbers(found.rcvNxt);
  if (alive === undefined || (alive !== 'reset' && scene.isDeaf && !wasDeaf)) return undefined;
  return alive === 'reset' ? 'ends' : 'remains';
}

function corrected(found: Found, state: State, receives: boolean): Proof {
  if (state === found.state) return found;
  return butSeen(found, state, receives ? 'new text taken' : 'new text not taken');
}

type TextTaken = 'yes' | 'no' | 'reset' | 'refused';

const isOver = (taken: TextTaken | undefined): boolean => taken === 'reset' || taken === 'refused';

/** After a reset: whether old text is still acknowledged. */
async function isThere(scene: Scene, rcvNxt: number): Promise<boolean> {
  const said = await scene.numbers(rcvNxt);
  return said !== undefined && said !== 'reset';
}

/** A connection that resets new text and is still there may wait for the acknowledgment of its SYN. */
async function refusing(scene: Scene, found: Found): Promise<Proof> {
  if (!(await scene.synAgain())) return found;
  return butSeen(found, 'SYN-RECEIVED', 'SYN again');
}

const hasRoom = ({ window }: Numbers): boolean => window >= LEAST_ROOM;

/**
 * Whether the connection takes an octet of new text. An octet of old text behind it is acknowledged at once, and tells
 * without the wait for a delayed ACK. That it was not taken must be said twice: one ACK may have been sent before.
 *
 * @returns `reset`: and the connection is gone; `refused`: only the text was reset; undefined where that cannot be told
 */
export async function takesText(scene: Scene, found: Numbers): Promise<TextTaken | undefined> {
  if (!hasRoom(found)) return undefined;
  const { rcvNxt } = found;
  // Its FIN is not to be acknowledged yet.
  const ack = scene.connection.sndUna;
  scene.assure(segmentOf({ seq: rcvNxt, ack, ctl: ['ACK', 'PSH'], data: 1 }));
  for (let said = 0; said < 2; said += 1) {
    const answer = await scene.numbers(rcvNxt, [add(rcvNxt, 1)]);
    if (answer === 'reset') return (await isThere(scene, rcvNxt)) ? 'refused' : 'reset';
    if (answer === undefined) return undefined;
    if (geq(answer.rcvNxt, add(rcvNxt, 1))) return 'yes';
  }
  return 'no';
}

/** Whether text of its user's goes out, once all before it is acknowledged. @returns undefined where nobody can be told */
async function userSends(scene: Scene, { rcvNxt, sndNxt }: Found): Promise<boolean | undefined> {
  if (!(await scene.findUser())) return undefined;
  scene.assure(segmentOf({ seq: rcvNxt, ack: sndNxt, ctl: ['ACK'] }));
  const isNews = (segment: ConcreteSegment): boolean =>
    segment.data > 0 && gt(add(segment.seq, lengthOf(segment)), sndNxt);
  const from = await scene.tellUser();
  if (from === undefined) return undefined;
  return (await scene.fromTarget(isNews, from)) !== undefined;
}

/** Whether a connection both of whose FINs are acknowledged answers a SYN as in TIME-WAIT. @returns undefined: not told */
async function isTimeWait(scene: Scene, found: Found): Promise<boolean | undefined> {
  const { subject, connection, environment } = scene;
  const { family } = connection.mailbox.link;
  if (subject.state === 'TIME-WAIT' && !subject.stimulus.ctl.has('RST')) return undefined;
  if (!subject.listening || !hasRoom(found) || connection.timestamps) return undefined;
  const answers = await synAnswers(environment, family);
  if (!answers) return undefined;
  const { timeWait, closing } = answers;
  await scene.quiet();
  const answer = await answerToSyn(environment, connection, found.rcvNxt);
  return answer === timeWait ? true : answer === closing ? false : undefined;
}
