import { deleted } from '../../standard/arrives/arrival.ts';
import { TIDINGS, type Tidings } from '../../catalogue/scenario.ts';
import type { Call, Send, Told } from '../../standard/calls/call.ts';
import type { IcmpError } from '../../standard/icmp-arrives.ts';
import type { Arrival } from '../../standard/segment-arrives.ts';
import type { Segment, Tcb } from '../../standard/tcb.ts';
import { type Timer, timerOf } from '../../standard/time-out.ts';
import type { Reaction } from '../../standard/user-calls.ts';
import { add, gt, sub } from '../../wire/seq.ts';
import type { IpHeader, Patience, SentOptions } from './behaviour.ts';
import type { Surroundings, Wishes } from './surroundings.ts';

// Less than the override timeout of RFC 9293 section 3.8.6.2.1 may be.
const OVERRIDE = 200;
const LONGEST_INTERVAL = 60_000;
/** The clock of RFC 9293 section 3.4.1 ticks every four microseconds: so often in a millisecond. */
export const TICKS = 250;
/** R1, in retransmissions (RFC 9293 section 3.8.3). */
const R1 = 3;
/** Which the user hears of only where it has asked for reports. */
const REPORTS: readonly Told['says'][] = ['soft error', 'excessive retransmissions'];

/** One connection: the specification moves its TCB; here are the octets of its text, its clock, and its user. */
export class Connection {
  tcb: Tcb;
  readonly #around: Surroundings;
  #reading: boolean;
  /** All text that the user has sent, from the first octet after the SYN on. */
  #text: readonly number[] = [];
  /** The octets of text that have arrived, by their sequence numbers, until the user is given them. */
  readonly #arrived = new Map<number, number>();
  /** Those that the user was given, and that nobody has asked for. */
  #given: readonly number[] = [];
  readonly #told = new Set<Tidings>();
  /** What the user has chosen for the IP header; absent: as usual. */
  header: IpHeader;
  #patience: Patience;
  /** Takes what the user is given, in place of that. */
  forward: ((text: Uint8Array) => void) | undefined;
  #running: Timer['name'] | undefined;
  #clock: NodeJS.Timeout | undefined;
  #tries = 0;
  /** How often RTO was doubled since a round trip was measured (RFC 6298 section 5). */
  #doubled = 0;
  /** Since when the clock runs for the same, of `performance.now()`. */
  #triedSince = 0;
  /** How many keep-alives have gone out since the last segment arrived. */
  #unanswered = 0;
  #isSynAgain = false;
  /** How many segments have gone out. */
  #sent = 0;
  /** How often a SYN has reopened it, and since when the clock of its ISS counts, of `performance.now()`. */
  #reopenings = 0;
  readonly #since = performance.now();

