import { type ConcreteSegment, resetAt, type SegmentFields, segmentOf } from '../../../notation/index.ts';
import { Connection, type Environment, TESTER_MSS, TESTER_WINDOW } from '../../../states/index.ts';
import { type Handle, NotCapable } from '../../../target/driver.ts';
import { UpperTesterRefused } from '../../../target/testability/exchange.ts';
import { type Entry, type Mailbox, textAt } from '../../../tester/index.ts';
import type { Peer } from '../../../verdict/middlebox-sign.ts';
import { add } from '../../../wire/seq.ts';
import { type Exchange, type Opened, type Quoted, type Read, routersBy, ttlOf } from './evidence.ts';
import { Quotes } from './quotes.ts';

const IRS = 1_793_000_000;
const TSVAL = 0x1234_5678;
const TRIES = 3;
const PIECE = 10;
const FAR = 2 ** 30;
/** Octets of the text outside of the window. */
export const OUTSIDE = 1;
/** Two full segments, and a rest. */
const TEXT_OF_THE_USER = 3000;
const ECT = 2;

/** What can be asked of a user that takes commands; undefined where the driver or the upper tester cannot. */
export const ifAble = <T>(action: Promise<T> | undefined): Promise<T | undefined> =>
  (action ?? Promise.resolve(undefined)).catch((error: unknown) => {
    if (error instanceof NotCapable || error instanceof UpperTesterRefused) return undefined;
    throw error;
  });

interface Tried {
  readonly opened: Opened;
  readonly quoted: readonly Quoted[];
  /** How many routers there are to the target, by its SYN or else its SYN,ACK; 0 where that is not known. */
  readonly routers: number;
}

/**
 * Opens a connection with all options, and exchanges what shows a middlebox.
 *
 * @param port of a listener
 * @param called a SYN of the target's
 * @returns undefined where no SYN is answered
 */
export async function tryConnection(
  environment: Environment,
  family: 4 | 6,
  port: number,
  called: Entry | undefined,
): Promise<Tried | undefined> {
  const { tester, driver } = environment;
  const mailbox = tester.open(family);
  const trial = new Trial(environment, mailbox, port);
  try {
    return await trial.run(called);
  } finally {
    trial.end();
    mailbox.close();
    await driver.release(mailbox.port, trial.handle);
  }
}

class Trial {
  handle: Handle | undefined;
  readonly #environment: Environment;
  readonly #mailbox: Mailbox;
  readonly #connection: Connection;
  readonly #within: number;

  constructor(environment: Environment, mailbox: Mailbox, port: number) {
    this.#environment = environment;
    this.#mailbox = mailbox;
    this.#connection = new Connection(mailbox, port, IRS);
    this.#within = environment.timing.guard;
  }

  end(): void {
    this.#connection.transmit(resetAt(this.#connection.rcvNxt));
  }

