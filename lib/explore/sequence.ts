import {
  type IcmpStep,
  type Place,
  printCall,
  printIcmp,
  type SendStep,
  type UserStep,
  type WaitStep,
} from '../catalogue/scenario.ts';
import { nameOf } from '../catalogue/resolve.ts';
import { printSegment } from '../notation/index.ts';

/** One step: the tester sends, the target's user acts, an ICMP error comes, or time passes. After each, a fence tells that nothing more comes. */
export type SequenceStep = SendStep | UserStep | IcmpStep | WaitStep;

/** What exploration plays: a place to begin in, and steps. A scenario without expectations, since the specification has them. */
export interface Sequence {
  readonly place: Place;
  /** Other connections of the same target, by name: steps name the one that they are on. */
  readonly beside?: Readonly<Record<string, Place>>;
  readonly steps: readonly SequenceStep[];
  /** At the end, what the user was given is read. */
  readonly isRead?: boolean;
  /** Chooses the sequence numbers; absent: any will do. */
  readonly numbers?: number;
}

const stepText = (step: SequenceStep): string => `${step.on ? `${step.on}: ` : ''}${deedText(step)}`;

const deedText = (step: SequenceStep): string =>
  'send' in step
    ? step.send.map(printSegment).join(' + ')
    : 'user' in step
      ? printCall(step.user)
      : 'icmp' in step
        ? `ICMP ${printIcmp(step)}`
        : `wait ${step.wait} ms`;

/** For people. */
export const sequenceText = ({ place, beside = {}, steps, isRead, numbers }: Sequence): string => {
  const others = Object.entries(beside).map(([name, one]) => `, ${name}: ${placeText(one)}`);
  return `${placeText(place)}${others.join('')}${numbers === undefined ? '' : `, numbers ${numbers}`}: ${steps.map(stepText).join('; ')}${isRead ? '; text read' : ''}`;
};

const placeText = (place: Place): string => {
  const conditions = place.conditions.length > 0 ? ` (${place.conditions.join(', ')})` : '';
  const closed = place.closedBy ? ` (${place.closedBy})` : '';
  return `${nameOf(place)}${closed}${conditions}`;
};

/** How long its waits are, in milliseconds. */
export const waitsOf = ({ steps }: Sequence): number =>
  steps.reduce((sum, step) => sum + ('wait' in step ? step.wait : 0), 0);

/** It has several connections. */
export const hasSeveral = ({ beside = {} }: Sequence): boolean => Object.keys(beside).length > 0;

/** It waits for timers. */
export const isPatient = (sequence: Sequence): boolean => waitsOf(sequence) > 1000;
