import { type ConcreteSegment, lengthOf, segmentOf } from '../notation/index.ts';
import type { Entry } from '../tester/index.ts';
import type { Evidence } from '../verdict/evidence.ts';
import { add, gt, leq, sub } from '../wire/seq.ts';
import { byConduct, takesText } from './proof-conduct.ts';
import { FAR, isSynAck, type Numbers, type Proof, type Scene, silence } from './scene.ts';

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
    return { state: 'CLOSED', how: ['stray ACK reset'] };
  }
  if (entry) {
    return { state: 'unknown', how: ['stray ACK acknowledged'] };
  }
  return silence(scene, 'stray ACK not reset');
}

/** From LISTEN: either a SYN,ACK has begun a connection, or a new SYN is answered as the first. */
export async function fromListen(scene: Scene): Promise<Proof> {
  const { stimulus } = scene.subject;
  const synAck = scene.answers().find(({ segment }) => isSynAck(segment));
  if (!synAck) return listens(scene, add(stimulus.seq, FAR));
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
  return bySynAck(scene);
}

/** Whether it is in SYN-SENT: a right SYN,ACK tells. */
async function bySynAck(scene: Scene): Promise<Proof> {
  const { connection, subject } = scene;
  const seq = add(subject.stimulus.seq, FAR);
  const entry = await scene.exchange(
    segmentOf({ seq, ack: connection.sndNxt, ctl: ['SYN', 'ACK'], ...scene.synFields() }),
    ({ ctl }) => !ctl.has('SYN') && (ctl.has('RST') || ctl.has('ACK')),
  );
  if (!entry) return silence(scene, 'SYN,ACK unanswered');
  if (entry.segment.ctl.has('RST')) return { state: 'CLOSED', how: ['SYN,ACK reset'] };
  if (entry.segment.ack !== add(seq, 1)) {
    const { ack, seq: sndNxt, wnd } = entry.segment;
    const numbers = { rcvNxt: ack, sndNxt: add(sndNxt, lengthOf(entry.segment)), window: wnd ?? 0 };
    return byConduct(scene, { state: 'ESTABLISHED', how: ['SYN,ACK challenged'], ...numbers });
  }
  connection.rcvNxt = entry.segment.ack;
  return { state: 'SYN-SENT', how: ['SYN,ACK acknowledged'] };
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
    scene.connection.beginAt(anew.segment);
    const proof = await fromSynSent(scene);
    return { ...proof, how: ['SYN with another ISS', ...proof.how] };
  }
  const open = await synReceivedOr(scene, since);
  if (open) return open;
  const { listening } = scene.subject;
  const told = scene.hasToldUser;
  // The right acknowledgment, so that nothing but the sequence number is wrong with the probe.
  scene.connection.sndUna = scene.connection.sndNxt;
  const alive = await scene.oldText();
  if (alive === 'reset') {
    if (!listening) return { state: 'CLOSED', how: ['old text reset'] };
    return listens(scene, add(scene.connection.rcvNxt, FAR), 'old text reset');
  }
  if (alive === undefined) return unanswered(scene, 'old text unanswered');
  const how: Evidence[] = ['old text acknowledged', 'SYN,ACK not again'];
  // Its user can do nothing with it: either its SYN still waits for this acknowledgment, or it is another state.
  const isUnaccepted = listening && scene.acceptProves;
  const waits = isUnaccepted || told;
  if (waits && (await opensNow(scene, alive.rcvNxt))) {
    return { state: 'SYN-RECEIVED', how: [...how, 'ACK of its SYN opens it'], ...alive };
  }
  if (isUnaccepted) {
    return { state: 'unknown', how: [...how, 'user has no connection'], ...alive };
  }
  // Of a target that was never seen to send a SYN,ACK again, it proves nothing that it does not.
  if (!waits && scene.environment.timing.synAckNeverAgain) {
    return { state: 'unknown', how: [...how, 'SYN,ACK never again'], ...alive };
  }
  return opened(scene, how, alive, waits ? false : undefined);
}

