import type { ConcreteSegment } from '../notation/index.ts';
import { ACK, FIN, RST, SYN } from '../wire/index.ts';
import { add } from '../wire/seq.ts';
import type { Arrival, Link } from './link.ts';
import type { Mailbox } from './mailbox.ts';
import { buildPacket } from './packet.ts';

const SHORTEST_HEADER = 20;

/** A call that nobody has taken. */
interface Ringing {
  readonly link: Link;
  readonly port: number;
  readonly callerPort: number;
  readonly source: string;
  readonly seq: number;
}

type Hearer = (family: 4 | 6, taker: Mailbox | undefined) => void;

/**
 * The calls of a target that connects by itself, to ports of the tester's: who takes them is a mailbox. A new call is left
 * to ring until somebody is interested, what is left of another is ended.
 */
export class Calls {
  readonly #ports = new Set<number>();
  readonly #ringing = new Map<string, Ringing>();
  readonly #awaited = new Set<Hearer>();
  readonly #drained: () => Promise<void>;
  #atOnce = false;

  /** @param drained resolves when everything that has arrived was taken from the wire */
  constructor(drained: () => Promise<void>) {
    this.#drained = drained;
  }

  /**
   * @param atOnce the target calls again at once when a call is refused: then none needs to be taken that has rung for a
   *   while, and has its timers backed off
   */
  expect(ports: readonly number[], atOnce = false): void {
    for (const port of ports) this.#ports.add(port);
    this.#atOnce ||= atOnce;
  }

  /** Takes note of a packet. @param taker the mailbox that it was for */
  notice(link: Link, { tcp, source }: Arrival, taker: Mailbox | undefined): void {
    if (tcp.length < SHORTEST_HEADER) return;
    const view = new DataView(tcp.buffer, tcp.byteOffset, tcp.byteLength);
    const [callerPort, port, seq, ack] = [
      view.getUint16(0),
      view.getUint16(2),
      view.getUint32(4),
      view.getUint32(8),
    ];
    if (!this.#ports.has(port)) return;
    const flags = tcp[13] ?? 0;
    const call = { link, port, callerPort, source, seq };
    if ((flags & (SYN | RST | ACK)) === SYN) {
      if (taker) this.#ringing.delete(keyOf(link, port));
      else this.#ringing.set(keyOf(link, port), call);
      for (const hear of [...this.#awaited]) hear(link.family, taker);
    } else if (!taker && (flags & (RST | ACK)) === ACK) {
      // As CLOSED does: a target that makes one call at a time would stay with it.
      reset(call, bare({ seq: ack, ctl: new Set(['RST']) }));
    } else if (!taker && (flags & RST) === 0) {
      const text = Math.max(0, tcp.length - ((tcp[12] ?? 0) >> 4) * 4);
      const end = add(seq, text + ((flags & FIN) === 0 ? 0 : 1));
      reset(call, bare({ ack: end, ctl: new Set(['RST', 'ACK']) }));
    }
  }

  /**
   * Refuses a call that has rung for a while, of a target that then calls again.
   *
   * @returns the port of the target's that it came from
   */
  refuse(link: Link, port: number): number | undefined {
    const call = this.#atOnce ? this.#ringing.get(keyOf(link, port)) : undefined;
    if (!call) return undefined;
    this.#ringing.delete(keyOf(link, port));
    reset(call, bare({ ack: add(call.seq, 1), ctl: new Set(['RST', 'ACK']) }));
    return call.callerPort;
  }

  /** Ends the call that a mailbox has had, by the last word of the target's. */
  end({ link, port, log }: Mailbox): void {
    const last = log.findLast(({ from, segment: { ctl } }) => from === 'target' && !ctl.has('RST'));
    if (!last) return;
    const { ctl, seq, ack, data } = last.segment;
    const end = add(seq, data + (ctl.has('SYN') ? 1 : 0) + (ctl.has('FIN') ? 1 : 0));
    const call = { link, port, callerPort: last.peerPort, source: link.remote, seq };
    if (ctl.has('ACK')) reset(call, bare({ seq: ack, ctl: new Set(['RST']) }));
    else reset(call, bare({ ack: end, ctl: new Set(['RST', 'ACK']) }));
  }

  /**
   * Whether the target calls, or calls again, within so many milliseconds: it is there, then.
   *
   * @param beside whose own calls don't count
   */
  next(link: Link, within: number, beside?: Mailbox): Promise<boolean> {
    const heard = new Promise<boolean>((resolve) => {
      const end = (called: boolean): void => {
        clearTimeout(timer);
        this.#awaited.delete(hear);
        resolve(called);
      };
      const timer = setTimeout(() => void this.#drained().then(() => end(false)), within);
      const hear: Hearer = (family, taker) => {
        if (family === link.family && (taker === undefined || taker !== beside)) end(true);
      };
      this.#awaited.add(hear);
    });
    for (const port of this.#ports) this.refuse(link, port);
    return heard;
  }
}

const keyOf = ({ family }: Link, port: number): string => `${family} ${port}`;

const bare = (segment: Pick<ConcreteSegment, 'ctl'> & Partial<ConcreteSegment>): ConcreteSegment => ({
  ...{ seq: 0, ack: 0, data: 0, urg: 0 },
  ...segment,
});

function reset({ link, port, callerPort, source }: Ringing, segment: ConcreteSegment): void {
  const { family, local, remote } = link;
  const ends = { family, src: local, dst: remote, srcPort: port, dstPort: callerPort };
  link.send(buildPacket(segment, { ...ends, window: 0 }), source);
}
