import type { Backlog } from '../../lib/lab/reference/behaviour.ts';
import { type Mutant, unseen } from './tools.ts';

const ROOM = 8;

const SOCKETS = 160;

const backlog = (name: string, what: string, beyond: Backlog['beyond']): Mutant =>
  unseen(
    { name, what, base: 'rfc9293', behaviour: { backlog: { room: ROOM, beyond } } },
    'no document says how many connections may be half open: the run keeps within what it finds',
  );

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
    'no document says when a user is given a connection, or how many it can hold: the run holds none that nobody waits for',
  ),
];
