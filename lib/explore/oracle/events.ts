import type { PLAIN_CALLS, UserCall } from '../../catalogue/scenario.ts';
import type { Told } from '../../standard/calls/call.ts';
import { type IcmpError, icmpArrives } from '../../standard/icmp-arrives.ts';
import type { Adoption } from '../../standard/adoption.ts';
import { type Arrival, segmentArrives } from '../../standard/segment-arrives.ts';
import { SYNCHRONIZED } from '../../standard/state.ts';
import { type Segment, segLen, type Tcb } from '../../standard/tcb.ts';
import { type Call, type Reaction, userCalls } from '../../standard/user-calls.ts';
import { add, gt, leq, lt, sub } from '../../wire/seq.ts';
import { lingeringAfter, passed } from './time-wait.ts';
import { distinct, hearing, isEmptyAck, relistened, type Terms, type World } from './world.ts';

/** What happens to the target in a step. */
export type Event =
  | { readonly arrives: Segment /** In milliseconds of `performance.now()`. */; readonly at: number }
  | { readonly calls: UserCall; readonly isRefused: boolean }
  | { readonly icmp: IcmpError };

/** What the specification makes of the worlds when something happens. */
export const happen = (worlds: readonly World[], event: Event, terms: Terms): readonly World[] =>
  'arrives' in event
    ? segmentComes(worlds, event.arrives, terms, event.at)
    : 'icmp' in event
      ? icmpComes(worlds, event.icmp, terms)
      : userActs(worlds, event.calls, terms, event.isRefused);

/** A segment arrives at the target. */
export const segmentComes = (
  worlds: readonly World[],
  segment: Segment,
  terms: Terms,
  now: number,
): readonly World[] =>
  distinct(
    worlds
      .flatMap((world) => passed(world, now, terms))
      .flatMap((world) =>
        windowsOf(world, segment).flatMap((tcb) =>
          arrivals(tcb, segment, terms, world.adoption).map(({ reply, tcb: after, freeSeq, why, told }) => {
            const tells = reply !== 'silence' && !isDelayable(tcb, after, reply);
            const { owesAckSince, lingering: _, unanswered: __, ...rest } = world;
            const since = reply !== 'silence' && !tells ? (owesAckSince ?? now) : owesAckSince;
            return read({
              ...rest,
              tcb: relistened(tcb, after, terms),
              ...lingeringAfter(world, tcb, after, segment, now),
              due: tells ? [...world.due, reply] : world.due,
              isFree: world.isFree || freeSeq === true,
              ...(since === undefined || after.state === 'CLOSED' || after.state === 'LISTEN'
                ? {}
                : { owesAckSince: since }),
              told: hearing(world.told, told),
              why,
            });
          }),
        ),
      ),
  );

/**
 * All readings of an acknowledgment. One of numbers before the ISS acknowledges nothing of this connection: it may count as too old for a
 * check of what is in flight (RFC 5961 section 5.2), although it is within MAX.SND.WND of SND.UNA. One that lies beyond SND.NXT, and
 * half of the sequence space or more beyond SND.UNA, lies before SND.UNA as well: modulo 2^32 it is both old and never sent.
 */
function arrivals(tcb: Tcb, segment: Segment, { profile }: Terms, adoption: Adoption): readonly Arrival[] {
  const all = segmentArrives(tcb, segment, profile, adoption);
  if (!segment.ctl.has('ACK') || !SYNCHRONIZED.includes(tcb.state)) return all;
  const { maxSndWnd, sndUna } = tcb;
  if (gt(segment.ack, tcb.sndNxt) && !gt(segment.ack, sndUna))
    return [...all, ...segmentArrives(tcb, { ...segment, ack: sub(sndUna, 1) }, profile, adoption)];
  const sent = sub(sndUna, add(tcb.iss, 1));
  if (!leq(segment.ack, tcb.iss) || sent >= maxSndWnd) return all;
  const older = segmentArrives({ ...tcb, maxSndWnd: sent }, segment, profile, adoption);
  return [
    ...all,
    ...older.map((one) => ({
      ...one,
      tcb: { ...one.tcb, maxSndWnd: Math.max(maxSndWnd, one.tcb.maxSndWnd) },
    })),
  ];
}

/** The acknowledgment of what was accepted may be delayed (RFC 1122 section 4.2.3.2, RFC 9293 section 3.8.6.3). */
const isDelayable = (before: Tcb, after: Tcb, reply: Segment): boolean =>
  isEmptyAck(reply) && before.state !== 'SYN-SENT' && after.rcvNxt !== before.rcvNxt;

/** The TCB with the window that was told; and with a wider one, where the user has made room and it matters to the segment. */
function windowsOf({ tcb, isWider }: World, segment: Segment): readonly Tcb[] {
  if (!isWider) return [tcb];
  const wide = Math.max(tcb.rcvWnd, tcb.rcvBuff - tcb.unread);
  if (wide === tcb.rcvWnd) return [tcb];
  const edge = add(tcb.rcvNxt, tcb.rcvWnd);
  const end = add(segment.seq, segLen(segment));
  if (lt(end, edge) && lt(segment.seq, edge) && tcb.rcvWnd > 0) return [tcb];
  return [tcb, { ...tcb, rcvWnd: wide }];
}

