import { randomInt } from 'node:crypto';
import type { Profile } from '../../standard/profile.ts';
import type { IcmpError, Link, Arrival as Packet } from '../../tester/index.ts';
import { decodeIpv4, type Family } from '../../wire/index.ts';
import { add, SEQUENCE_SPACE } from '../../wire/seq.ts';
import { type Backlog, type Behaviour, type Death, following, type Timers } from './behaviour.ts';
import { Connection, TICKS } from './connection.ts';
import { type Ends, type Ports, type Received, readPacket, writePacket } from './packets.ts';
import { freshTcb, type Surroundings, type Wishes } from './surroundings.ts';
import { cookieFor, isHalfOpen, openedByCookie } from './syn-cookie.ts';

/** A user that takes every connection to a port. */
export interface Listener {
  readonly family: Family;
  readonly port: number;
  readonly wishes: () => Wishes;
  readonly accept: (connection: Connection, remotePort: number) => void;
}

const TIMERS: Timers = {
  ...{ syn: 1000, text: 1000, afterSynAgain: 3000, backOff: 2, probeBackOff: 2, mostTries: 8 },
  timeWait: 30_000,
};
const FIRST_EPHEMERAL_PORT = 40_000;
// The kernel takes no rule for a range that ends in 65535.
export const LAST_PORT = 65_534;
/** What an Ethernet of 1500 octets leaves for text, and what every host takes (RFC 9293 section 3.7.1). */
const LARGEST_TEXT = { 4: 1460, 6: 1440 } as const;
const DEFAULT_MSS = { 4: 536, 6: 1220 } as const;
const NOBODY: Wishes = { buffer: 0, reading: true, precedence: 0, mayRaisePrecedence: false };

// Most ISSs lie so that numbers wrap around, or change their sign, from a FIN to what follows it.
const BEFORE_THE_EDGES = [SEQUENCE_SPACE - 2, SEQUENCE_SPACE / 2 - 2] as const;
const OF_ISSS = 5;

const isSyn = ({ segment: { ctl } }: Received): boolean =>
  ctl.has('SYN') && !ctl.has('ACK') && !ctl.has('RST');

const keyOf = (family: Family, { local, remote, from = '' }: Ports): string =>
  `${family} ${local}${from} ${remote}`;

/** A TCP with one peer, the tester, over raw sockets. */
export class Tcp {
  readonly #links: ReadonlyMap<Family, Link>;
  readonly #behaviour: Behaviour;
  readonly #profile: Profile;
  readonly #connections = new Map<string, Connection>();
  readonly #listeners = new Map<string, Listener>();
  #nextPort = FIRST_EPHEMERAL_PORT;
  #opened = 0;
  /** The ports of the peer's that have had a connection. */
  readonly #met = new Set<string>();
  /** The last ISS between two ports, and when it was chosen. */
  readonly #isss = new Map<string, { readonly iss: number; readonly at: number }>();
  /** How many SYNs have come to a LISTEN, where that counts; and whether no more are taken. */
  #syns = 0;
  #isShut = false;

