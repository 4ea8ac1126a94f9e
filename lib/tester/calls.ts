import { type ConcreteSegment, fromWire, resetFor } from '../notation/index.ts';
import { decodeTcp, WireError } from '../wire/index.ts';
import type { Arrival, Link } from './link.ts';
import type { Mailbox } from './mailbox.ts';
import { buildPacket } from './packet.ts';

interface Call {
  readonly link: Link;
  /** The tester's port. */
  readonly port: number;
  readonly callerPort: number;
  readonly source: string;
  readonly segment: ConcreteSegment;
}

type CallListener = (family: 4 | 6, taker: Mailbox | undefined) => void;

/**
 * The calls of a target that connects to the tester by itself. A mailbox takes a call. A new SYN that no mailbox takes keeps
 * ringing (it is not answered); other segments without a mailbox are reset.
 */
export class Calls {
  readonly #ports = new Set<number>();
  /** The SYN of a call without a mailbox, by family and port. */
  readonly #ringing = new Map<string, Call>();
  readonly #awaited = new Set<CallListener>();
  readonly #drained: () => Promise<void>;
  #atOnce = false;

  /** @param drained resolves when all that has arrived was read */
  constructor(drained: () => Promise<void>) {
    this.#drained = drained;
  }

  /** @param atOnce the target calls again at once after a refusal: an old call, whose timers are backed off, can be refused */
  expect(ports: readonly number[], atOnce = false): void {
    for (const port of ports) this.#ports.add(port);
    this.#atOnce ||= atOnce;
  }

  /** Notes a packet to a port of the tester. @param taker the mailbox that took it */
  notice(link: Link, port: number, arrival: Arrival, taker: Mailbox | undefined): void {
    const call = this.#ports.has(port) ? read(link, port, arrival) : undefined;
    if (!call) return;
    const { ctl } = call.segment;
    if (ctl.has('SYN') && !ctl.has('RST') && !ctl.has('ACK')) {
      if (taker) this.#ringing.delete(keyOf(link, port));
      else this.#ringing.set(keyOf(link, port), call);
      for (const hear of [...this.#awaited]) hear(link.family, taker);
    } else if (!taker && !ctl.has('RST')) {
      // A target that makes one call at a time would keep this one.
      reset(call);
    }
  }

  /** Refuses an unanswered call when the target calls again at once. @returns the target's port of that call */
  refuse(link: Link, port: number): number | undefined {
    const call = this.#atOnce ? this.#ringing.get(keyOf(link, port)) : undefined;
    if (!call) return undefined;
    this.#ringing.delete(keyOf(link, port));
    reset(call);
    return call.callerPort;
  }

  /** Resets the call of a mailbox. */
  end({ link, port, log }: Mailbox): void {
    const last = log.findLast(({ from, segment: { ctl } }) => from === 'target' && !ctl.has('RST'));
    if (last) reset({ link, port, callerPort: last.peerPort, source: link.remote, segment: last.segment });
  }

  /** Whether the target calls within `within` milliseconds. @param beside ignores the calls of this mailbox */
  next(link: Link, within: number, beside?: Mailbox): Promise<boolean> {
    const heard = new Promise<boolean>((resolve) => {
      const end = (called: boolean): void => {
        clearTimeout(timer);
        this.#awaited.delete(hear);
        resolve(called);
      };
      const timer = setTimeout(() => void this.#drained().then(() => end(false)), within);
      const hear: CallListener = (family, taker) => {
        if (family === link.family && (taker === undefined || taker !== beside)) end(true);
      };
      this.#awaited.add(hear);
    });
    for (const port of this.#ports) this.refuse(link, port);
    return heard;
  }
}

const keyOf = ({ family }: Link, port: number): string => `${family} ${port}`;

/** Undefined for an unreadable segment or a wrong checksum. */
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

/** Resets as CLOSED does. Every state accepts such a reset. */
function reset({ link, port, callerPort, source, segment }: Call): void {
  const { family, local, remote } = link;
  const ends = { family, src: local, dst: remote, srcPort: port, dstPort: callerPort };
  link.send(buildPacket(resetFor(segment), { ...ends, window: 0 }), source);
}
