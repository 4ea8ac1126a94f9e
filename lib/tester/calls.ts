import { type ConcreteSegment, fromWire, resetFor } from '../notation/index.ts';
import { decodeTcp, WireError } from '../wire/index.ts';
import type { Arrival, Link } from './link.ts';
import type { Mailbox } from './mailbox.ts';
import { buildPacket } from './packet.ts';

/** A segment of a call, and where it came from. */
interface Call {
  readonly link: Link;
  /** Of the tester's. */
  readonly port: number;
  readonly callerPort: number;
  readonly source: string;
  readonly segment: ConcreteSegment;
}

type Hearer = (family: 4 | 6, taker: Mailbox | undefined) => void;

/**
 * The calls of a target that connects by itself, to ports of the tester's: who takes them is a mailbox. A new call is left
 * to ring until somebody is interested, what is left of another is ended.
 */
export class Calls {
  readonly #ports = new Set<number>();
  /** The SYN of the call that nobody has taken, by family and port. */
  readonly #ringing = new Map<string, Call>();
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

  /**
   * Takes note of a packet to a port of the tester's.
   *
   * @param taker the mailbox that it was for
   */
  notice(link: Link, port: number, arrival: Arrival, taker: Mailbox | undefined): void {
    const call = this.#ports.has(port) ? read(link, port, arrival) : undefined;
    if (!call) return;
    const { ctl } = call.segment;
    if (ctl.has('SYN') && !ctl.has('RST') && !ctl.has('ACK')) {
      if (taker) this.#ringing.delete(keyOf(link, port));
      else this.#ringing.set(keyOf(link, port), call);
      for (const hear of [...this.#awaited]) hear(link.family, taker);
    } else if (!taker && !ctl.has('RST')) {
      // A target that makes one call at a time would stay with this one.
      reset(call);
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
    reset(call);
    return call.callerPort;
  }

  /** Ends the call that a mailbox has had, by the last word of the target's. */
  end({ link, port, log }: Mailbox): void {
    const last = log.findLast(({ from, segment: { ctl } }) => from === 'target' && !ctl.has('RST'));
    if (last) reset({ link, port, callerPort: last.peerPort, source: link.remote, segment: last.segment });
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

/** Undefined for what no TCP would take for a segment. */
function read(link: Link, port: number, { tcp, source }: Arrival): Call | undefined {
  try {
    const decoded = decodeTcp(tcp, { family: link.family, src: source, dst: link.local });
    if (decoded.checksumValid === false) return undefined;
    return { link, port, callerPort: decoded.srcPort, source, segment: fromWire(decoded) };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return undefined;
  }
}

/** As CLOSED does: that is an answer which every state believes, SYN-SENT as well. */
function reset({ link, port, callerPort, source, segment }: Call): void {
  const { family, local, remote } = link;
  const ends = { family, src: local, dst: remote, srcPort: port, dstPort: callerPort };
  link.send(buildPacket(resetFor(segment), { ...ends, window: 0 }), source);
}