  constructor(tcb: Tcb, { reading, header = {}, patience = {} }: Wishes, around: Surroundings) {
    this.#patience = around.patience(patience, {});
    this.tcb = { ...tcb, keepAlive: this.#patience.keepAlive !== undefined };
    this.#reading = reading;
    this.header = header;
    this.#around = around;
  }

  /** OPEN, active. @returns false when it is refused */
  open(precedence: number, remote: 'specified' | 'invalid'): boolean {
    return !this.#call({ name: 'OPEN', mode: 'active', remote, precedence });
  }

  arrives(segment: Segment, text: Uint8Array): void {
    const before = this.tcb;
    const start = add(segment.seq, segment.ctl.has('SYN') ? 1 : 0);
    for (const [index, octet] of text.entries()) this.#arrived.set(add(start, index), octet);
    const { reply, tcb, told = [] } = this.#renumbered(before, this.#around.arrive(before, segment));
    this.tcb = tcb;
    this.#tell(told);
    if (tcb.iss !== before.iss) this.#text = [];
    // The window in the reply has what the user takes at once.
    if (this.#reading) this.#receive(reply !== 'silence');
    if (reply !== 'silence') this.#reply({ ...reply, wnd: this.tcb.rcvWnd }, before, segment);
    this.#tellOfOpening(before);
    if (!this.isClosed) this.#take(this.#around.serve(this.tcb));
    this.#unanswered = 0;
    this.#wind(before, reply !== 'silence');
    if (this.#around.restartsKeepAlive) this.#idle();
  }

  /** The clock of the ISS goes on while a connection is reopened in TIME-WAIT, once or more (RFC 9293 section 3.4.1). */
  #renumbered({ state }: Tcb, arrival: Arrival): Arrival {
    const { reply, tcb, freeSeq } = arrival;
    if (!freeSeq || state !== 'TIME-WAIT' || reply === 'silence') return arrival;
    this.#reopenings += 1;
    const iss = add(tcb.iss, this.#reopenings + Math.floor((performance.now() - this.#since) * TICKS));
    const numbers = { iss, sndUna: iss, sndNxt: add(iss, sub(tcb.sndNxt, tcb.iss)), sndWl2: iss };
    return { ...arrival, reply: { ...reply, seq: iss }, tcb: { ...tcb, ...numbers } };
  }

  hearIcmp(error: IcmpError): void {
    const before = this.tcb;
    this.#take(this.#around.hearIcmp(before, error));
    this.#wind(before);
  }

  /** SEND. @returns false when it is refused */
  write(text: Uint8Array, marks: Pick<Send, 'push' | 'urgent'> = {}): boolean {
    const before = this.#text;
    this.#text = [...before, ...text];
    const isRefused = this.#call({ name: 'SEND', octets: text.length, ...marks });
    if (isRefused) this.#text = before;
    return !isRefused;
  }

  /** CLOSE of RFC 793: there is no more to send. */
  shutdown(): void {
    this.#call({ name: 'CLOSE', goesOn: true });
  }

  /** CLOSE, and the user is gone: nobody will read what still arrives. */
  close(): void {
    this.#call({ name: 'CLOSE', goesOn: false });
    this.#reading = true;
    // A window that is open enough needs no update.
    this.#receive(this.tcb.rcvWnd > 0);
  }

  abort(): void {
    this.#call({ name: 'ABORT' });
  }

  /** The TCB is given up, and nobody is told. */
  forget(): void {
    const before = this.tcb;
    this.tcb = deleted(before);
    this.#wind(before);
  }

  /** RECEIVE, of all that there is and will be; or no more of it. */
  read(on: boolean): void {
    this.#reading = on;
    if (on) this.#receive(false);
  }

  /** The text that the user was given since this was asked last. */
  delivered(): Uint8Array {
    const text = Uint8Array.from(this.#given);
    this.#given = [];
    return text;
  }

  get isClosed(): boolean {
    return this.tcb.state === 'CLOSED' || this.tcb.state === 'LISTEN';
  }

  /** @returns whether the user was refused */
  #call(call: Call): boolean {
    const before = this.tcb;
    const reaction = this.#around.call(before, call);
    this.#take(reaction);
    this.#wind(before);
    return reaction.told.some(({ to, says }) => to === 'caller' && says !== 'ok');
  }

  /** @param isAnswered a segment goes out anyway, and has the window */
  #receive(isAnswered: boolean): void {
    while (this.tcb.unread > 0) {
      const { unread: octets, rcvWnd } = this.tcb;
      const liking = ({ delivered, tcb, sent }: Reaction): number =>
        Number(delivered.length > 0) * 4 +
        Number(tcb.rcvWnd > rcvWnd) * 2 +
        Number(sent.length > 0 !== isAnswered);
      const reaction = this.#around.call(this.tcb, { name: 'RECEIVE', octets }, liking);
      if (reaction.delivered.length === 0) return;
      this.#take(reaction);
    }
  }

  #take({ tcb, sent, delivered, told }: Reaction): void {
    this.tcb = tcb;
    this.#tell(told);
    for (const { seq, octets } of delivered) this.#give(seq, octets);
    for (const segment of sent) this.#send(segment);
  }

  #tell(told: readonly Told[]): void {
    for (const { to, says } of told) {
      const isHeard = this.#patience.reports || !REPORTS.includes(says);
      if (to === 'user' && isHeard && (TIDINGS as readonly string[]).includes(says))
        this.#told.add(says as Tidings);
    }
  }

  /** What the user was told, of what the suite asks for. */
  get told(): readonly Tidings[] {
    const { rcvUp, rcvUser } = this.tcb;
    return TIDINGS.filter((one) =>
      one === 'urgent data remains' ? !this.isClosed && gt(rcvUp, rcvUser) : this.#told.has(one),
    );
  }

  /** From now on; what it has asked before goes on. */
  asks(patience: Patience): void {
    this.#patience = this.#around.patience({ ...this.#patience, ...patience }, this.#patience);
    this.tcb = { ...this.tcb, keepAlive: this.#patience.keepAlive !== undefined };
    this.#idle();
  }

  /** Turns the algorithm of Nagle on or off. */
  combines(small: boolean): void {
    this.tcb = { ...this.tcb, nagle: small };
  }

  #give(seq: number, octets: number): void {
    const numbers = Array.from({ length: octets }, (_, index) => add(seq, index));
    const text = this.#around.hands(numbers.map((number) => this.#arrived.get(number) ?? 0));
    for (const number of numbers) this.#arrived.delete(number);
    if (this.forward) this.forward(Uint8Array.from(text));
    else this.#given = [...this.#given, ...text];
  }

