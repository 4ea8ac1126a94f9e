import { segmentOf } from '../notation/index.ts';
import { add, geq } from '../wire/seq.ts';
import { synReceivedOr } from './proof-opening.ts';
import { isSynAck, type Proof, type Scene, silence } from './scene.ts';

/** From ESTABLISHED to TIME-WAIT. */
export async function fromSynchronized(scene: Scene): Promise<Proof> {
  const reborn = scene.answers().find(({ segment }) => isSynAck(segment));
  if (scene.subject.state === 'TIME-WAIT' && reborn) {
    scene.adopt(reborn.segment, scene.subject.stimulus.seq);
    const { log } = scene.connection.mailbox;
    const proof = await synReceivedOr(scene, log.indexOf(reborn) + 1);
    if (proof) return { ...proof, how: `the new incarnation: ${proof.how}` };
  }
  const alive = await scene.oldText();
  if (alive === 'reset') return { state: 'CLOSED', how: 'old text was reset: there is no connection' };
  if (alive === undefined) return silentConnection(scene);
  const { state, how } = await byFins(scene, alive.rcvNxt);
  return { state, how: ['old text was acknowledged', how].filter(Boolean).join(', '), ...alive };
}

/** The synchronized states are told apart by which FINs were sent, taken and acknowledged. */
async function byFins(scene: Scene, rcvNxt: number): Promise<Pick<Proof, 'state' | 'how'>> {
  const { state } = scene.subject;
  const taken = scene.finTaken(rcvNxt);
  if (scene.connection.targetFin === undefined)
    return { state: taken ? 'CLOSE-WAIT' : 'ESTABLISHED', how: '' };
  const acknowledged = state === 'FIN-WAIT-2' || state === 'TIME-WAIT';
  const again = acknowledged ? undefined : await scene.finAgain();
  const how = again ? 'its FIN is sent again' : acknowledged ? '' : 'its FIN is not sent again';
  if (!taken) return { state: again ? 'FIN-WAIT-1' : 'FIN-WAIT-2', how };
  if (again) return { state: state === 'LAST-ACK' ? 'LAST-ACK' : 'CLOSING', how };
  // Nothing leads from LAST-ACK to a connection with both FINs acknowledged: it is only believed where ours was.
  if (state === 'LAST-ACK' && !acknowledgesFin(scene)) return { state: 'unknown', how };
  return { state: 'TIME-WAIT', how };
}

/** Whether the stimulus acknowledges the target's FIN. */
function acknowledgesFin({ connection: { targetFin }, subject: { stimulus } }: Scene): boolean {
  return targetFin !== undefined && stimulus.ctl.has('ACK') && stimulus.ack === add(targetFin, 1);
}

/** The connection does not answer old text: new text, or its user's, may still show that it lives. */
async function silentConnection(scene: Scene): Promise<Proof> {
  const { connection } = scene;
  const { state } = scene.subject;
  const takesText = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'].includes(state);
  const unanswered = 'old text was not acknowledged';
  const rcvNxt = scene.rcvNxtSaid();
  if (takesText && !scene.finTaken(rcvNxt) && connection.rcvWnd > 0) {
    const end = add(rcvNxt, 1);
    const entry = await scene.exchange(
      segmentOf({ seq: rcvNxt, ack: connection.sndUna, ctl: ['ACK', 'PSH'], data: 1 }),
      ({ ctl, ack }) => ctl.has('RST') || (ctl.has('ACK') && geq(ack, end)),
      scene.environment.timing.observation,
    );
    if (entry?.segment.ctl.has('RST')) return { state: 'CLOSED', how: 'new text was reset' };
    if (entry) {
      const { state: found, how } = await byFins(scene, rcvNxt);
      return { state: found, how: [unanswered, 'but new text was', how].filter(Boolean).join(', ') };
    }
  }
  if (state === 'ESTABLISHED' || state === 'CLOSE-WAIT') {
    const sent = await scene.userSends();
    if (sent) {
      const { state: found } = await byFins(scene, sent.segment.ack);
      return { state: found, how: `${unanswered}, but its user can send`, rcvNxt: sent.segment.ack };
    }
  }
  const again = await scene.finAgain();
  if (again) {
    const { state: found } = await byFins(scene, again.segment.ack);
    return { state: found, how: `${unanswered}, but its FIN is sent again`, rcvNxt: again.segment.ack };
  }
  return silence(scene, 'neither old nor new text is answered');
}
