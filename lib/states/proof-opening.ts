import { type ConcreteSegment, lengthOf, segmentOf } from '../notation/index.ts';
import type { Entry } from '../tester/index.ts';
import type { Evidence } from '../verdict/evidence.ts';
import { add, gt, leq } from '../wire/seq.ts';
import { promptOf } from './environment.ts';
import { FAR, isSynAck, type Numbers, type Prober, type Proof } from './prober.ts';
import { byConduct, takesTextWith } from './proof-conduct.ts';
import { listens, silence, unanswered } from './proof-no-connection.ts';
import { synAgain, synPatience } from './proof-retransmissions.ts';

// Proofs for a connection that the target opens: from LISTEN, SYN-SENT and SYN-RECEIVED.

/** From LISTEN: the stimulus has begun a connection when a SYN,ACK came; otherwise a new SYN tells. */
export async function fromListen(prober: Prober): Promise<Proof> {
  const { connection, subject } = prober;
  const synAck = prober.answers().find(({ segment }) => isSynAck(segment));
  if (!synAck) return listens(prober, add(subject.stimulus.seq, FAR));
  connection.restart(synAck.segment, subject.stimulus.seq);
  return fromSynReceived(prober, connection.mailbox.log.indexOf(synAck) + 1);
}

/** From SYN-SENT: the stimulus has begun a connection when it was acknowledged; otherwise a SYN,ACK tells. */
export async function fromSynSent(prober: Prober): Promise<Proof> {
  const { connection, subject } = prober;
  const { stimulus } = subject;
  const end = add(stimulus.seq, lengthOf(stimulus));
  const acknowledged = prober
    .answers()
    .find(
      ({ segment: { ctl, ack } }) =>
        ctl.has('ACK') && !ctl.has('RST') && gt(ack, stimulus.seq) && leq(ack, end),
    );
  if (!acknowledged) return bySynAck(prober);
  connection.irs = stimulus.seq;
  connection.rcvNxt = acknowledged.segment.ack;
  connection.rcvWnd = acknowledged.segment.wnd ?? 0;
  connection.absorb();
  return fromSynReceived(prober, connection.mailbox.log.indexOf(acknowledged) + 1);
}

/** SYN-SENT acknowledges a valid SYN,ACK. */
async function bySynAck(prober: Prober): Promise<Proof> {
  const { connection, subject } = prober;
  const seq = add(subject.stimulus.seq, FAR);
  const entry = await prober.exchange(
    segmentOf({ seq, ack: connection.sndNxt, ctl: ['SYN', 'ACK'], ...prober.synFields() }),
    ({ ctl }) => !ctl.has('SYN') && (ctl.has('RST') || ctl.has('ACK')),
  );
  if (!entry) return silence(prober, 'SYN,ACK unanswered');
  const { segment } = entry;
  if (segment.ctl.has('RST')) return { state: 'CLOSED', how: ['SYN,ACK reset'] };
  if (segment.ack !== add(seq, 1)) {
    const sndNxt = add(segment.seq, lengthOf(segment));
    const numbers = { rcvNxt: segment.ack, sndNxt, window: segment.wnd ?? 0 };
    return byConduct(prober, { state: 'ESTABLISHED', how: ['SYN,ACK challenged'], ...numbers });
  }
  connection.rcvNxt = segment.ack;
  return { state: 'SYN-SENT', how: ['SYN,ACK acknowledged'] };
}

/**
 * From SYN-RECEIVED. The probe with old text comes last: some stacks take it for the ACK that establishes.
 *
 * @param since the place in the log after which a SYN,ACK is a retransmission
 */
