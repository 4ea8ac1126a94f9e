import type { Environment } from './environment.ts';
import { closed, fromListen, fromSynReceived, fromSynSent } from './proof-opening.ts';
import { fromSynchronized } from './proof-synchronized.ts';
import { type Proof, Scene, type Subject } from './scene.ts';

/**
 * Proves in which state the target is after a stimulus, by exchanges that change nothing and that rate limiters exempt:
 * an octet of text that the target has long received must be acknowledged at once in every synchronized state (first
 * check of RFC 9293 section 3.10.7.4), and the acknowledgment tells SND.NXT and RCV.NXT. Whether a SYN or FIN of the
 * target's is still unacknowledged is told by its being sent again.
 *
 * Since a target handles the segments of a connection in order, an answer also proves that it has handled the stimulus.
 */
export function prove(environment: Environment, subject: Subject): Promise<Proof> {
  const scene = new Scene(environment, subject);
  switch (subject.state) {
    case 'CLOSED':
      return closed(scene);
    case 'LISTEN':
      return fromListen(scene);
    case 'SYN-SENT':
      return fromSynSent(scene);
    case 'SYN-RECEIVED':
      return fromSynReceived(scene, subject.mark);
    default:
      return fromSynchronized(scene);
  }
}
