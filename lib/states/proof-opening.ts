import { type ConcreteSegment, lengthOf, segmentOf } from '../notation/index.ts';
import type { Entry } from '../tester/index.ts';
import { add, gt, leq, sub } from '../wire/seq.ts';
import { FAR, isSynAck, type Proof, type Scene, silence, TIMER_MARGIN, TIMER_SLACK } from './scene.ts';

/** CLOSED and LISTEN reset an acknowledgment out of nowhere; no connection does so at that place. */
export async function closed(scene: Scene): Promise<Proof> {
  const { stimulus } = scene.subject;
  const ack = add(stimulus.seq, FAR);
  // A reset with a wrong number is a fault of its own, and yet it comes from no connection.
  const entry = await scene.exchange(
    segmentOf({ seq: ack, ack, ctl: ['ACK'] }),
    ({ ctl }) => ctl.has('RST') || ctl.has('ACK'),
    // Where CLOSED is known to say nothing, nothing is waited for beyond what an answer takes.
    scene.saysNothingInClosed ? scene.environment.timing.guard : undefined,
  );
  if (entry?.segment.ctl.has('RST')) {
    return { state: 'CLOSED', how: 'an acknowledgment out of nowhere was reset' };
  }
  if (entry) {
    return {
      state: 'unknown',
      how: 'an acknowledgment out of nowhere was answered as if there were a connection',
    };
  }
  const how = 'an acknowledgment out of nowhere was not reset';
  return silence(scene, how);
}

/** From LISTEN: either a SYN,ACK has begun a connection, or a new SYN is answered as the first. */
export async function fromListen(scene: Scene): Promise<Proof> {
  const { stimulus } = scene.subject;
  const synAck = scene.answers().find(({ segment }) => isSynAck(segment));
  if (!synAck) return listens(scene, add(stimulus.seq, FAR), '');
  scene.adopt(synAck.segment, stimulus.seq);
  return fromSynReceived(scene, scene.connection.mailbox.log.indexOf(synAck) + 1);
}

/** From SYN-SENT: what the stimulus has begun, or else a right SYN,ACK is acknowledged as the first. */
export async function fromSynSent(scene: Scene): Promise<Proof> {
  const { connection } = scene;
  const { stimulus } = scene.subject;
  const end = add(stimulus.seq, lengthOf(stimulus));
  const begun = scene
    .answers()
    .find(
      ({ segment: { ctl, ack } }) =>
        ctl.has('ACK') && !ctl.has('RST') && gt(ack, stimulus.seq) && leq(ack, end),
    );
  if (begun) {
    connection.irs = stimulus.seq;
    connection.rcvNxt = begun.segment.ack;
    connection.rcvWnd = begun.segment.wnd ?? 0;
    connection.absorb();
    return fromSynReceived(scene, connection.mailbox.log.indexOf(begun) + 1);
  }
  const seq = add(stimulus.seq, FAR);
  const entry = await scene.exchange(
    segmentOf({ seq, ack: connection.sndNxt, ctl: ['SYN', 'ACK'], ...scene.synFields() }),
    ({ ctl }) => !ctl.has('SYN') && (ctl.has('RST') || ctl.has('ACK')),
  );
  if (!entry) return silence(scene, 'a right SYN,ACK was not answered');
  if (entry.segment.ctl.has('RST')) return { state: 'CLOSED', how: 'a right SYN,ACK was reset' };
  if (entry.segment.ack !== add(seq, 1)) {
    return { state: 'unknown', how: 'a right SYN,ACK was answered as if there were a connection' };
  }
  connection.rcvNxt = entry.segment.ack;
  return { state: 'SYN-SENT', how: 'a right SYN,ACK was acknowledged' };
}

/**
 * From SYN-RECEIVED. A probe comes last: some stacks take one for the acknowledgment that establishes.
 *
 * @param since from where in the log a SYN,ACK counts as sent again
 */
export async function fromSynReceived(scene: Scene, since: number): Promise<Proof> {
  const anew = scene
    .answers()
    .find(({ segment: { ctl, seq } }) => ctl.has('SYN') && !ctl.has('ACK') && seq !== scene.connection.iss);
  if (anew) {
    const { seq } = anew.segment;
    Object.assign(scene.connection, { iss: seq, sndUna: seq, sndNxt: add(seq, 1) });
    const proof = await fromSynSent(scene);
    return { ...proof, how: `it sent a SYN with another ISS: ${proof.how}` };
  }
  const open = await synReceivedOr(scene, since);
  if (open) return open;
  const { listening } = scene.subject;
  // The right acknowledgment, so that nothing but the sequence number is wrong with the probe.
  scene.connection.sndUna = scene.connection.sndNxt;
  const alive = await scene.oldText();
  if (alive === 'reset') {
    const how = 'old text was reset';
    if (!listening) return { state: 'CLOSED', how: `${how}: there is no connection` };
    return listens(scene, add(scene.connection.rcvNxt, FAR), `${how}, `);
  }
  if (alive === undefined) return silence(scene, 'old text is not answered');
  if (scene.environment.driver.seesAccepts && listening) {
    return { state: 'unknown', how: 'there is a connection, but its user has not got it', ...alive };
  }
  const state = scene.finTaken(alive.rcvNxt) ? 'CLOSE-WAIT' : 'ESTABLISHED';
  return { state, how: 'old text was acknowledged, its SYN,ACK is not sent again', ...alive };
}

