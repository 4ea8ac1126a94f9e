import type { Tcb } from '../../standard/tcb.ts';
import { add, leq, sub } from '../../wire/seq.ts';

type Numbers = Pick<Tcb, 'iss' | 'sndUna' | 'sndNxt' | 'sndWnd'>;

/** The text that a user has sent and the peer has not acknowledged, and whether a FIN follows it. */
export class Outbox {
  #text = new Uint8Array();
  /** Octets that were acknowledged and are gone: the text begins so far behind the SYN. */
  #dropped = 0;
  #finished = false;

  put(text: Uint8Array): void {
    this.#text = Uint8Array.of(...this.#text, ...text);
  }

  finish(): void {
    this.#finished = true;
  }

  get finished(): boolean {
    return this.#finished;
  }

  clear(): void {
    this.#text = new Uint8Array();
    this.#dropped = 0;
    this.#finished = false;
  }

  acknowledged({ iss, sndUna }: Numbers): void {
    const octets = Math.min(sub(sndUna, this.#start(iss)), this.#text.length);
    if (octets <= 0 || leq(sndUna, this.#start(iss))) return;
    this.#text = this.#text.subarray(octets);
    this.#dropped += octets;
  }

  allAcknowledged({ sndUna, sndNxt }: Numbers): boolean {
    return sndUna === sndNxt;
  }

  /** Text waits for the window to open, and nothing that was sent will bring an acknowledgment. */
  waits(tcb: Numbers): boolean {
    return tcb.sndUna === tcb.sndNxt && this.#sent(tcb) < this.#text.length;
  }

  /** What may be sent now; SND.NXT is to be moved after each. */
  *pieces(tcb: Numbers, largest: number): Generator<{ text: Uint8Array; last: boolean }> {
    let sent = this.#sent(tcb);
    let room = tcb.sndWnd - sub(tcb.sndNxt, tcb.sndUna);
    while (room > 0 && sent < this.#text.length) {
      const text = this.#text.subarray(sent, sent + Math.min(largest, room));
      sent += text.length;
      room -= text.length;
      yield { text, last: sent === this.#text.length };
    }
  }

  finDue(tcb: Numbers): boolean {
    return this.#finished && this.#sent(tcb) === this.#text.length;
  }

  unacknowledged({ iss, sndUna, sndNxt }: Numbers, largest: number): Uint8Array {
    const from = sub(sndUna, this.#start(iss));
    return this.#text.subarray(from, from + Math.min(largest, sub(sndNxt, sndUna)));
  }

  probe(tcb: Numbers): Uint8Array {
    const sent = this.#sent(tcb);
    return this.#text.subarray(sent, sent + 1);
  }

  #start(iss: number): number {
    return add(iss, 1 + this.#dropped);
  }

  #sent({ iss, sndNxt }: Numbers): number {
    return sub(sndNxt, this.#start(iss));
  }
}
