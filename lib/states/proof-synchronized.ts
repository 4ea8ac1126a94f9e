import { segmentOf } from '../notation/index.ts';
import type { Evidence } from '../verdict/evidence.ts';
import { add, geq } from '../wire/seq.ts';
import { byConduct } from './proof-conduct.ts';
import { bySyn, synReceivedOr } from './proof-opening.ts';
import { isSynAck, type Numbers, type Proof, type Scene, silence } from './scene.ts';

/** From ESTABLISHED to TIME-WAIT. */
export async function fromSynchronized(scene: Scene): Promise<Proof> {
  const reborn = scene.answers().find(({ segment }) => isSynAck(segment));
  if (scene.subject.state === 'TIME-WAIT' && reborn) {
    scene.adopt(reborn.segment, scene.subject.stimulus.seq);
    const { log } = scene.connection.mailbox;
    const proof = await synReceivedOr(scene, log.indexOf(reborn) + 1);
    if (proof) return { ...proof, how: ['new incarnation', ...proof.how] };
    if (scene.environment.timing.synAckNeverAgain) {
      return { state: 'unknown', how: ['SYN,ACK never again'] };
    }
  }
  const alive = await scene.numbers(scene.connection.rcvNxt, scene.places());
  if (alive === 'reset')
    return { state: 'CLOSED', how: [scene.isDeaf ? 'unsent ACK reset' : 'old text reset'] };
  if (alive === undefined) return silentConnection(scene);
  return told(
    scene,
    scene.isDeaf ? ['old text unanswered', 'unsent ACK answered'] : ['old text acknowledged'],
    alive,
  );
}

async function told(scene: Scene, by: readonly Evidence[], numbers: Numbers): Promise<Proof> {
  const { state, how } = await byFins(scene, numbers.rcvNxt);
  return byConduct(scene, { state, how: [...by, ...how], ...numbers });
}

/** The synchronized states are told apart by which FINs were sent, taken and acknowledged. */
async function byFins(scene: Scene, rcvNxt: number): Promise<Pick<Proof, 'state' | 'how'>> {
  const { state } = scene.subject;
  const taken = scene.finTaken(rcvNxt);
  if (scene.connection.targetFin === undefined)
    return { state: taken ? 'CLOSE-WAIT' : 'ESTABLISHED', how: [] };
  const acknowledged = state === 'FIN-WAIT-2' || state === 'TIME-WAIT';
  const again = acknowledged ? undefined : await scene.finAgain();
  const how: Evidence[] = again ? ['FIN again'] : acknowledged ? [] : ['FIN not again'];
  if (!taken) return { state: again ? 'FIN-WAIT-1' : 'FIN-WAIT-2', how };
  if (again) return { state: state === 'LAST-ACK' ? 'LAST-ACK' : 'CLOSING', how };
  return { state: 'TIME-WAIT', how };
}

/** The connection answers no probe: new text, or its user's, or a new SYN may still show what it is. */
async function silentConnection(scene: Scene): Promise<Proof> {
  const { connection } = scene;
  const { state } = scene.subject;
  const takesText = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'].includes(state);
  const rcvNxt = scene.rcvNxtSaid();
  if (takesText && !scene.finTaken(rcvNxt) && connection.rcvWnd > 0) {
    const end = add(rcvNxt, 1);
    const entry = await scene.exchange(
      segmentOf({ seq: rcvNxt, ack: connection.sndUna, ctl: ['ACK', 'PSH'], data: 1 }),
      ({ ctl, ack }) => ctl.has('RST') || (ctl.has('ACK') && geq(ack, end)),
      scene.environment.timing.observation,
    );
    if (entry?.segment.ctl.has('RST')) return { state: 'CLOSED', how: ['new text reset'] };
    if (entry) {
      const { state: found, how } = await byFins(scene, rcvNxt);
      return { state: found, how: ['old text unanswered', 'new text acknowledged', ...how] };
    }
  }
  if (state === 'ESTABLISHED' || state === 'CLOSE-WAIT') {
    const sent = await scene.userSends();
    if (sent) {
      const { state: found } = await byFins(scene, sent.segment.ack);
      return { state: found, how: ['old text unanswered', 'user sends'], rcvNxt: sent.segment.ack };
    }
  }
  const again = await scene.finAgain();
  if (again) {
    const { state: found } = await byFins(scene, again.segment.ack);
    return { state: found, how: ['old text unanswered', 'FIN again'], rcvNxt: again.segment.ack };
  }
  const proof = await bySyn(scene, 'old text unanswered', 'new text unanswered');
  if (proof === undefined)
    return silence(scene, 'old text unanswered', 'new text unanswered', 'SYN unanswered');
  return 'state' in proof ? proof : told(scene, ['only a SYN answered'], proof);
}
