import { enter } from '../../standard/arrives/arrival.ts';
import type { Control, Segment, Tcb } from '../../standard/tcb.ts';
import { add, gt, lt, sub } from '../../wire/seq.ts';
import { CLOSING, FIN_TAKEN, OPENING, RESET_BY_ABORT, SENDING, UNOPENED } from './groups-of-states.ts';
import { Outbox } from './outbox.ts';
import { optionsFor, ownSegment } from './own-segments.ts';
import type { Received } from './packets.ts';
import type { Surroundings, Wishes } from './surroundings.ts';

const MOST_TRIES = 8;
const OPTION_OF_TIMESTAMPS = 12;
// As the clock of RFC 793 would have gone on.
const BETWEEN_INCARNATIONS = 250_000;

/** One connection: its TCB, what its user has called for, and its timers. */
export class Connection {
  tcb: Tcb;
  readonly #around: Surroundings;
  readonly #outbox = new Outbox();
  #buffer: number;
  #reading: boolean;
  /** Octets of sequence space that were taken and that the user has not read. */
  #unread = 0;
  /** Octets of text that the user was given and has not been counted. */
  #given = 0;
  #mss: number;
  #timer: NodeJS.Timeout | undefined;
  #tries = 0;
  /** How many segments have gone out. */
  #sent = 0;
  /** The connection in TIME-WAIT that a SYN has reopened, until that is known to be no old duplicate. */
  #former: Tcb | undefined;

  constructor(tcb: Tcb, { buffer, reading }: Wishes, mss: number, around: Surroundings) {
    this.tcb = tcb;
    this.#buffer = buffer;
    this.#reading = reading;
    this.#mss = mss;
    this.#around = around;
  }

  /** OPEN, active: the SYN goes out. */
  open(): void {
    this.#transmit(['SYN'], this.tcb.iss);
    this.#restart();
  }

  arrives({ segment, mss }: Received): void {
    const before = this.tcb;
    const arrival = this.#around.arrive(before, segment);
    const { reply } = arrival;
    this.tcb = arrival.tcb;
    if (segment.ctl.has('SYN') && mss !== undefined) this.#mss = mss;
    const reopened = arrival.freeSeq === true && before.state === 'TIME-WAIT';
    if (reopened) this.#beginAnew(before);
    else if (this.tcb.state !== 'SYN-RECEIVED' && this.tcb.state !== 'LISTEN') this.#former = undefined;
    this.#take(before, segment);
    if (reply !== 'silence') {
      const { iss } = this.tcb;
      this.#reply(reopened ? { ...reply, seq: iss } : reply, before, segment);
    }
    this.#settle(before, reply !== 'silence');
  }

  /** SEND. */
  write(text: Uint8Array): void {
    this.#outbox.put(text);
    this.#push();
  }

  /** CLOSE of RFC 793: there is no more to send. */
  shutdown(): void {
    this.#outbox.finish();
    if (this.tcb.state === 'SYN-SENT') this.#vanish();
    else this.#push();
  }

  /** CLOSE, and the user is gone: nobody will read what still arrives. */
  close(): void {
    const text = this.#unread - (FIN_TAKEN.includes(this.tcb.state) ? 1 : 0);
    if (text > 0 && this.#around.resetsUnread) {
      this.#reset(['RST', 'ACK']);
      return;
    }
    this.tcb = { ...this.tcb, userGone: true };
    this.#reading = true;
    this.#unread = 0;
    this.#openWindow();
    this.shutdown();
  }

  /** The TCB is given up, and nobody is told. */
  forget(): void {
    this.#vanish();
  }

  /** ABORT. */
  abort(): void {
    this.#reset(['RST']);
  }

