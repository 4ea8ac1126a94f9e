import type { Backlog } from '../../lib/lab/reference/behaviour.ts';
import { caughtBy, type Mutant, unseen } from './tools.ts';

const ROOM = 8;

const SOCKETS = 160;

// More than the preflight fills at once, and less than the crowd of a case.
const ROOM_BEFORE_LOSS = 280;

const backlog = (name: string, what: string, beyond: Backlog['beyond']): Mutant =>
  unseen(
    { name, what, base: 'rfc9293', behaviour: { backlog: { room: ROOM, beyond } } },
    'no document says how many connections may be half open: the run keeps within what it finds',
  );

/** Places that are lost for good are a fault. */
const losing = (name: string, what: string, loses: NonNullable<Backlog['loses']>): Mutant => ({
  ...{ name, what, base: 'rfc9293' },
  behaviour: { backlog: { room: ROOM_BEFORE_LOSS, beyond: 'silence', loses } },
});

/** What is lost of a backlog when its connections are reset. */
export const LOSSES: readonly Mutant[] = [
  caughtBy(
    'ladder.pending.each-reset',
    losing('reset-keeps-its-place', 'a reset in SYN-RECEIVED gives no place in the backlog back', 'places'),
  ),
  caughtBy(
    'ladder.pending.full-then-reset',
    losing('full-backlog-stays-full', 'a backlog that was full takes no SYN any more', 'all once full'),
  ),
];

/** What its user may ask of it. */
export const OPENS: readonly Mutant[] = [
  caughtBy('ladder.open.to-multicast', {
    name: 'multicast-opened',
    what: 'an OPEN to a multicast address sends a SYN',
    base: 'rfc9293',
    behaviour: {
      call: (tcb, call, next) => next(tcb, call.name === 'OPEN' ? { ...call, remote: 'specified' } : call),
    },
  }),
];

/** What a TCP may have little of: no fault, and no case may say that it is one. */
export const LIMITS: readonly Mutant[] = [
  backlog('backlog-then-cookies', `beyond ${ROOM} half-open connections it sends SYN cookies`, 'cookie'),
  backlog(
    'backlog-then-oldest-forgotten',
    `beyond ${ROOM} half-open connections the oldest is forgotten`,
    'forget the oldest',
  ),
  backlog('backlog-then-silence', `beyond ${ROOM} half-open connections a SYN is not answered`, 'silence'),
  unseen(
    {
      name: 'accepts-at-syn',
      what: `its user accepts at the SYN, and has room for ${SOCKETS} sockets`,
      ...{ base: 'rfc9293', behaviour: { acceptsAtSyn: true, sockets: SOCKETS } },
    },
    'no document says how many connections an application has room for',
  ),
];