export async function fromSynReceived(prober: Prober, since: number): Promise<Proof> {
  const { connection, environment, subject, user } = prober;
  const otherSyn = prober
    .answers()
    .find(({ segment: { ctl, seq } }) => ctl.has('SYN') && !ctl.has('ACK') && seq !== connection.iss);
  if (otherSyn) {
    connection.beginAt(otherSyn.segment);
    const proof = await fromSynSent(prober);
    return { ...proof, how: ['SYN with another ISS', ...proof.how] };
  }
  const decided = await synReceivedOr(prober, since);
  if (decided) return decided;
  const { listening } = subject;
  const { wasToldToSend } = user;
  // A valid acknowledgment: only the sequence number of the probe is old.
  connection.sndUna = connection.sndNxt;
  const alive = await prober.oldText();
  if (alive === 'reset') {
    if (!listening) return { state: 'CLOSED', how: ['old text reset'] };
    return listens(prober, add(connection.rcvNxt, FAR), 'old text reset');
  }
  if (alive === undefined) return unanswered(prober, 'old text unanswered');
  const how: Evidence[] = ['old text acknowledged', 'SYN,ACK not again'];
  // The user cannot use the connection: the SYN waits for this ACK, or the state is another one.
  const isUnaccepted = listening && user.acceptProves;
  const waits = isUnaccepted || wasToldToSend;
  if (waits && (await opensNow(prober, alive.rcvNxt))) {
    return { state: 'SYN-RECEIVED', how: [...how, 'ACK of its SYN opens it'], ...alive };
  }
  if (isUnaccepted) return { state: 'unknown', how: [...how, 'user has no connection'], ...alive };
  if (!waits && environment.timing.synAckNeverAgain) {
    return { state: 'unknown', how: [...how, 'SYN,ACK never again'], ...alive };
  }
  return opened(prober, how, alive, waits ? false : undefined);
}

/** Acknowledges the target's SYN. @returns whether the user can use the connection then */
async function opensNow(prober: Prober, rcvNxt: number): Promise<boolean> {
  const { connection, environment, subject, user } = prober;
  const from = connection.mailbox.log.length;
  prober.assure(segmentOf({ seq: rcvNxt, ack: connection.sndNxt, ctl: ['ACK'] }));
  // A reset is the answer of LISTEN and CLOSED to that ACK: its user gets nothing.
  const { driver, timing } = environment;
  const { mailbox } = connection;
  const isSign = ({ ctl, data }: ConcreteSegment): boolean => data > 0 || ctl.has('RST');
  if (!subject.listening || !user.acceptProves) {
    const entry = await prober.fromTarget(isSign, from);
    return entry !== undefined && !entry.segment.ctl.has('RST');
  }
  const accepted = driver
    .accepted(mailbox.port, timing.guard, subject.handle)
    .then((handle) => handle && true);
  const reset = mailbox.next(({ segment }) => segment.ctl.has('RST'), timing.guard, from);
  return (
    (await firstDefined(
      accepted,
      reset.then((entry) => entry && false),
    )) ?? false
  );
}

/** ESTABLISHED or CLOSE-WAIT, unless conduct says otherwise. */
function opened(prober: Prober, how: readonly Evidence[], alive: Numbers, sends?: boolean): Promise<Proof> {
  const state = prober.finTaken(alive.rcvNxt) ? 'CLOSE-WAIT' : 'ESTABLISHED';
  return byConduct(prober, { state, how, ...alive }, sends);
}

/**
 * Whether the target's SYN,ACK was acknowledged. It was when the user has the connection: the user accepted it, or its text
 * goes out. It was not when the SYN,ACK comes again and the user has nothing. A retransmission alone may come from a timer that
 * was not stopped.
 *
 * @returns undefined when neither is seen
 */