  constructor(links: readonly Link[], profile: Profile, behaviour: Behaviour) {
    this.#links = new Map(links.map((link) => [link.family, link]));
    this.#profile = profile;
    this.#behaviour = behaviour;
    for (const link of links) {
      link.onArrival((packet) => this.#arrives(link, packet));
      link.onIcmpError((error) => this.#hearIcmp(link, error));
    }
  }

  /** OPEN, passive. @returns what ends it; undefined when the port is taken. */
  listen(listener: Listener): (() => void) | undefined {
    const key = `${listener.family} ${listener.port}`;
    if (this.#listeners.has(key)) return undefined;
    this.#listeners.set(key, listener);
    return () => void this.#listeners.delete(key);
  }

  /** OPEN, active, to a port of the tester's, or of a multicast address. @returns undefined when it is refused */
  open(family: Family, remotePort: number, wishes: Wishes, multicast?: string): Connection | undefined {
    const link = this.#links.get(family);
    if (!link) throw new Error(`no IPv${family} link`);
    const ports = { local: this.#nextPort, remote: remotePort, ...(multicast ? { from: multicast } : {}) };
    this.#nextPort = this.#nextPort === LAST_PORT ? FIRST_EPHEMERAL_PORT : this.#nextPort + 1;
    const connection = this.#connection(link, ports, 'CLOSED', this.#freshIss(family, ports), wishes);
    this.#connections.set(keyOf(family, ports), connection);
    const isOpened = connection.open(wishes.precedence, multicast ? 'invalid' : 'specified');
    return isOpened ? connection : undefined;
  }

  #arrives(link: Link, packet: Packet): void {
    const { family } = link;
    const { reads, refusesIpOptions = false } = this.#behaviourOver(family);
    if (refusesIpOptions && family === 4 && decodeIpv4(packet.packet).options.length > 0) return;
    const received = readPacket(link, packet, reads);
    if (!received) return;
    const { ports } = received;
    const key = keyOf(family, ports);
    const known = this.#connections.get(key);
    if (known) known.arrives(received.segment, received.text);
    else this.#welcome(link, received);
    if (known && this.#behaviour.sharesWindow) this.#shareWindow(`${family} ${ports.local} `, known);
  }

  #hearIcmp({ family }: Link, { name, seq, srcPort: local, dstPort: remote }: IcmpError): void {
    if (name === undefined || seq === undefined) return;
    const { knowsIcmpBy } = this.#behaviourOver(family);
    const [start, end] = [`${family} ${local} `, ` ${remote}`];
    for (const [key, connection] of [...this.#connections]) {
      const isLocal = knowsIcmpBy === 'remote port' || key.startsWith(start);
      if (isLocal && (knowsIcmpBy === 'local port' || key.endsWith(end))) connection.hearIcmp({ name, seq });
    }
  }

  #shareWindow(port: string, { tcb: { sndWnd } }: Connection): void {
    for (const [key, other] of this.#connections)
      if (key.startsWith(port)) other.tcb = { ...other.tcb, sndWnd };
  }

  /** Every segment to a LISTEN, or to no one, meets a TCB of its own: it becomes a connection's if a SYN makes it one. */
  #welcome(link: Link, received: Received): void {
    const { family } = link;
    const { ports } = received;
    const listener = this.#listeners.get(`${family} ${ports.local}`);
    const wishes = listener?.wishes() ?? NOBODY;
    const beyond = listener && isSyn(received) ? this.#beyondBacklog() : undefined;
    if (beyond === 'silence') return;
    const cookie = listener && this.#cookieOf(received, beyond === 'cookie');
    const state = listener ? 'LISTEN' : 'CLOSED';
    const iss = cookie ?? this.#freshIss(family, ports);
    const connection = this.#connection(link, ports, state, iss, wishes, listener);
    this.#connections.set(keyOf(family, ports), connection);
    if (cookie !== undefined && !isSyn(received))
      connection.tcb = openedByCookie(connection.tcb, received.segment);
    connection.arrives(received.segment, received.text);
    if (cookie !== undefined && isSyn(received)) connection.forget();
  }

  /** What is done about a SYN that finds the backlog full; undefined: there is room. */
  #beyondBacklog(): Backlog['beyond'] | undefined {
    const { backlog } = this.#behaviour;
    if (!backlog) return undefined;
    this.#syns += 1;
    const halfOpen = [...this.#connections.values()].filter(isHalfOpen);
    const taken = backlog.loses === 'places' ? this.#syns : halfOpen.length;
    if (taken < backlog.room && !this.#isShut) return undefined;
    this.#isShut = backlog.loses === 'all once full';
    if (backlog.beyond === 'forget the oldest') halfOpen[0]?.forget();
    return backlog.beyond;
  }

  /** The ISS of a SYN that is to be answered by a cookie, or of one that was, by its acknowledgment. */
  #cookieOf({ ports, segment }: Received, isDue: boolean): number | undefined {
    if (isDue) return cookieFor(ports, segment.seq);
    if (this.#behaviour.backlog?.beyond !== 'cookie') return undefined;
    const { ctl, seq, ack } = segment;
    if (!ctl.has('ACK') || ctl.has('SYN') || ctl.has('RST')) return undefined;
    const cookie = cookieFor(ports, add(seq, -1));
    return ack === add(cookie, 1) ? cookie : undefined;
  }

  #connection(
    link: Link,
    ports: Ports,
    state: 'CLOSED' | 'LISTEN',
    iss: number,
    wishes: Wishes,
    by?: Listener,
  ): Connection {
    const { family } = link;
    const ends: Ends = { family, local: link.local, remote: ports.from ?? link.remote };
    const behaviour = this.#behaviourOver(family);
    const { timers, emit, outgoing, options, dies, restartsTimeWait, keepsRto, hands, header } = behaviour;
    const { restartsKeepAlive = true, patience = (asked) => asked } = behaviour;
    const follower = following(this.#profile, behaviour);
    const around: Surroundings = {
      ...follower,
      arrive: (before, segment) => {
        const death = dies?.(before, segment);
        if (death) die(death);
        return follower.arrive(before, segment);
      },
      emit: emit ?? ((segment) => [{ segment, after: 0 }]),
      outgoing: outgoing ?? ((segment) => segment),
      options: options ?? ((right) => right),
      timers: { ...TIMERS, ...timers },
      restartsTimeWait: restartsTimeWait ?? true,
      keepsRto: keepsRto ?? true,
      ...{ restartsKeepAlive, patience },
      hands: hands ?? ((text) => text),
      header: header ?? ((chosen) => chosen),
      largestText: LARGEST_TEXT[family],
      send: (segment, extras) => link.send(writePacket(ends, ports, segment, extras), ends.remote),
      synReceived: () => {
        if (this.#behaviour.acceptsAtSyn) by?.accept(connection, ports.remote);
      },
      established: () => {
        if (!this.#behaviour.acceptsAtSyn) by?.accept(connection, ports.remote);
      },
      gone: () => {
        const key = keyOf(family, ports);
        if (this.#connections.get(key) === connection) this.#connections.delete(key);
      },
    };
    const sizes = { sndMss: DEFAULT_MSS[family], largestText: LARGEST_TEXT[family] };
    const connection = new Connection(freshTcb(state, iss, wishes, sizes), wishes, around);
    return connection;
  }

  #behaviourOver(family: Family): Behaviour {
    const { over } = this.#behaviour;
    return over && !over.includes(family) ? {} : this.#behaviour;
  }

  /** The peer's port meets no ISS twice (RFC 9293 section 3.4.1). */
  #freshIss(family: Family, ports: Ports): number {
    this.#opened += 1;
    const { iss } = this.#behaviour;
    if (iss) return iss(this.#opened);
    const key = keyOf(family, ports);
    const before = this.#isss.get(key);
    const at = performance.now();
    const next = before
      ? add(before.iss, 1 + Math.floor((at - before.at) * TICKS))
      : this.#firstIss(family, ports);
    this.#isss.set(key, { iss: next, at });
    return next;
  }

  #firstIss(family: Family, { remote }: Ports): number {
    const turn = this.#opened % OF_ISSS;
    const key = `${family} ${remote}`;
    const isFree = turn === 0 || this.#met.has(key);
    this.#met.add(key);
    return isFree ? randomInt(SEQUENCE_SPACE) : (BEFORE_THE_EDGES[turn % BEFORE_THE_EDGES.length] ?? 0);
  }
}

// As of a program that has found itself in a state that it cannot be in.
const EXIT_CODE = 70;

/** Ends this process, the whole TCP, with every connection; or leaves it where it answers nothing any more. */
export function die(death: Death): never {
  if (death === 'exits') process.exit(EXIT_CODE);
  if (death === 'crashes') process.kill(process.pid, 'SIGSEGV');
  // The signal is taken in a moment. Whoever hangs does so for good, and takes no processor time that others need.
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  for (;;) Atomics.wait(nobody, 0, 0);
}
