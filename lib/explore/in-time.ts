import { relativeNotation, type SegmentNotation } from '../notation/index.ts';
import { emptyAck } from '../standard/segments.ts';
import { type Segment, segLen } from '../standard/tcb.ts';
import { geq, lt } from '../wire/seq.ts';
import { leftOf } from './oracle/crossing.ts';
import { happen } from './oracle/events.ts';
import { segmentSeen } from './oracle/sightings.ts';
import { isEmptyAck, type Terms, type World } from './oracle/world.ts';
import type { TracedStep } from './played.ts';

/** A step as `run` would play it. */
export interface TimelyStep extends TracedStep {
  /** What is sent, in the variables that `run` knows by then; absent where they are those of the sequence. */
  readonly notation?: SegmentNotation;
}

/**
 * The same segments as `run` plays them. It waits for an acknowledgment that is delayed; a sequence goes on, and does not know yet how far
 * RCV.NXT has come. So there the acknowledgment belongs to the step that it is for, and the next steps name other numbers.
 */
export function inTime(
  steps: readonly TracedStep[],
  first: readonly World[],
  terms: Terms,
): readonly TimelyStep[] {
  let worlds = first;
  let early: Segment | undefined;
  let isToCome = false;
  return steps.map((traced, index) => {
    let step: TimelyStep = early ? renumbered(traced, early) : traced;
    if (early && isToCome) {
      const at = step.seen.findIndex((one) => one.ctl.has('ACK') && geq(one.ack, (early as Segment).ack));
      isToCome = at === -1;
      if (at !== -1 && isEmptyAck(step.seen[at] as Segment))
        step = { ...step, seen: step.seen.toSpliced(at, 1) };
    }
    const after = step.events.reduce((all, event) => happen(all, event, terms), worlds);
    worlds = step.behind ?? leftOf(worlds, after, step, terms);
    const owed = index < steps.length - 1 && !step.behind ? owedAfter(step, worlds) : undefined;
    if (!owed) return step;
    early = owed;
    isToCome = true;
    worlds = segmentSeen(worlds, owed, terms);
    return { ...step, seen: [...step.seen, owed] };
  });
}

/** In the variables of a TCB whose acknowledgment has come. */
function renumbered(step: TracedStep, { ack, wnd }: Segment): TimelyStep {
  const { variables, sent } = step;
  const rcvNxt = variables['RCV.NXT'];
  if (rcvNxt === undefined || !lt(rcvNxt, ack)) return step;
  const known = { ...variables, 'RCV.NXT': ack, 'RCV.WND': wnd };
  return {
    ...step,
    variables: known,
    ...(sent ? { notation: relativeNotation(sent, known, 'tester') } : {}),
  };
}

/** The acknowledgment that all worlds owe for what has arrived in a step, where nothing else has come of it. */
function owedAfter({ events, seen, variables }: TracedStep, worlds: readonly World[]): Segment | undefined {
  const [one, ...others] = worlds;
  const isArrival = events.some((event) => 'arrives' in event);
  const sent = variables['SND.NXT'];
  const isAgain = ({ seq, ...segment }: Segment): boolean =>
    sent !== undefined && segLen({ ...segment }) > 0 && lt(seq, sent);
  if (!one || !isArrival || !seen.every(isAgain)) return undefined;
  const isAlike = ({ tcb, owesAckSince }: World): boolean =>
    owesAckSince !== undefined && tcb.rcvNxt === one.tcb.rcvNxt && tcb.sndNxt === one.tcb.sndNxt;
  return [one, ...others].every(isAlike) ? emptyAck(one.tcb) : undefined;
}