  #tellOfOpening({ state: before, origin }: Tcb): void {
    const { state } = this.tcb;
    if (state === 'SYN-RECEIVED' && (before === 'LISTEN' || before === 'TIME-WAIT'))
      this.#around.synReceived();
    const wasOpening = ['LISTEN', 'SYN-RECEIVED'].includes(before) && origin !== 'active';
    if (wasOpening && !this.isClosed && state !== 'SYN-RECEIVED') this.#around.established();
  }

  #reply(reply: Segment, before: Tcb, segment: Segment): void {
    for (const { segment: out, after, unless } of this.#around.emit(reply, before, segment)) {
      const sent = this.#sent;
      const isOver = (): boolean =>
        unless !== undefined && (this.isClosed || (unless === 'another went out' && this.#sent > sent));
      if (after === 0) this.#send(out);
      else setTimeout(() => isOver() || this.#send(out), after);
    }
  }

  #send(segment: Segment): void {
    const out = this.#around.outgoing(segment, this.tcb);
    if (out === 'silence') return;
    const { options, largestText } = this.#around;
    this.#sent += 1;
    const from = sub(out.seq, add(this.tcb.iss, out.ctl.has('SYN') ? 0 : 1));
    this.#around.send(out, {
      text: Uint8Array.from({ length: out.data }, (_, index) => this.#text[from + index] ?? 0),
      options: options(optionsFor(this.tcb, out, largestText), out),
      header: this.#around.header(this.header, out),
    });
  }

  /** Winds up the clock for what is due next. What was acknowledged, or that the peer's FIN has come again, starts it anew. */
  #wind(before: Tcb, answered = false): void {
    const { state, sndUna } = this.tcb;
    if (this.isClosed) {
      clearTimeout(this.#clock);
      this.#around.gone();
      return;
    }
    const due = timerOf(this.tcb);
    const isAnew =
      due !== this.#running ||
      (state === 'TIME-WAIT' ? answered && this.#around.restartsTimeWait : sndUna !== before.sndUna);
    if (!isAnew) return;
    if (sndUna !== before.sndUna) this.#measure(before);
    this.#tries = 0;
    this.#triedSince = performance.now();
    this.#start(due);
  }

  /** Karn's algorithm: the acknowledgment of what was sent twice tells no round trip, and RTO stays as it is. */
  #measure({ state }: Tcb): void {
    const isOfText = this.#running === 'retransmission' && state !== 'SYN-SENT' && state !== 'SYN-RECEIVED';
    const again = isOfText && this.#around.keepsRto ? this.#tries : 0;
    this.#doubled = again === 0 ? 0 : this.#doubled + again;
  }

  #start(due: Timer['name'] | undefined): void {
    clearTimeout(this.#clock);
    this.#running = due;
    const next = due ?? (this.#keepAlive === undefined ? undefined : 'keep-alive');
    if (next === undefined || this.isClosed) return;
    this.#clock = setTimeout(() => this.#expire(next), this.#interval(next));
    if (next === 'TIME-WAIT' || next === 'keep-alive') this.#clock.unref();
  }

  /** In milliseconds. */
  get #keepAlive(): number | undefined {
    return this.#patience.keepAlive ?? this.#around.timers.keepAlive;
  }

  /** Nothing is due: the idle time begins anew. */
  #idle(): void {
    if (this.#running === undefined && !this.isClosed) this.#start(undefined);
  }

  /** In milliseconds. */
  #interval(due: Timer['name']): number {
    const { timers } = this.#around;
    if (due === 'TIME-WAIT') return timers.timeWait;
    if (due === 'override') return OVERRIDE;
    if (due === 'keep-alive') return this.#keepAlive ?? LONGEST_INTERVAL;
    const text = this.#isSynAgain ? Math.max(timers.text, timers.afterSynAgain) : timers.text;
    const first = this.#isOpening ? timers.syn : text;
    const growth = due === 'zero window' ? timers.probeBackOff : timers.backOff;
    const before = due === 'retransmission' ? this.#doubled : 0;
    return Math.min(first * growth ** (before + this.#tries), LONGEST_INTERVAL);
  }

  get #isOpening(): boolean {
    return this.tcb.state === 'SYN-SENT' || this.tcb.state === 'SYN-RECEIVED';
  }

  #expire(name: Timer['name']): void {
    const before = this.tcb;
    this.#tries += 1;
    this.#isSynAgain ||= this.#isOpening;
    // A peer that keeps its window closed is no reason to give up (RFC 9293 MUST-37).
    const isOver = name === 'retransmission' && this.#isR2;
    const reaction = this.#around.expire(before, isOver ? { name: 'user' } : this.#timer(name));
    this.#take(reaction);
    if (name === 'keep-alive' && reaction.sent.length > 0) this.#unanswered += 1;
    this.#start(this.isClosed ? undefined : timerOf(this.tcb));
    if (this.isClosed) this.#around.gone();
  }

  get #isR2(): boolean {
    const { r2 } = this.#patience;
    // Timers are that precise.
    return r2 === undefined
      ? this.#tries > this.#around.timers.mostTries
      : performance.now() - this.#triedSince >= r2 - 1;
  }

  #timer(name: Timer['name']): Timer {
    if (name === 'keep-alive') return { name, unanswered: this.#unanswered };
    return name === 'retransmission' && this.#tries >= R1 ? { name, reached: 'R1' } : { name };
  }
}

/**
 * The options of a segment of ours: the size of segments in a SYN; and timestamps, where they were negotiated or are offered,
 * but in a reset.
 */
export const optionsFor = (
  { timestamps, tsRecent }: Tcb,
  { ctl }: Segment,
  largestText: number,
): SentOptions => ({
  ...(ctl.has('SYN') ? { mss: largestText } : {}),
  ...(timestamps && !ctl.has('RST') ? { tsval: Date.now() >>> 0, tsecr: ctl.has('ACK') ? tsRecent : 0 } : {}),
});
