import type { Family } from '../wire/address.ts';

/** What a target or its driver cannot do. The reports make sentences of it. */
export const LACKS = [
  // As the description of the target says.
  'simultaneous open',
  'timestamps',
  'half close',
  'several segments in flight',
  'ABORT at any time',
  // Limits of an application that takes no commands.
  'commands',
  'passive OPEN',
  'active OPEN',
  'SEND on command',
  'stopping to read',
  'precedence',
  'small window',
  'staying open',
  'staying open after a FIN',
  'closing after a FIN',
  'closing first',
  'closing first by a half close',
  'closing first both ways',
  'waiting for the peer to speak first',
  'being spoken to first',
  'being given a crowd of connections',
  // Limits of an application that takes commands.
  'own listener',
  'closing its listener',
  'OPEN to another address',
  'control of RECEIVE',
  'count of delivered text',
  'marked text',
  'settings of a connection',
  'what its user was told',
  // Of the tester.
  'leave to forge sources',
] as const;

/** What an upper tester may refuse. */
export const ABILITIES = [
  'receive again',
  'stop reading',
  'tell what it has received',
  'advertise a zero window from the first segment',
  'have a small receive buffer',
  'set the precedence',
  'change a setting of a connection',
  'tell what it was told',
  'open to a multicast address',
  'close one direction before the connection is established',
] as const;
export type Ability = (typeof ABILITIES)[number];

export type Lack =
  | { readonly what: (typeof LACKS)[number] }
  /** A family is missing: for the tester, for the target's own connections, or on the way to the target. */
  | {
      readonly what: 'tester address' | 'calls over the family' | 'way in over the family';
      readonly family: Family;
    }
  | { readonly what: 'kind of listener'; readonly listener: string }
  /** The target chooses to which ports it connects, and when. */
  | { readonly what: 'choice of port'; readonly ports: readonly number[] }
  /** `answer`: the result's name in the Testability Protocol. */
  | { readonly what: 'upper tester'; readonly ability: Ability; readonly answer: string }
  /** What the target's window still is, in octets. */
  | { readonly what: 'closed window' | 'window of one segment'; readonly octets: number }
  /** The sentence of an older result, which held no data. */
  | { readonly what: 'as told'; readonly told: string };

/** What a recipe waits for. */
export const AWAITED = ['SYN', 'SYN,ACK', 'ACK of the SYN', 'ACK of text', 'ACK of the FIN', 'FIN'] as const;
export type Awaited = (typeof AWAITED)[number];

export const OBSTACLES = [
  'connection not accepted',
  'timestamps not negotiated',
  'no greeting',
  'text missing',
  'other text',
  'old text unanswered',
] as const;

/** Why a state was not reached. */
export type Obstacle =
  | { readonly what: (typeof OBSTACLES)[number] }
  /** `within`: milliseconds. */
  | { readonly what: 'no answer'; readonly awaited: Awaited; readonly within: number }
  /** The first window, which is not zero, or the text that does not go out at once, in octets. */
  | { readonly what: 'open window' | 'text not at once'; readonly octets: number }
  | { readonly what: 'upper tester'; readonly primitive: string; readonly answer: string }
  | { readonly what: 'as told'; readonly told: string };