/** The user takes what is there. Whether the window opens is told by the next segment. */
export function read(world: World): World {
  const { tcb, isReading } = world;
  if (!isReading || tcb.unread === 0) return world;
  const rcvUser = add(tcb.rcvUser, tcb.unread);
  return { ...world, isWider: true, tcb: { ...tcb, unread: 0, pushed: 0, rcvUser } };
}

/** An ICMP error arrives. */
export const icmpComes = (worlds: readonly World[], error: IcmpError, terms: Terms): readonly World[] =>
  distinct(
    worlds.flatMap((world) =>
      icmpArrives(world.tcb, error, terms.profile).map((reaction) => after(world, reaction, terms)),
    ),
  );

const CALLS: { readonly [call in (typeof PLAIN_CALLS)[number]]?: Call } = {
  'OPEN ACTIVE': { name: 'OPEN', mode: 'active', remote: 'specified' },
  CLOSE: { name: 'CLOSE', goesOn: true },
  'CLOSE BOTH WAYS': { name: 'CLOSE', goesOn: false },
  ABORT: { name: 'ABORT' },
  'OPEN TO MULTICAST': { name: 'OPEN', mode: 'active', remote: 'invalid' },
};

/** The calls that a generated sequence may make. */
const callOf = (user: UserCall): Call => {
  if (user.call === 'SEND')
    return {
      name: 'SEND',
      octets: user.octets,
      ...(user.mark === 'URGENT' ? { urgent: true as const } : {}),
    };
  const call = 'value' in user ? undefined : CALLS[user.call];
  if (!call) throw new RangeError(`no such call in a sequence: ${user.call}`);
  return call;
};

/**
 * The target's user calls.
 *
 * @param isRefused the upper tester says that the call was refused: worlds in which it is not are not excluded for that, since a
 *   program refuses for reasons of its own
 */
export function userActs(
  worlds: readonly World[],
  user: UserCall,
  terms: Terms,
  isRefused = false,
): readonly World[] {
  if (user.call === 'NAGLE OFF')
    return worlds.map((world) => ({ ...world, tcb: { ...world.tcb, nagle: false } }));
  if (user.call === 'KEEP-ALIVE')
    return worlds.map((world) => ({ ...world, tcb: { ...world.tcb, keepAlive: user.value > 0 } }));
  // What the user asks of the headers moves no TCB.
  if ('value' in user) return worlds;
  if (user.call === 'RECEIVE' || user.call === 'STOP RECEIVING')
    return worlds.map((world) => read({ ...world, isReading: user.call === 'RECEIVE' }));
  const call = callOf(user);
  const called = worlds.flatMap((world) => {
    // It is the call of a connection that has ended: the LISTEN stays.
    if (world.tcb.state === 'LISTEN') return [world];
    const all = userCalls(world.tcb, call, terms.profile);
    if (!isRefused) return all.map((reaction) => after(world, unsent(world.tcb, call, reaction), terms));
    const refused = all.filter(isRefusal);
    return refused.length > 0 ? refused.map((reaction) => after(world, reaction, terms)) : [world];
  });
  // What a user that is gone has not read goes with it: there is room again.
  const isGone = user.call === 'CLOSE BOTH WAYS';
  return distinct(isGone ? called.map((world) => read({ ...world, isReading: true })) : called);
}

const isRefusal = ({ told }: Reaction): boolean => told.some(isError);
const isError = ({ to, says }: Told): boolean => to === 'caller' && says !== 'ok' && says !== 'state';

/**
 * What a call has put into the queue is sent when it is seen to be sent: a TCP is free to divide text into segments, and to wait.
 * At the fence it must not wait any longer (`mustSend`).
 */
function unsent(before: Tcb, call: Call, reaction: Reaction): Reaction {
  const { tcb, sent } = reaction;
  const isQueued = sent.length > 0 && sent.every(({ ctl }) => !ctl.has('RST') && !ctl.has('SYN'));
  const isServed = ['ESTABLISHED', 'CLOSE-WAIT', 'FIN-WAIT-1'].includes(before.state);
  if (!isQueued || !isServed) return reaction;
  const { urgent } = tcb;
  const sends =
    call.name === 'SEND' ? [...before.sends, { octets: call.octets, push: call.push ?? true }] : before.sends;
  const closes = call.name === 'CLOSE' || before.closing;
  return {
    ...reaction,
    sent: [],
    tcb: {
      ...before,
      ...{ sends, closing: closes, userGone: tcb.userGone, unread: tcb.unread, pushed: tcb.pushed },
      ...(urgent ? { urgent } : {}),
      state: closes && before.state === 'ESTABLISHED' ? 'FIN-WAIT-1' : before.state,
    },
  };
}

const after = (world: World, { tcb, sent, freeSeq, why, told }: Reaction, terms: Terms): World => ({
  ...world,
  tcb: relistened(world.tcb, tcb, terms),
  due: [...world.due, ...sent],
  isFree: world.isFree || freeSeq === true,
  told: hearing(world.told, told),
  why,
});

/** How far the right edge of the window lies beyond another: negative where it lies before it. */
export const edgeBeyond = (tcb: Tcb, { ack, wnd }: Pick<Segment, 'ack' | 'wnd'>): number => {
  const ahead = sub(add(ack, wnd), add(tcb.rcvNxt, tcb.rcvWnd));
  return ahead < 2 ** 31 ? ahead : ahead - 2 ** 32;
};