/**
 * Whether the SYN,ACK of the target's was acknowledged. It was if the target's user has the connection: it accepted it, or
 * what it sends goes out. It was not if it is sent again and the user has nothing: a timer alone may be one that was not
 * stopped.
 *
 * @returns undefined when neither shows
 */
export async function synReceivedOr(scene: Scene, since: number): Promise<Proof | undefined> {
  const { connection, environment } = scene;
  const { mailbox } = connection;
  const patience = environment.timing.synAckRetransmission * TIMER_SLACK + TIMER_MARGIN;
  const again = mailbox
    .next((entry) => isSynAck(entry.segment) && scene.isLater(entry), patience, since)
    .then((entry) => entry && { sentAgain: entry });
  const user = await scene.findUser();
  const told = scene.tellUser();
  const toldAt = told.then((from) => (from === undefined ? Number.POSITIVE_INFINITY : performance.now()));
  const { greets = false } = scene.subject;
  const accepted = greets
    ? scene.greeting(patience).then((entry) => entry && { how: 'what its application sends goes out' })
    : user
      ? scene.userSends(patience, told).then((entry) => entry && { how: 'what its user sends goes out' })
      : environment.driver
          .accepted(mailbox.port, patience)
          .then((handle) => handle && { how: 'its user has accepted it' });
  let first = await firstDefined<{ sentAgain: Entry } | { how: string }>(again, accepted);
  if (!first) return undefined;
  if ('sentAgain' in first) {
    const { guard, spread } = environment.timing;
    const inTime = (await toldAt) < first.sentAgain.at;
    const late = await Promise.race([accepted, environment.tester.listen(guard + spread)]);
    if (!late) {
      const { ack } = first.sentAgain.segment;
      // It may have established, and yet the SYN is to be acknowledged: until then a TCP may send nothing else again.
      if (!inTime && user && !greets && scene.acknowledgesNothing()) {
        return {
          state: 'unknown',
          how: 'its SYN,ACK was sent again before its user could send',
          rcvNxt: ack,
        };
      }
      return { state: 'SYN-RECEIVED', how: 'its SYN,ACK is sent again', rcvNxt: ack };
    }
    first = late;
  }
  connection.sndUna = connection.sndNxt;
  const alive = await scene.oldText();
  if (alive === 'reset') return { state: 'CLOSED', how: `${first.how}, but old text was reset` };
  if (alive === undefined) return { state: 'unknown', how: `${first.how}, but old text is not answered` };
  const state = scene.finTaken(alive.rcvNxt) ? 'CLOSE-WAIT' : 'ESTABLISHED';
  return { state, how: first.how, ...alive };
}

/** A LISTEN answers a SYN by the SYN,ACK that acknowledges it. */
async function listens(scene: Scene, seq: number, before: string): Promise<Proof> {
  const entry = await scene.exchange(
    segmentOf({ seq, ctl: ['SYN'], ...scene.synFields() }),
    ({ ctl }) => ctl.has('SYN') || ctl.has('RST') || ctl.has('ACK'),
  );
  if (!entry) return { state: 'unknown', how: `${before}a new SYN was not answered` };
  if (entry.segment.ctl.has('RST')) return { state: 'CLOSED', how: `${before}a new SYN was reset` };
  if (isSynAck(entry.segment) && entry.segment.ack === add(seq, 1)) {
    scene.adopt(entry.segment, seq);
    return { state: 'LISTEN', how: `${before}a new SYN was answered by its SYN,ACK` };
  }
  if (before === '' && opensWrongly(entry.segment, seq)) {
    return {
      state: 'LISTEN',
      how: 'a new SYN was answered by a SYN of its own, with a wrong acknowledgment',
    };
  }
  return { state: 'unknown', how: `${before}a new SYN was answered as if there were a connection` };
}

// By as much an acknowledgment may be wrong, and is still one of that SYN.
const NEAR = 2 ** 16;

/**
 * Whether a SYN is answered by one that opens a connection, though its acknowledgment is missing or wrong. Where no
 * connection was begun before, nothing but a LISTEN sends it.
 */
const opensWrongly = ({ ctl, ack }: ConcreteSegment, seq: number): boolean =>
  ctl.has('SYN') && !ctl.has('RST') && (!ctl.has('ACK') || sub(add(ack, NEAR), seq) < 2 * NEAR);

/** The first of several answers that is one; undefined when none is. */
function firstDefined<T>(...answers: Promise<T | undefined>[]): Promise<T | undefined> {
  return new Promise((resolve) => {
    for (const answer of answers) void answer.then((value) => value !== undefined && resolve(value));
    void Promise.all(answers).then((values) => resolve(values.find((value) => value !== undefined)));
  });
}
