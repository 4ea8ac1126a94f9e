import { REPLIES, STEP_CASES, STEP_RULES, type Step } from '../catalogue/steps.ts';
import { isFailure } from '../verdict/result.ts';
import { type LadderLine, linesOfRecords } from './ladder.ts';
import type { ReportCase, Run, RunFinding } from './run.ts';
import { say } from './say.ts';
import { ruleText } from './subject.ts';

/** Whether a baseline accepts a finding. */
export type Accepts = (finding: RunFinding) => boolean;

/** Deviations that were looked at and accepted beforehand. It changes no verdict, only what is told to be new. */
export interface AcceptedDeviations {
  /** How the reports call it, e.g. the name of the baseline's file. */
  readonly name: string;
  /** Why the result is accepted, or undefined when it is not. */
  reasonFor(result: ReportCase): string | undefined;
  /** Whether a deviation of a case is accepted, whether the run tried it or not. */
  readonly accepts?: Accepts;
}

/** The findings that accuse the target of breaking a rule, which no baseline accepts. */
export const failingFindings = ({ findings = [] }: Pick<Run, 'findings'>, accepts?: Accepts): RunFinding[] =>
  findings.filter((finding) => finding.gravity === 'deviation' && !accepts?.(finding));

/** What fails a run: its results and its findings, those apart that a baseline accepts. */
export function failuresOf(run: Run, accepted?: AcceptedDeviations) {
  const failed = run.cases.filter((result) => isFailure(result, run.profile, run.strict));
  const fresh = failed.filter((result) => accepted?.reasonFor(result) === undefined);
  const known = failed.filter((result) => accepted?.reasonFor(result) !== undefined);
  const findings = failingFindings(run, accepted?.accepts);
  return { fresh, known, findings, fails: fresh.length > 0 || findings.length > 0 };
}

/** The case that tries the same as the step of a finding; its id is empty where there is none. */
export const caseOf = ({ step, family }: RunFinding) => ({ id: STEP_CASES[step] ?? '', family });

// No number of the segment that was sent has a part in such a one: it is another one in each run.
const ANY_FROM = 70_000;

/** What came back, or of that what is wrong, in the notation: the same in each run, unlike an ISS. */
export function findingObserved({ observed, wrong }: RunFinding): string {
  if (observed.length === 0) return 'silence';
  if (wrong.length === 0) return observed.join(' ');
  const value = (text: string): string => (Number(text) >= ANY_FROM ? 'ANY' : text);
  return wrong.map(({ field, observed: seen }) => `<${field}=${value(seen)}>`).join('');
}

/** Those first that accuse, then those that stand in the way, then what was known; of a kind, in the order of the steps. */
export const ordered = ({ findings = [] }: Pick<Run, 'findings'>): RunFinding[] =>
  (['deviation', 'obstacle', 'described'] as const).flatMap((gravity) =>
    findings.filter((finding) => finding.gravity === gravity),
  );

/** The finding that has kept a case from being tried, by its id. */
export const blockerIn = (result: ReportCase): string | undefined =>
  result.outcome !== 'judged' && result.why.kind === 'blocked' ? result.why.by.id : undefined;

/** What a finding is called: the finding itself, and how many cases it has cost. */
export const findingLine = (finding: RunFinding, { cases }: Pick<Run, 'cases'>): string => {
  const { length } = cases.filter((result) => blockerIn(result) === finding.id);
  const cost = length === 0 ? '' : `; ${length} ${length === 1 ? 'case is' : 'cases are'} blocked by it`;
  return `${say.finding(finding)}${cost}`;
};

/** Rule, port, what was expected and what was seen, and the remedy: a name and a text each. */
export function findingFields(finding: RunFinding): (readonly [string, string])[] {
  const { step, port, sent, observed, refusal, mayBeFilter, gravity } = finding;
  const expected = REPLIES[step];
  const seen = observed.join(' and ') || 'silence';
  return [
    ['rule', STEP_RULES[step].map(ruleText).join('; ')],
    ['step', `${step}${port === undefined ? '' : `, port ${port} of the target`}, over IPv${finding.family}`],
    ...(sent ? ([['sent', sent]] as const) : []),
    ...(expected ? ([['expected', expected]] as const) : []),
    ['observed', refusal === undefined ? seen : `${seen} (${refusal})`],
    ...(mayBeFilter && gravity === 'deviation'
      ? ([['remark', 'a filter before the target would look the same']] as const)
      : []),
    ['remedy', remedyOf(finding)],
  ];
}

function remedyOf({ gravity, step, wrong }: RunFinding): string {
  if (gravity === 'described') return 'none: the description of the target says so';
  // What came back came from the TCP: there is nothing else to look for.
  return gravity === 'deviation' && wrong.length > 0 ? MEND : REMEDIES[step];
}

const MEND = 'it is the TCP that is to be mended';

const REMEDIES: Readonly<Record<Step, string>> = {
  'SYN to any port':
    'look whether the target has this address and is reachable, whether a filter stands before it, or leave the family out by --family',
  'SYN to a closed port':
    'look whether a filter stands before the port, whether the target has an option not to reset, and whether somebody listens there: name another port by --closed-port',
  'ACK to a closed port':
    'look whether a filter stands before the port; otherwise it is the TCP that is to be mended',
  'RST to a closed port': MEND,
  'SYN to LISTEN':
    'look whether somebody listens on the port, and no filter stands before it; otherwise it is the TCP that is to be mended',
  'ACK to SYN-RECEIVED':
    'look whether the upper tester accepts connections, and sends the accept event with the port of the peer (agent/README.md)',
  OPEN: "look whether the upper tester's CONNECT reaches the TCP, and whether the target has a route to the tester",
  'SYN,ACK to SYN-SENT': MEND,
  'SYN to SYN-SENT':
    'a TCP without the simultaneous open is described by capabilities.simultaneousOpen in its target file',
  CLOSE:
    "look whether the upper tester's SHUTDOWN closes the sending direction; a target without half close is described by capabilities.halfClose in its target file",
  FIN: MEND,
};

/** The packets, a line each. */
export const findingLadder = ({ records }: RunFinding): LadderLine[] => linesOfRecords(records);
