import { printReply } from '../catalogue/resolve.ts';
import { REPLIES, STEP_CASES, STEP_RULES, type Step } from '../catalogue/steps.ts';
import { printSegment } from '../notation/index.ts';
import { isFailure } from '../verdict/result.ts';
import { type LadderLine, linesOfRecords } from './ladder.ts';
import type { ReportCase, Run, RunFault } from './run.ts';
import { say } from './say.ts';
import { ruleText } from './subject.ts';

/** Whether a baseline accepts a fault of the preflight. */
export type Accepts = (fault: RunFault) => boolean;

/** Deviations that a baseline accepts. They change no verdict, and they do not fail the run. */
export interface AcceptedDeviations {
  /** What the reports call it, e.g. the name of the baseline's file. */
  readonly name: string;
  /** Why the result is accepted, or undefined when it is not. */
  reasonFor(result: ReportCase): string | undefined;
  /** Whether a fault is accepted. */
  readonly accepts?: Accepts;
}

/** Faults that fail the run: the target breaks a rule, and no baseline accepts it. */
export const failingFaults = (
  { preflightFaults = [] }: Pick<Run, 'preflightFaults'>,
  accepts?: Accepts,
): RunFault[] => preflightFaults.filter((fault) => fault.gravity === 'deviation' && !accepts?.(fault));

/** What fails a run. A baseline accepts the results in `known`, and not those in `fresh`. */
export function failuresOf(run: Run, accepted?: AcceptedDeviations) {
  const failed = run.cases.filter((result) => isFailure(result, run.profile, run.strict));
  const fresh = failed.filter((result) => accepted?.reasonFor(result) === undefined);
  const known = failed.filter((result) => accepted?.reasonFor(result) !== undefined);
  const preflightFaults = failingFaults(run, accepted?.accepts);
  return { fresh, known, preflightFaults, fails: fresh.length > 0 || preflightFaults.length > 0 };
}

/** The case that tests the same as the step of a fault; its id is empty when there is none. */
export const caseOf = ({ step, family }: RunFault) => ({ id: STEP_CASES[step] ?? '', family });

// Larger numbers are the target's own, such as an ISS: they differ from run to run.
const ANY_FROM = 70_000;

/** The reply, or its wrong fields, in the notation. It is the same in each run: an ISS is written as ANY. */
export function faultObserved({ observed, wrong }: RunFault): string {
  if (observed.length === 0) return 'silence';
  if (wrong.length === 0) return observed.map(printSegment).join(' ');
  const value = (text: string): string => (Number(text) >= ANY_FROM ? 'ANY' : text);
  return wrong.map(({ field, observed: seen }) => `<${field}=${value(seen)}>`).join('');
}

/** The order of reports: broken rules, then obstacles, then what the target file describes. */
export const ordered = ({ preflightFaults = [] }: Pick<Run, 'preflightFaults'>): RunFault[] =>
  (['deviation', 'obstacle', 'described'] as const).flatMap((gravity) =>
    preflightFaults.filter((fault) => fault.gravity === gravity),
  );

/** The id of the fault that blocked a case. */
export const blockerIn = (result: ReportCase): string | undefined =>
  result.outcome !== 'judged' && result.why.kind === 'blocked' ? result.why.by.id : undefined;

/** A fault in one line, with the number of cases that it blocks. */
export const faultLine = (fault: RunFault, { cases }: Pick<Run, 'cases'>): string => {
  const { length } = cases.filter((result) => blockerIn(result) === fault.id);
  const blocked = length === 0 ? '' : `; ${length} ${length === 1 ? 'case is' : 'cases are'} blocked by it`;
  return `${say.preflightFault(fault)}${blocked}`;
};

/** A fault for people: rule, port, what was expected and observed, and the remedy. */
export function faultFields(fault: RunFault): (readonly [string, string])[] {
  const { step, port, sent, observed, refusal, mayBeFilter, gravity } = fault;
  const expected = REPLIES[step];
  const seen = observed.map(printSegment).join(' and ') || 'silence';
  return [
    ['rule', STEP_RULES[step].map(ruleText).join('; ')],
    ['step', `${step}${port === undefined ? '' : `, port ${port} of the target`}, over IPv${fault.family}`],
    ...(sent ? ([['sent', printSegment(sent)]] as const) : []),
    ...(expected ? ([['expected', printReply(expected)]] as const) : []),
    ['observed', refusal === undefined ? seen : `${seen} (${refusal})`],
    ...(mayBeFilter && gravity === 'deviation'
      ? ([['remark', 'a firewall in front of the target would look the same']] as const)
      : []),
    ['remedy', remedyOf(fault)],
  ];
}

function remedyOf({ gravity, step, wrong }: RunFault): string {
  if (gravity === 'described') return 'none: the target file describes it';
  // A wrong reply comes from the TCP. A missing one may have other causes.
  return gravity === 'deviation' && wrong.length > 0 ? FIX : REMEDIES[step];
}

const FIX = 'fix the TCP';

const REMEDIES: Readonly<Record<Step, string>> = {
  'SYN to any port':
    'check that the target has this address, is reachable, and has no firewall in front; or leave the family out with --family',
  'SYN to a closed port':
    'check for a firewall in front of the port, for an option that stops the target from sending resets, and for a program that listens there; --closed-port names another port',
  'ACK to a closed port': 'check for a firewall in front of the port; otherwise fix the TCP',
  'RST to a closed port': FIX,
  'SYN to LISTEN':
    'check that a program listens on the port, and that no firewall is in front of it; otherwise fix the TCP',
  'ACK to SYN-RECEIVED':
    'check that the upper tester accepts connections, and sends the accept event with the port of the peer (agent/README.md)',
  OPEN: "check that the upper tester's CONNECT reaches the TCP, and that the target has a route to the tester",
  'SYN,ACK to SYN-SENT': FIX,
  'SYN to SYN-SENT':
    'if the TCP has no simultaneous open, set capabilities.simultaneousOpen to false in its target file',
  CLOSE:
    "check that the upper tester's SHUTDOWN closes the sending direction; if the target has no half close, set capabilities.halfClose to false in its target file",
  FIN: FIX,
};

/** The packets, a line each. */
export const faultLadder = ({ records }: RunFault): LadderLine[] => linesOfRecords(records);