export async function synReceivedOr(prober: Prober, since: number): Promise<Proof | undefined> {
  const { connection, environment, subject } = prober;
  if (prober.acknowledgesNothing()) {
    const proof = await byText(prober);
    if (proof) return proof;
  }
  const again = synAgain(prober, since).then((entry) => entry && { sentAgain: entry });
  const { used, toldAt } = await watchUser(prober);
  const sign = firstDefined<{ sentAgain: Entry } | { how: Evidence }>(again, used);
  let first = await Promise.race([sign, nobodyUses(prober)]);
  if (first === 'nobody') {
    const opening = await (isSaidToBeOver(prober) ? byReset(prober) : byOpening(prober));
    if (opening !== 'unknown') return opening;
    // From now on, the user may have the connection because of that ACK.
    first = await again;
  }
  if (!first) return undefined;
  if ('sentAgain' in first) {
    const { guard, spread } = environment.timing;
    const inTime = toldAt() < first.sentAgain.at;
    const late = await Promise.race([used, environment.tester.listen(guard + spread)]);
    if (!late) {
      const { ack, ctl } = first.sentAgain.segment;
      if (!ctl.has('ACK')) return bySynAgain(prober);
      // It may be established: a TCP may send nothing else again while its SYN is unacknowledged.
      if (!inTime && prober.user.isKnown && !subject.greets && prober.acknowledgesNothing()) {
        return { state: 'unknown', how: ['SYN,ACK again before its user could send'], rcvNxt: ack };
      }
      return { state: 'SYN-RECEIVED', how: ['SYN,ACK again'], rcvNxt: ack };
    }
    first = late;
  }
  connection.sndUna = connection.sndNxt;
  const alive = await prober.numbers(connection.rcvNxt, prober.places());
  if (alive === 'reset') return { state: 'CLOSED', how: [first.how, 'old text reset'] };
  if (alive === undefined) return unanswered(prober, first.how, 'old text unanswered');
  return opened(prober, [first.how], alive, first.how === 'user accepted' ? undefined : true);
}

/**
 * Resolves when an established connection would have reached its user by now. Never resolves when nobody can say, or when an ACK
 * of the SYN would prove nothing.
 */
async function nobodyUses(prober: Prober): Promise<'nobody'> {
  const { environment, subject, user } = prober;
  const { driver, tester, synCookies = false, timing } = environment;
  const isUnaccepted = subject.listening && user.acceptProves;
  // The stimulus may have given the connection another precedence or security than the ACK would have.
  if (subject.altered) return new Promise(() => {});
  const tells = (isUnaccepted || user.isKnown) && !synCookies && !subject.greets && !tester.path.disturbed;
  if (!tells || !driver.userHasRead || prober.acknowledgesNothing()) return new Promise(() => {});
  await driver.userHasRead();
  await tester.listen(promptOf(timing));
  return isUnaccepted || user.wasToldToSend || isSaidToBeOver(prober) ? 'nobody' : new Promise(() => {});
}

/** The user is told that the connection has ended. Whoever proves patiently does not rely on that. */
const isSaidToBeOver = ({ subject, user }: Prober): boolean => subject.isHasty === true && user.isRefused;

/** Resolves when no connection is left: an ACK of its SYN is reset, and old text is. @throws TooHasty where there may be one */
async function byReset(prober: Prober): Promise<undefined> {
  const { connection } = prober;
  const { rcvNxt, sndNxt } = connection;
  const ack = segmentOf({ seq: rcvNxt, ack: sndNxt, ctl: ['ACK'] });
  await prober.exchange(ack, ({ ctl }) => ctl.has('RST'));
  connection.sndUna = sndNxt;
  if ((await prober.oldText()) !== 'reset') prober.doubtSilence();
}

/**
 * Acknowledges the target's SYN while no user has the connection. If the user gets it then, the state was SYN-RECEIVED.
 *
 * @returns undefined when that ACK and old text are reset, as by LISTEN and CLOSED; `unknown` when nothing comes of it
 */
