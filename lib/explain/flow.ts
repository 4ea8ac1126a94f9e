import { MARK, type Packet } from './capture/packet.ts';
import type { IcmpError } from './icmp.ts';

/**
 * A connection of the capture: only where its segments are. The reader works out what happened when the connection has ended, or
 * when it has more segments than are kept. End A is that of the lower address, or of the lower port.
 */
export class Flow {
  /** In the order of their first segments, from 1. */
  readonly index: number;
  readonly family: 4 | 6;
  /** The address of A, the address of B, and both ports: A's in the upper half. */
  readonly key: readonly number[];
  readonly hash: number;
  first = -1;
  last = -1;
  /** Segments that are kept, and all. */
  kept = 0;
  total = 0;
  readonly began: number;
  time = 0;
  /** The control bits that each end has sent: those of B eight bits higher. */
  seen = 0;
  /** The list that it is in, and its neighbours there, by the time of their last segments. */
  list: FlowList | undefined;
  older: Flow | undefined;
  newer: Flow | undefined;
  /** The newest ICMP errors about its segments. */
  errors: IcmpError[] = NO_ERRORS;
  /** What is known from segments that are not kept any more; it belongs to the reader. */
  past: unknown = undefined;

  constructor(index: number, packet: Packet, key: readonly number[], hash: number) {
    this.index = index;
    this.family = packet.marks & MARK.ipv6 ? 6 : 4;
    this.key = key;
    this.hash = hash;
    this.began = packet.time;
  }

  /** Both ends have sent a FIN, or one a reset. */
  get over(): boolean {
    return (this.seen & 0x404) !== 0 || (this.seen & 0x101) === 0x101;
  }
}

/** Most connections have none. */
const NO_ERRORS: IcmpError[] = [];
/** Connections in the order of their last segments. */
export class FlowList {
  oldest: Flow | undefined;
  newest: Flow | undefined;

  push(flow: Flow): void {
    flow.list = this;
    flow.older = this.newest;
    if (this.newest) this.newest.newer = flow;
    else this.oldest = flow;
    this.newest = flow;
  }

  remove(flow: Flow): void {
    if (flow.older) flow.older.newer = flow.newer;
    else this.oldest = flow.newer;
    if (flow.newer) flow.newer.older = flow.older;
    else this.newest = flow.older;
    flow.older = undefined;
    flow.newer = undefined;
  }

  *all(): Generator<Flow> {
    for (let flow = this.oldest; flow; flow = flow.newer) yield flow;
  }
}
