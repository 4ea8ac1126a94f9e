import { isSameBut, NOTHING_WAITS } from '../../standard/arrives/arrival.ts';
import type { Adoption } from '../../standard/adoption.ts';
import type { Told } from '../../standard/calls/call.ts';
import type { Profile } from '../../standard/profile.ts';
import type { Segment, Tcb } from '../../standard/tcb.ts';

/** Since when 2 MSL run, of `performance.now()`: at the earliest, and at the latest, where something else may have begun them anew. */
export interface Lingering {
  readonly from: number;
  readonly to: number;
}

/** How long TIME-WAIT lasts, in milliseconds. */
export interface Lasts {
  readonly atLeast: number;
  readonly atMost: number;
}

/** One of the ways that the specification lets a TCP go: a TCB, and what it still has to send. */
export interface World {
  readonly tcb: Tcb;
  /** Segments that must come, in their order, before silence means that nothing comes. */
  readonly due: readonly Segment[];
  /** The first segment that is due has a new ISS, which the TCP was free to choose. */
  readonly isFree: boolean;
  /** When text or a FIN was accepted whose acknowledgment may be delayed, in milliseconds of `performance.now()`. */
  readonly owesAckSince?: number;
  /** The checks of RFC 5961 that it has adopted. */
  readonly adoption: Adoption;
  /** Whether the user takes what arrives. */
  readonly isReading: boolean;
  /** The user was given text since the window was last told: it may be larger than what was told (RFC 9293 section 3.8.6.2.2). */
  readonly isWider: boolean;
  /** What the user was told of it, of `HEARD`. */
  readonly told: readonly Heard[];
  /** In TIME-WAIT: since when; absent where nobody knows. */
  readonly lingering?: Lingering;
  /** How many keep-alives have come since the last segment of the tester's; absent: none. */
  readonly unanswered?: number;
  /** Where that ends which was sent again last. */
  readonly again?: number;
  /** The rule of what was done last, in the specification's words. */
  readonly why: string;
}

/** What a user hears of what the peer does. */
export const HEARD = ['connection closing', 'connection reset', 'connection refused', 'urgent data'] as const;
export type Heard = (typeof HEARD)[number];

/** Each once, whenever it was told. */
export const hearing = (before: readonly Heard[], told: readonly Told[] = []): readonly Heard[] =>
  told.length === 0
    ? before
    : HEARD.filter(
        (one) => before.includes(one) || told.some(({ to, says }) => to === 'user' && says === one),
      );

/** What does not change while a sequence is played. */
export interface Terms {
  readonly profile: Profile;
  /** A LISTEN stays on the port when a connection ends. */
  readonly isListening: boolean;
  /** Milliseconds that an acknowledgment of text may take (RFC 9293 MUST-40, and what the path adds). */
  readonly longestDelay: number;
  readonly timeWait: Lasts;
  /** The most octets of text in a segment to a peer whose SYN has no MSS option. */
  readonly unsaidMss: number;
}

/** More worlds than this say too little, and take too long. */
export const MOST_WORLDS = 96;

export const beginning = (tcb: Tcb, adoptions: readonly Adoption[], isReading: boolean): World[] =>
  adoptions.map((adoption) => ({
    ...{ tcb, due: [], isFree: false, adoption, isReading, isWider: false, told: [], why: '' },
  }));

/** A connection that is over, on a port that a LISTEN stays on: the next segment meets that one, which knows nothing of it. */
export const relistened = (before: Tcb, tcb: Tcb, { isListening, unsaidMss }: Terms): Tcb => {
  const isBack = tcb.state === 'LISTEN' && before.state !== 'LISTEN';
  if (!isBack && !(isListening && tcb.state === 'CLOSED')) return tcb;
  const { origin: _, former: __, urgent: ___, ...rest } = tcb;
  return {
    ...rest,
    ...NOTHING_WAITS,
    ...{ state: 'LISTEN', timestamps: true, userGone: false, remoteSpecified: false, rcvWnd: tcb.rcvBuff },
    sndMss: unsaidMss,
  };
};

/** Each world once, whatever led to it. */
export function distinct(worlds: readonly World[]): readonly World[] {
  if (worlds.length < 2) return worlds;
  const kept: World[] = [];
  for (const world of worlds) if (!kept.some((known) => isSameBut(known, world, ['why']))) kept.push(world);
  return kept;
}

/** An empty ACK: it only acknowledges. */
export const isEmptyAck = ({ ctl, data }: Pick<Segment, 'ctl' | 'data'>): boolean =>
  ctl.has('ACK') && !ctl.has('SYN') && !ctl.has('FIN') && !ctl.has('RST') && data === 0;