async function byOpening(prober: Prober): Promise<Proof | undefined | 'unknown'> {
  const { connection } = prober;
  const from = connection.mailbox.log.length;
  const isOpened = await opensNow(prober, connection.rcvNxt);
  if (isOpened) {
    connection.sndUna = connection.sndNxt;
    const alive = await prober.numbers();
    const numbers = alive === 'reset' || alive === undefined ? {} : alive;
    return { state: 'SYN-RECEIVED', how: ['ACK of its SYN opens it'], ...numbers };
  }
  const isReset = ({ from: sender, segment: { ctl } }: Entry): boolean =>
    sender === 'target' && ctl.has('RST');
  if (!connection.mailbox.log.slice(from).some(isReset)) return 'unknown';
  connection.sndUna = connection.sndNxt;
  return (await prober.oldText()) === 'reset' ? undefined : 'unknown';
}

interface UserWatch {
  /** Resolves when the user shows that the connection is established; undefined when it does not in time. */
  readonly used: Promise<{ how: Evidence } | undefined>;
  /** When the user was told to send, of `performance.now()`; infinite before that. */
  readonly toldAt: () => number;
}

/** Waits for a sign that the user has the connection: an accept event, text on command, or text unasked. */
async function watchUser(prober: Prober): Promise<UserWatch> {
  const { subject, user } = prober;
  const { greets = false } = subject;
  const patience = synPatience(prober);
  const handle = await user.find();
  const comes = handle || greets ? undefined : user.comes(patience);
  const adopted = comes?.then((accepted) => {
    if (accepted) user.adopt(accepted);
    return accepted;
  });
  const accepts = user.acceptProves ? adopted : undefined;
  const told = adopted && !accepts ? adopted.then(() => user.tellToSend()) : user.tellToSend();
  let toldAt = Number.POSITIVE_INFINITY;
  void told.then((from) => {
    if (from !== undefined) toldAt = performance.now();
  });
  const signOf = <T>(sign: Promise<T | undefined>, how: Evidence) => sign.then((seen) => seen && { how });
  const used = greets
    ? signOf(user.greeting(patience), 'application sends')
    : accepts
      ? signOf(accepts, 'user accepted')
      : signOf(user.sends(patience, told), 'user sends');
  return { used, toldAt: () => toldAt };
}

/**
 * For a stimulus that acknowledges nothing: text with the same acknowledgment is taken when the stimulus has established the
 * connection. This needs no timer of the target.
 *
 * @returns undefined when that is not decisive
 */
async function byText(prober: Prober): Promise<Proof | undefined> {
  const alive = await prober.oldText();
  if (alive === undefined || alive === 'reset') return undefined;
  const taken = await takesTextWith(prober, alive, prober.connection.sndUna);
  if (taken === 'yes') return opened(prober, ['new text taken without an ACK of its SYN'], alive);
  // A reset of new text leaves SYN-RECEIVED as it is.
  if (taken === undefined || taken === 'reset' || prober.finTaken(alive.rcvNxt)) return undefined;
  return { state: 'SYN-RECEIVED', how: ['new text not taken without an ACK of its SYN'], ...alive };
}

/** The target sends a SYN without ACK again: SYN-RECEIVED answers old text, SYN-SENT does not. */
async function bySynAgain(prober: Prober): Promise<Proof> {
  const how = 'SYN again without ACK';
  // SYN-SENT would reset any other acknowledgment.
  prober.connection.sndUna = prober.connection.sndNxt;
  const alive = await prober.oldText();
  if (alive === 'reset') return { state: 'CLOSED', how: [how, 'old text reset'] };
  if (alive) return { state: 'SYN-RECEIVED', how: [how, 'old text acknowledged'], ...alive };
  const proof = await bySynAck(prober);
  return { ...proof, how: [how, ...proof.how] };
}

/** The first result that is not undefined; undefined when all are. */
function firstDefined<T>(...results: Promise<T | undefined>[]): Promise<T | undefined> {
  return new Promise((resolve) => {
    for (const result of results) void result.then((value) => value !== undefined && resolve(value));
    void Promise.all(results).then((values) => resolve(values.find((value) => value !== undefined)));
  });
}
