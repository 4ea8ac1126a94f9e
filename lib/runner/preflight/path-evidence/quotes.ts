import { type ConcreteSegment, resetAt, segmentOf } from '../../../notation/index.ts';
import { promptOf, TESTER_WINDOW, type Timing } from '../../../states/index.ts';
import type { Mailbox, PacketOverrides, Tester } from '../../../tester/index.ts';
import { add } from '../../../wire/seq.ts';
import type { Quoted } from './evidence.ts';

const SEQ = 1_793_000_000;
/** MSS, SACK permitted, timestamps, window scale, and the experimental option of RFC 4727, in hexadecimal digits. */
const ALL_OPTIONS = '020405b4' + '0402' + '080a1234567800000000' + '01030307' + 'fd040793';
/** More routers than this are not asked. */
const MOST_ROUTERS = 16;
const ECT = 2;
const TRIES = 2;
/** Milliseconds beyond the round trips: routers quote when they have time. */
const SLOW_ROUTER = 50;

const SYN = segmentOf({ seq: SEQ, ctl: ['SYN', 'ECE', 'CWR'], opt: ALL_OPTIONS });
const STRAY_ACK = segmentOf({ seq: SEQ, ack: SEQ, ctl: ['ACK'] });

/** Segments whose time to live ends on the way. */
export class Quotes {
  readonly #tester: Tester;
  readonly #family: 4 | 6;
  readonly #port: number;
  /** Milliseconds. */
  readonly #within: number;

  constructor(tester: Tester, family: 4 | 6, port: number, timing: Timing) {
    this.#tester = tester;
    this.#family = family;
    this.#port = port;
    this.#within = promptOf(timing) + SLOW_ROUTER;
  }

  /** A SYN to each router; over IPv6, one to the target alone, which has to refuse a destination option. */
  async ofSyns(routers: number): Promise<Quoted[]> {
    if (this.#family === 6) return [await this.#ask(SYN, { quoteRequested: true })];
    const ttls = Array.from({ length: Math.min(routers, MOST_ROUTERS) }, (_, index) => index + 1);
    return Promise.all(ttls.map((ttl) => this.#ask(SYN, { ttl })));
  }

  /**
   * The last router before the target, if SYNs get there and an ACK of no connection does not. A router may send few quotes a
   * second, so that each ACK counts only after a SYN that was quoted.
   */
  async lastBeforeDrop(routers: number): Promise<string | undefined> {
    if (this.#family === 6 || routers === 0) return undefined;
    let last: string | undefined;
    for (let tries = TRIES; tries > 0; tries -= 1) {
      const ack = await this.#ask(STRAY_ACK, { ttl: routers });
      const syn = await this.#ask(SYN, { ttl: routers });
      if (ack.errors.length > 0 || !syn.errors[0]) return undefined;
      last = syn.errors[0].source;
    }
    return last;
  }

  async #ask(segment: ConcreteSegment, overrides: PacketOverrides): Promise<Quoted> {
    const mailbox = this.#tester.open(this.#family);
    try {
      const sent = mailbox.send(segment, this.#port, TESTER_WINDOW, { ecn: ECT, ...overrides });
      const answer = await quoteOrAnswer(this.#tester, mailbox, this.#within);
      if (answer?.segment.ctl.has('SYN')) mailbox.send(resetAt(add(SEQ, 1)), this.#port, 0);
      return { sent, ecn: ECT, errors: mailbox.icmpErrors };
    } finally {
      mailbox.close();
    }
  }
}

const BETWEEN_LOOKS = 2;

/** Waits until a segment of the mailbox was quoted or answered. */
async function quoteOrAnswer(tester: Tester, mailbox: Mailbox, within: number) {
  const until = performance.now() + within;
  for (;;) {
    const answer = mailbox.log.find(({ from }) => from === 'target');
    if (answer || mailbox.icmpErrors.length > 0 || performance.now() >= until) return answer;
    await tester.listen(BETWEEN_LOOKS);
  }
}