/** The acknowledgment of the target's SYN: whether that is what its user has waited for. */
async function opensNow(scene: Scene, rcvNxt: number): Promise<boolean> {
  const { connection, environment, subject } = scene;
  const from = connection.mailbox.log.length;
  scene.assure(segmentOf({ seq: rcvNxt, ack: connection.sndNxt, ctl: ['ACK'] }));
  if (!subject.listening || !scene.acceptProves) {
    return (await scene.fromTarget(({ data }) => data > 0, from)) !== undefined;
  }
  return (await environment.driver.accepted(connection.mailbox.port, environment.timing.guard)) !== undefined;
}

/** ESTABLISHED or CLOSE-WAIT, unless what it does belies that. */
function opened(scene: Scene, how: readonly Evidence[], alive: Numbers, sends?: boolean): Promise<Proof> {
  const state = scene.finTaken(alive.rcvNxt) ? 'CLOSE-WAIT' : 'ESTABLISHED';
  return byConduct(scene, { state, how, ...alive }, sends);
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
  const patience = scene.synPatience;
  if (scene.acknowledgesNothing()) {
    const proof = await byText(scene);
    if (proof) return proof;
  }
  // With or without ACK: its SYN is not acknowledged.
  const again = mailbox
    .next(
      (entry) => entry.segment.ctl.has('SYN') && entry.segment.seq === connection.iss && scene.isLater(entry),
      patience,
      since,
    )
    .then((entry) => entry && { sentAgain: entry });
  const { greets = false } = scene.subject;
  const user = await scene.findUser();
  const comes = user || greets ? undefined : environment.driver.accepted(mailbox.port, patience);
  const adopted = comes?.then((handle) => {
    if (handle) scene.adoptUser(handle);
    return handle;
  });
  // Whose accept proves nothing is told to send, also where it comes late.
  const told = adopted && !scene.acceptProves ? adopted.then(() => scene.tellUser()) : scene.tellUser();
  let toldAt = Number.POSITIVE_INFINITY;
  void told.then((from) => {
    if (from !== undefined) toldAt = performance.now();
  });
  const accepted = greets
    ? scene.greeting(patience).then((entry) => entry && { how: 'application sends' as const })
    : adopted && scene.acceptProves
      ? adopted.then((handle) => handle && { how: 'user accepted' as const })
      : scene.userSends(patience, told).then((entry) => entry && { how: 'user sends' as const });
  let first = await firstDefined<{ sentAgain: Entry } | { how: Evidence }>(again, accepted);
  if (!first) return undefined;
  if ('sentAgain' in first) {
    const { guard, spread } = environment.timing;
    const inTime = toldAt < first.sentAgain.at;
    const late = await Promise.race([accepted, environment.tester.listen(guard + spread)]);
    if (!late) {
      const { ack, ctl } = first.sentAgain.segment;
      if (!ctl.has('ACK')) return bySynAgain(scene);
      // It may have established, and yet the SYN is to be acknowledged: until then a TCP may send nothing else again.
      if (!inTime && scene.hasUser && !greets && scene.acknowledgesNothing()) {
        return {
          state: 'unknown',
          how: ['SYN,ACK again before its user could send'],
          rcvNxt: ack,
        };
      }
      return { state: 'SYN-RECEIVED', how: ['SYN,ACK again'], rcvNxt: ack };
    }
    first = late;
  }
  connection.sndUna = connection.sndNxt;
  const alive = await scene.numbers(connection.rcvNxt, scene.places());
  if (alive === 'reset') return { state: 'CLOSED', how: [first.how, 'old text reset'] };
  if (alive === undefined) return unanswered(scene, first.how, 'old text unanswered');
  return opened(scene, [first.how], alive, first.how === 'user accepted' ? undefined : true);
}

/**
 * Whether a stimulus that acknowledges nothing has established the connection: then text with the same acknowledgment is
 * taken. No timer of the target's has a part in that.
 *
 * @returns undefined where that does not tell
 */