  /** RECEIVE, of all that there is and will be; or no more of it. */
  read(on: boolean): void {
    this.#reading = on;
    if (!on || this.#unread === 0) return;
    this.#given += this.#unread - (FIN_TAKEN.includes(this.tcb.state) ? 1 : 0);
    this.#unread = 0;
    this.#openWindow();
    this.#transmit(['ACK'], this.tcb.sndNxt);
  }

  /** How many octets of text the user was given since this was asked last. */
  delivered(): number {
    const octets = this.#given;
    this.#given = 0;
    return octets;
  }

  get isClosed(): boolean {
    return UNOPENED.includes(this.tcb.state);
  }

  /** Whether the user has said that it will send no more. */
  get isFinished(): boolean {
    return this.#outbox.finished;
  }

  #reset(ctl: readonly Control[]): void {
    if (RESET_BY_ABORT.includes(this.tcb.state)) this.#transmit(ctl, this.tcb.sndNxt);
    this.#vanish();
  }

  /** A new incarnation has its own numbers, beyond those of the old one (RFC 1122 section 4.2.2.13), and nothing queued. */
  #beginAnew(before: Tcb): void {
    const iss = add(before.sndNxt, BETWEEN_INCARNATIONS);
    this.tcb = { ...this.tcb, iss, sndUna: iss, sndNxt: add(iss, 1), sndWl2: iss };
    this.#outbox.clear();
    this.#unread = 0;
    this.#former = this.#around.returnsToTimeWait ? before : undefined;
  }

  /** What the segment has brought is the user's, or lies in the buffer and makes the window smaller. */
  #take(before: Tcb, segment: Segment): void {
    const opening =
      before.irs !== this.tcb.irs || UNOPENED.includes(before.state) || before.state === 'SYN-SENT';
    const from = opening ? add(segment.seq, 1) : before.rcvNxt;
    if (gt(this.tcb.rcvNxt, from)) {
      const taken = sub(this.tcb.rcvNxt, from);
      if (this.#reading) this.#given += taken - this.#finIn(before);
      else this.#unread += taken;
    }
    this.#openWindow();
  }

  /** 1 where a FIN was taken since. */
  #finIn(before: Tcb): number {
    return FIN_TAKEN.includes(this.tcb.state) && !FIN_TAKEN.includes(before.state) ? 1 : 0;
  }

  #openWindow(): void {
    this.tcb = { ...this.tcb, rcvWnd: Math.max(0, this.#buffer - this.#unread) };
  }

  #settle(before: Tcb, answered: boolean): void {
    const { state } = this.tcb;
    if (state === 'LISTEN' && this.#former) {
      this.tcb = this.#former;
      this.#former = undefined;
      this.#linger();
      return;
    }
    if (this.isClosed) {
      this.#vanish();
      return;
    }
    this.#outbox.acknowledged(this.tcb);
    if (state === 'SYN-RECEIVED' && ['LISTEN', 'TIME-WAIT'].includes(before.state))
      this.#around.synReceived();
    const wasOpening = UNOPENED.includes(before.state) || OPENING.includes(before.state);
    if (before.state !== 'SYN-SENT' && wasOpening && state !== 'SYN-RECEIVED' && before.origin !== 'active')
      this.#around.established();
    if (state === 'TIME-WAIT') {
      // By its letter only the peer's FIN, come again, begins the wait anew: it is what is answered here.
      if (before.state !== state || (answered && this.#around.restartsTimeWait)) this.#linger();
    } else if (before.sndUna !== this.tcb.sndUna || (wasOpening && before.state !== state)) this.#restart();
    this.#push();
  }

  /** Sends what is queued, as far as the peer's window goes. */
  #push(): void {
    if (!SENDING.includes(this.tcb.state)) return;
    const idle = this.#outbox.allAcknowledged(this.tcb);
    for (const piece of this.#outbox.pieces(this.tcb, this.#largest)) {
      this.#transmit(piece.last ? ['ACK', 'PSH'] : ['ACK'], this.tcb.sndNxt, piece.text);
      this.tcb = { ...this.tcb, sndNxt: add(this.tcb.sndNxt, piece.text.length) };
    }
    // The state changes with the FIN's going out: before, an acknowledgment of all that was sent is none of the FIN.
    if (this.#outbox.finDue(this.tcb)) {
      this.#transmit(['FIN', 'ACK'], this.tcb.sndNxt);
      const tcb = { ...this.tcb, sndNxt: add(this.tcb.sndNxt, 1) };
      this.tcb = enter(tcb, tcb.state === 'CLOSE-WAIT' ? 'LAST-ACK' : 'FIN-WAIT-1');
    }
    if (idle) this.#restart();
  }

  get #largest(): number {
    const room = Math.min(this.#mss, this.#around.largestText);
    return room - (this.tcb.timestamps ? OPTION_OF_TIMESTAMPS : 0);
  }

  #transmit(ctl: readonly Control[], seq: number, text?: Uint8Array): void {
    this.#send(ownSegment(this.tcb, ctl, seq, text?.length), text);
  }

  #reply(reply: Segment, before: Tcb, segment: Segment): void {
    const { rcvWnd } = this.tcb;
    const emissions = this.#around.emit({ ...reply, wnd: rcvWnd }, before, segment);
    for (const { segment: out, after, unless } of emissions) {
      const sent = this.#sent;
      const isOver = (): boolean =>
        unless !== undefined && (this.isClosed || (unless === 'another went out' && this.#sent > sent));
      if (after === 0) this.#send(out);
      else setTimeout(() => isOver() || this.#send(out), after);
    }
  }

  #send(segment: Segment, text?: Uint8Array): void {
    const out = this.#around.outgoing(segment, this.tcb);
    if (out === 'silence') return;
    const { options, largestText } = this.#around;
    this.#sent += 1;
    this.#around.send(out, {
      ...(text ? { text } : {}),
      options: options(optionsFor(this.tcb, out, largestText), out),
    });
  }

  #restart(): void {
    this.#tries = 0;
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const { syn, text } = this.#around.timers;
    const opening = OPENING.includes(this.tcb.state);
    if (!opening && !this.#isWaiting) return;
    this.#timer = setTimeout(() => this.#again(), (opening ? syn : text) * 2 ** this.#tries);
  }

  /** For the acknowledgment of text or a FIN, or for the window to open. */
  get #isWaiting(): boolean {
    const { state, sndUna, sndNxt } = this.tcb;
    const waits = SENDING.includes(state) || CLOSING.includes(state);
    return waits && (lt(sndUna, sndNxt) || this.#outbox.waits(this.tcb));
  }

  /** The timer has fired: what is not acknowledged is sent again; at a closed window, an octet that probes it. */
  #again(): void {
    this.#tries += 1;
    if (this.#tries > MOST_TRIES) {
      this.#vanish();
      return;
    }
    const { state, iss, sndUna, sndNxt } = this.tcb;
    if (this.#around.resends(this.tcb)) {
      if (state === 'SYN-SENT') this.#transmit(['SYN'], iss);
      else if (state === 'SYN-RECEIVED')
        this.#transmit(this.#around.resendsBareSyn ? ['SYN'] : ['SYN', 'ACK'], iss);
      else if (!this.#isWaiting) return;
      else if (lt(sndUna, sndNxt)) {
        const text = this.#outbox.unacknowledged(this.tcb, this.#largest);
        const fin = this.isFinished && add(sndUna, text.length + 1) === sndNxt;
        this.#transmit(fin ? ['FIN', 'ACK'] : ['ACK', 'PSH'], sndUna, text);
      } else {
        this.#transmit(['ACK', 'PSH'], sndNxt, this.#outbox.probe(this.tcb));
        this.tcb = { ...this.tcb, sndNxt: add(sndNxt, 1) };
      }
    }
    this.#arm();
  }

  /** TIME-WAIT, from now on. */
  #linger(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#vanish(), this.#around.timers.timeWait);
    this.#timer.unref();
  }

  #vanish(): void {
    clearTimeout(this.#timer);
    this.tcb = enter(this.tcb, 'CLOSED');
    this.#around.gone();
  }
}