  async run(called: Entry | undefined): Promise<Tried | undefined> {
    const { tester, driver } = this.#environment;
    const { family, local } = this.#mailbox.link;
    const peers: Peer[] = [];
    const unwatch = driver.watchAccepts?.((peer) => peers.push(peer));
    const syn = await this.#handshake();
    if (!syn) return undefined;
    const ttl = ttlOf(called ?? syn.answer);
    const routers = ttl === undefined ? 0 : routersBy(ttl);
    const quotes = new Quotes(tester, family, this.#connection.peerPort, this.#environment.timing);
    const asked = quotes.ofSyns(routers);
    // An application that takes no commands may do anything with text.
    if (!driver.behaviour) this.handle = await driver.accepted(this.#mailbox.port, this.#within);
    unwatch?.();
    const own: Peer = { address: local, port: this.#mailbox.port };
    const exchanged = this.handle ? await this.#exchange(this.handle, routers) : NOTHING;
    const { quoted, ...rest } = exchanged;
    return {
      opened: {
        isAccepted: driver.seesAccepts ? this.handle !== undefined : undefined,
        ...{ syn, own, ...rest, log: [...this.#mailbox.log] },
        peer: peerOf(own, peers, (each) => tester.hasOpened(each)),
      },
      quoted: [...(await asked), ...quoted],
      routers,
    };
  }

  async #handshake(): Promise<Exchange | undefined> {
    const { family } = this.#mailbox.link;
    const options = {
      mss: TESTER_MSS[family],
      sackPermitted: true,
      tsval: TSVAL,
      tsecr: 0,
      wscale: 0,
    } as const;
    const segment = segmentOf({ seq: IRS, ctl: ['SYN'], wnd: TESTER_WINDOW, ...options });
    for (let tries = TRIES; tries > 0; tries -= 1) {
      const sent = this.#connection.transmit(segment);
      const isSynAck = ({ ctl, ack }: ConcreteSegment): boolean => ctl.has('SYN') && ack === add(IRS, 1);
      const answer = await this.#mailbox.next((entry) => isSynAck(entry.segment), this.#within);
      if (!answer) continue;
      this.#connection.absorb();
      if (answer.segment.tsval !== undefined) {
        this.#connection.timestamps = true;
        this.#connection.tsRecent = TSVAL;
      }
      this.#connection.send({ ctl: ['ACK'] });
      return { sent, answer };
    }
    return undefined;
  }

  async #exchange(user: Handle, routers: number) {
    const { driver } = this.#environment;
    const begin = this.#connection.rcvNxt;
    const read = (): Promise<{ count: number; octets: Uint8Array } | undefined> =>
      ifAble(driver.delivered?.(user));
    const isTold = (await read()) !== undefined;
    const beyondGap = await this.#answered({ seq: add(begin, PIECE), ctl: ['ACK'], data: PIECE });
    const filling = { seq: begin, ctl: ['ACK', 'PSH'], data: PIECE } as const;
    const filled = await this.#answered(filling, TRIES, 2 * PIECE);
    const texts = await this.#textOf(user);
    const old = { seq: add(begin, PIECE), ctl: ['ACK'], data: PIECE } as const;
    const taken = filled ? add(filled.answer.segment.ack, -begin) : 0;
    const told = isTold && taken >= PIECE ? await this.#readBy(read, textAt(begin, taken)) : undefined;
    const before = await this.#answered(old);
    const outside = await this.#outside(old);
    const quoted = await this.#quote(old, routers);
    const toldUrgent = told?.count === 0 ? undefined : await this.#urgent(user);
    // Its reset is in the log.
    await this.#aborted(user);
    return {
      acks: [beyondGap, before, outside.answered].filter((one) => one !== undefined),
      ...{ beyondGap, texts, quoted, isSilentOutside: outside.isSilent },
      read: told,
      toldUrgent,
    };
  }

  /** Sends a segment again until an ACK comes. @param taken octets that it must acknowledge, all or a part */
  async #answered(fields: SegmentFields, tries = TRIES, taken?: number): Promise<Exchange | undefined> {
    const begin = fields.seq ?? 0;
    const isWanted = ({ data, ack }: ConcreteSegment): boolean =>
      data === 0 && (taken === undefined || (ack !== begin && add(ack, -begin) <= taken));
    for (; tries > 0; tries -= 1) {
      const since = this.#mailbox.log.length;
      const sent = this.#connection.transmit(segmentOf({ ack: this.#connection.sndNxt, ...fields }));
      const answer = await this.#mailbox.next(({ segment }) => isWanted(segment), this.#within, since);
      this.#connection.absorb();
      if (answer) return { sent, answer };
    }
    return undefined;
  }

  /** The text that the user sends upon request, each segment acknowledged. */
  async #textOf(user: Handle): Promise<Entry[]> {
    const since = this.#mailbox.log.length;
    const first = this.#connection.sndNxt;
    await ifAble(this.#environment.driver.send(user, TEXT_OF_THE_USER));
    const texts: Entry[] = [];
    for (let at = since; add(this.#connection.sndNxt, -first) < TEXT_OF_THE_USER; ) {
      const text = await this.#mailbox.next(({ segment }) => segment.data > 0, this.#within, at);
      if (!text) break;
      texts.push(text);
      at = this.#mailbox.log.indexOf(text) + 1;
      this.#connection.absorb();
      this.#connection.send({ ctl: ['ACK'] });
    }
    return texts;
  }

  /** Text far outside of the window is due an ACK, as old text is (RFC 9293 section 3.10.7.4, first). */
  async #outside(old: SegmentFields) {
    const far = { seq: add(this.#connection.rcvNxt, FAR), ctl: ['ACK'] as const, data: OUTSIDE };
    for (let tries = TRIES; tries > 0; tries -= 1) {
      const answered = await this.#answered(far, 1);
      if (answered) return { answered, isSilent: false };
      if (!(await this.#answered(old, 1))) return { isSilent: false };
    }
    return { isSilent: true };
  }

  /** Old text, urgent and with a reserved bit, to the last router. */
  async #quote(old: SegmentFields, routers: number): Promise<Quoted[]> {
    if (routers === 0) return [];
    const segment = segmentOf({
      ...old,
      ack: this.#connection.sndNxt,
      ctl: ['ACK', 'URG'],
      urg: 1,
      reserved: 1,
    });
    const sent = this.#connection.transmit(segment, { ttl: routers, ecn: ECT });
    return [{ sent, ecn: ECT, errors: this.#mailbox.icmpErrors }];
  }

  /** Waits until the user has read as much as was sent. */
  async #readBy(
    read: () => Promise<{ count: number; octets: Uint8Array } | undefined>,
    sent: Uint8Array,
  ): Promise<Read | undefined> {
    const { tester } = this.#environment;
    // News of what was read may get lost.
    if (tester.path.disturbed) return undefined;
    let count = 0;
    const octets: Uint8Array[] = [];
    for (const until = performance.now() + this.#within; count < sent.length; await tester.listen(5)) {
      const more = await read();
      if (!more) return undefined;
      count += more.count;
      octets.push(more.octets);
      if (performance.now() > until) break;
    }
    return { sent, count, octets: Buffer.concat(octets) };
  }

  async #urgent(user: Handle): Promise<boolean | undefined> {
    const { driver, tester } = this.#environment;
    const ask = () => ifAble(driver.told?.(user));
    if (!(await ask())?.known.includes('urgent data')) return undefined;
    const seq = this.#connection.rcvNxt;
    const urgent = { seq, ctl: ['ACK', 'PSH', 'URG'], urg: PIECE, data: PIECE } as const;
    if (!(await this.#answered(urgent, TRIES, PIECE))) return undefined;
    for (const until = performance.now() + this.#within; ; await tester.listen(5)) {
      const isTold = (await ask())?.told.includes('urgent data') === true;
      if (isTold || performance.now() > until) return isTold;
    }
  }

  async #aborted(user: Handle): Promise<void> {
    const { driver } = this.#environment;
    if (driver.cannotAbort) return;
    await ifAble(driver.abort(user));
    await this.#mailbox.next(({ segment }) => segment.ctl.has('RST'), this.#within);
  }
}

const NOTHING = {
  ...{ acks: [], texts: [], quoted: [], isSilentOutside: false },
} as const satisfies Partial<Opened> & { quoted: readonly Quoted[] };

/**
 * Of whom the user was told when this peer came: of it, or of somebody whom nobody knows. News of earlier connections, and of the
 * other family's, comes in between.
 */
export function peerOf(
  own: Peer,
  told: readonly Peer[],
  isOurs: (port: number) => boolean,
): Peer | undefined {
  const ofFamily = told.filter(({ address }) => address.includes(':') === own.address.includes(':'));
  return ofFamily.find(({ port }) => port === own.port) ?? ofFamily.find(({ port }) => !isOurs(port));
}