async function byText(scene: Scene): Promise<Proof | undefined> {
  const alive = await scene.oldText();
  if (alive === undefined || alive === 'reset') return undefined;
  const taken = await takesText(scene, alive);
  if (taken === 'yes') return opened(scene, ['new text taken without an ACK of its SYN'], alive);
  // The reset of new text leaves SYN-RECEIVED as it is.
  if (taken === undefined || taken === 'reset' || scene.finTaken(alive.rcvNxt)) return undefined;
  return { state: 'SYN-RECEIVED', how: ['new text not taken without an ACK of its SYN'], ...alive };
}

/** Its SYN, and no SYN,ACK, is sent again: SYN-RECEIVED answers old text, and SYN-SENT does not. */
async function bySynAgain(scene: Scene): Promise<Proof> {
  const how = 'SYN again without ACK';
  // SYN-SENT would reset another one.
  scene.connection.sndUna = scene.connection.sndNxt;
  const alive = await scene.oldText();
  if (alive === 'reset') return { state: 'CLOSED', how: [how, 'old text reset'] };
  if (alive) return { state: 'SYN-RECEIVED', how: [how, 'old text acknowledged'], ...alive };
  const proof = await bySynAck(scene);
  return { ...proof, how: [how, ...proof.how] };
}

/** What is no connection any more answers a SYN; so does one that answers nothing else. */
async function unanswered(scene: Scene, ...how: readonly Evidence[]): Promise<Proof> {
  const proof = await bySyn(scene, ...how);
  if (proof && 'state' in proof) return proof;
  return silence(scene, ...how);
}

/**
 * A new SYN, where nothing else is answered: reset in CLOSED, answered by another ISS where there is a LISTEN and by the
 * same one in SYN-SENT (RFC 9293 section 3.10.7).
 *
 * @returns the numbers of a connection that challenges it; undefined when it is not answered
 */
export async function bySyn(scene: Scene, ...how: readonly Evidence[]): Promise<Proof | Numbers | undefined> {
  const { connection, subject } = scene;
  const seq = add(connection.rcvNxt, FAR);
  const entry = await scene.exchange(
    segmentOf({ seq, ctl: ['SYN'], ...scene.synFields() }),
    ({ ctl, data }) => ctl.has('SYN') || ctl.has('RST') || (ctl.has('ACK') && !ctl.has('FIN') && data === 0),
  );
  if (!entry) return undefined;
  const { ctl, ack, wnd, seq: iss } = entry.segment;
  if (ctl.has('RST')) return { state: 'CLOSED', how: [...how, 'SYN reset'] };
  if (!ctl.has('SYN')) return { rcvNxt: ack, sndNxt: iss, window: wnd ?? 0 };
  if (iss === connection.iss) return { state: 'SYN-SENT', how: [...how, 'SYN crosses its own'] };
  // TIME-WAIT and a LISTEN behind it may answer alike.
  if (!isSynAck(entry.segment) || ack !== add(seq, 1) || subject.state === 'TIME-WAIT') {
    return { state: 'unknown', how };
  }
  return { state: 'CLOSED', how: [...how, 'SYN begins another connection'] };
}

/** A LISTEN answers a SYN by the SYN,ACK that acknowledges it. */
async function listens(scene: Scene, seq: number, ...before: readonly Evidence[]): Promise<Proof> {
  const entry = await scene.exchange(
    segmentOf({ seq, ctl: ['SYN'], ...scene.synFields() }),
    ({ ctl }) => ctl.has('SYN') || ctl.has('RST') || ctl.has('ACK'),
  );
  if (!entry) return { state: 'unknown', how: [...before, 'SYN unanswered'] };
  if (entry.segment.ctl.has('RST')) return { state: 'CLOSED', how: [...before, 'SYN reset'] };
  if (isSynAck(entry.segment) && entry.segment.ack === add(seq, 1)) {
    scene.adopt(entry.segment, seq);
    return { state: 'LISTEN', how: [...before, 'SYN acknowledged'] };
  }
  if (before.length === 0 && opensWrongly(entry.segment, seq)) {
    return { state: 'LISTEN', how: ['SYN answered by a wrong SYN'] };
  }
  return { state: 'unknown', how: [...before, 'SYN answered as by a connection'] };
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
