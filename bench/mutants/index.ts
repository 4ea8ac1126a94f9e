import { ACKS } from './acks.ts';
import { ADOPTED_IN_PART } from './adoption.ts';
import { CLOSING_ACKS } from './closing-acks.ts';
import { DEATHS } from './deaths.ts';
import { FINS } from './fins.ts';
import { HANDSHAKE } from './handshake.ts';
import { HEADER_FORM } from './header-form.ts';
import { ICMP } from './icmp.ts';
import { LIMITS, LOSSES, OPENS } from './limits.ts';
import { LISTENING } from './listening.ts';
import { MARKS } from './marks.ts';
import type { Mutant } from './tools.ts';
import { OPENING } from './opening.ts';
import { OPENING_ACKS } from './opening-acks.ts';
import { OPENING_ORDER } from './opening-order.ts';
import { ORDER } from './order.ts';
import { OUTSIDE } from './outside.ts';
import { PRECEDENCE } from './precedence.ts';
import { REPLY_OPTIONS } from './reply-options.ts';
import { RESET_FORMS } from './reset-forms.ts';
import { RESET_GENERATION } from './reset-generation.ts';
import { RESETS } from './resets.ts';
import { SEQUENCES } from './sequences.ts';
import { SIZES_AND_QUEUES } from './sizes-and-queues.ts';
import { SYNS } from './syns.ts';
import { TEXT } from './text.ts';
import { TIME_WAIT } from './time-wait.ts';
import { TIMERS } from './timers.ts';
import { OWN_SYNS } from './own-syns.ts';
import { PATIENCE } from './patience.ts';
import { TIMESTAMPS } from './timestamps.ts';
import { TIMING } from './timing.ts';
import { TRANSITION_MUTANTS } from './transitions.ts';
import { URGENT } from './urgent.ts';
import { USERS } from './users.ts';
import { WINDOW } from './window.ts';

export type { Mutant } from './tools.ts';

/** Every single fault, in the order of the checks that it is a fault of. */
export const MUTANTS: readonly Mutant[] = [
  ...RESET_GENERATION,
  ...RESET_FORMS,
  ...HANDSHAKE,
  ...LISTENING,
  ...OPENING,
  ...MARKS,
  ...HEADER_FORM,
  ...REPLY_OPTIONS,
  ...PRECEDENCE,
  ...TIMESTAMPS,
  ...WINDOW,
  ...OUTSIDE,
  ...RESETS,
  ...SYNS,
  ...ACKS,
  ...ADOPTED_IN_PART,
  ...OPENING_ACKS,
  ...CLOSING_ACKS,
  ...URGENT,
  ...TEXT,
  ...FINS,
  ...TIME_WAIT,
  ...ORDER,
  ...OPENING_ORDER,
  ...TIMING,
  ...TIMERS,
  ...SEQUENCES,
  ...DEATHS,
  ...LIMITS,
  ...LOSSES,
  ...OPENS,
  ...SIZES_AND_QUEUES,
  ...ICMP,
  ...USERS,
  ...PATIENCE,
  ...OWN_SYNS,
  ...TRANSITION_MUTANTS,
];

export const findMutant = (name: string): Mutant | undefined =>
  MUTANTS.find((mutant) => mutant.name === name);
