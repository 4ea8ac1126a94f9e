import { CONDITION_IDS, CONDITIONS, type Condition } from '../catalogue/conditions.ts';
import type { Effect, ReplyWord, StateEffect } from '../findings/effect.ts';
import { type CaseFinding, caseFindings, type Harm } from '../findings/findings.ts';
import { TRAITS, type Trait } from '../findings/traits.ts';
import { citationOf } from '../standard/rules.ts';
import { STATES, type State } from '../standard/state.ts';
import type { OptionFault } from '../verdict/reply-options.ts';
import type { AcceptedDeviations } from './findings.ts';
import { failuresOf } from './findings.ts';
import type { ReportCase, Run } from './run.ts';
import { say } from './say.ts';
import { ruleText } from './subject.ts';

const memory = new WeakMap<readonly ReportCase[], Map<string, readonly CaseFinding[]>>();

/** What a run's results amount to: a finding for each likely cause, the most serious first. */
export function findingsOf(
  { cases, profile }: Pick<Run, 'cases' | 'profile'>,
  verdict: CaseFinding['verdict'] = 'deviates',
): readonly CaseFinding[] {
  const known = memory.get(cases) ?? new Map<string, readonly CaseFinding[]>();
  memory.set(cases, known);
  const key = `${profile} ${verdict}`;
  const findings = known.get(key) ?? caseFindings(cases, profile, verdict);
  known.set(key, findings);
  return findings;
}

const keyOf = ({ id, family }: Pick<ReportCase, 'id' | 'family'>): string => `${id} ${family}`;

/** A finding with its results. */
export interface ShownFinding {
  readonly finding: CaseFinding;
  readonly results: readonly ReportCase[];
}

/** The findings of a run that a baseline does not wholly accept, each with the results that it does not accept. */
export function failingCaseFindings(run: Run, accepted?: AcceptedDeviations): readonly ShownFinding[] {
  const fresh = new Map(failuresOf(run, accepted).fresh.map((result) => [keyOf(result), result]));
  const all = [...findingsOf(run), ...(run.strict ? findingsOf(run, 'permitted') : [])];
  return all.flatMap((finding) => {
    const results = finding.cases.flatMap((one) => fresh.get(keyOf(one)) ?? []);
    return results.length > 0 ? [{ finding, results }] : [];
  });
}

const byCaseOf = new WeakMap<readonly ReportCase[], Map<string, ReadonlyMap<string, CaseFinding>>>();

/** The finding that each result belongs to. */
export function findingByCase(
  run: Pick<Run, 'cases' | 'profile'>,
): (result: ReportCase) => CaseFinding | undefined {
  const known = byCaseOf.get(run.cases) ?? new Map<string, ReadonlyMap<string, CaseFinding>>();
  byCaseOf.set(run.cases, known);
  const all = () => [...findingsOf(run), ...findingsOf(run, 'permitted')];
  const byCase =
    known.get(run.profile) ??
    new Map(all().flatMap((finding) => finding.cases.map((one) => [keyOf(one), finding] as const)));
  known.set(run.profile, byCase);
  return (result) => byCase.get(keyOf(result));
}

/** Of the results of a finding, the one with the fewest segments: the shortest to read. */
export const shortestOf = (results: readonly ReportCase[]): ReportCase | undefined =>
  [...results].sort((a, b) => a.records.length - b.records.length || a.family - b.family)[0];

const SEEN: Readonly<Record<ReplyWord, string>> = {
  silence: 'no reply',
  ACK: 'an ACK',
  RST: 'a reset',
  'SYN,ACK': 'a SYN,ACK',
  SYN: 'a SYN',
  FIN: 'a FIN',
  text: 'another segment',
  again: 'a segment that was sent before',
  several: 'several replies',
  'several RST': 'several resets',
};

const DUE: Readonly<Record<ReplyWord, string>> = {
  ...SEEN,
  ACK: 'an empty ACK',
  several: 'several segments',
};

const STATE_EFFECTS: Readonly<Record<StateEffect, string>> = {
  lost: 'the connection is lost',
  kept: 'the connection stays although it must end',
  entered: 'another state is entered',
  stayed: 'the state stays although it must change',
  taken: 'the target accepts what it must drop',
  'not taken': 'the target drops what it must accept',
  unknown: 'the state afterwards is unclear',
};

const FIELDS: Readonly<Record<string, string>> = {
  CTL: 'wrong flags',
  DATA: 'text that is not due',
  SEQ: 'a wrong SEQ',
  ACK: 'a wrong ACK',
};

/** What a trait says after `a segment`; the nouns are in {@link nounOf}. */
const TRAIT_WORDS: Readonly<Record<Exclude<Trait, State | Condition>, string>> = {
  RST: 'with RST',
  'no RST': 'without RST',
  SYN: 'with SYN',
  'no SYN': 'without SYN',
  ACK: 'with ACK',
  'no ACK': 'without ACK',
  FIN: 'with FIN',
  URG: 'with URG',
  text: 'with text',
  'no text': 'without text',
  'neither text, SYN nor FIN': 'without text, SYN and FIN',
  'own options': 'with unusual options',
  'a timestamp': 'with a timestamp',
  acceptable: 'in the window',
  unacceptable: 'outside the window',
  'before the window': 'that begins before the window',
  'one before the window': 'at RCV.NXT-1',
  'before and into the window': 'that begins before the window and reaches into it',
  'at RCV.NXT': 'at RCV.NXT',
  'past RCV.NXT': 'past RCV.NXT',
  'at the right edge': 'at RCV.NXT+RCV.WND',
  'at or past the right edge': 'at RCV.NXT+RCV.WND or beyond',
  'ACK beyond SND.NXT': 'that acknowledges octets never sent',
  'ACK of SND.UNA or older': 'that acknowledges nothing new',
  'ACK older than SND.UNA': 'with an old acknowledgment',
  'ACK too old': 'with an acknowledgment older than any window',
  'ACK of all that was sent': 'that acknowledges all that was sent',
  'ACK within what was sent': 'with a right acknowledgment',
  'in no connection': 'where there is no connection',
  'in a connection': 'on a connection',
  'in a synchronized state': 'in a synchronized state',
  'after the peer closed': "after the peer's FIN",
  'after both sides closed': 'after both FINs',
  'after its user closed': 'after its user has closed',
  'while its FIN is unacknowledged': 'while its FIN is unacknowledged',
  'while it may receive': 'while it may receive',
  'after a passive OPEN': 'in SYN-RECEIVED after a passive open',
  'after an active OPEN': 'in SYN-RECEIVED after an active open',
};

const isState = (trait: Trait): trait is State => (STATES as readonly string[]).includes(trait);
const isCondition = (trait: Trait): trait is Condition =>
  (CONDITION_IDS as readonly string[]).includes(trait);

const NOUNS = [
  ['RST', 'a reset'],
  ['SYN', 'a SYN'],
  ['FIN', 'a FIN'],
  ['text', 'text'],
  ['ACK', 'an ACK'],
] as const satisfies readonly (readonly [Trait, string])[];

/** What is said of a segment by calling it one. */
const UNSAID: readonly Trait[] = ['no SYN', 'no RST'];

/** `a SYN at RCV.NXT+RCV.WND in TIME-WAIT`. */
function stimulusText(where: readonly Trait[]): string {
  const [trait, noun] = NOUNS.find(([one]) => where.includes(one)) ?? [undefined, 'a segment'];
  const rest = TRAITS.filter((one) => one !== trait && !UNSAID.includes(one) && where.includes(one));
  const words = rest.map((one) => {
    if (isState(one)) return `in ${one}`;
    return isCondition(one) ? `(${CONDITIONS[one].text})` : TRAIT_WORDS[one];
  });
  // A state and what states have in common come last, the flags first.
  const isPlace = (word: string): boolean => /^(in |on |where|after|while)/.test(word);
  const told = words.filter((word) => !isPlace(word));
  // `that begins before the window and acknowledges nothing new`: only the first clause has its `that`.
  const first = told.findIndex((word) => word.startsWith('that '));
  const joined = told.map((word, at) => (at > first && first >= 0 ? word.replace(/^that /, 'and ') : word));
  return [noun, ...joined, ...words.filter(isPlace)].join(' ');
}

function effectText({ reply, form, state, extra }: Effect, what: string): string {
  if (extra !== undefined) {
    if (extra === 'death') return `the target dies of ${what}`;
    if (extra === 'ICMP') return `an ICMP message in answer to ${what}`;
    if (extra === 'ISS') return 'a reopened connection takes an ISS that is too low';
    if (extra === 'time') return `the reply to ${what} comes at the wrong time`;
    if (extra === 'delivered') return 'its user is given other text than was sent';
    return say.option(extra.slice('option: '.length) as OptionFault);
  }
  if (reply) {
    const due = reply.due === reply.seen ? '' : `; ${reply.due ? DUE[reply.due] : 'something else'} is due`;
    const after = state ? `, and ${STATE_EFFECTS[state]}` : '';
    return `${SEEN[reply.seen]} to ${what}${due}${after}`;
  }
  if (form) {
    const wrong = form.field === undefined ? 'wrong fields' : (FIELDS[form.field] ?? `another ${form.field}`);
    return `${SEEN[form.of]} with ${wrong} in answer to ${what}`;
  }
  return state ? `${STATE_EFFECTS[state]} after ${what}` : `wrong handling of ${what}`;
}

/** `silence in place of an empty ACK`. */
function gets({ reply, form, state }: Effect): string {
  if (reply?.due) return `${SEEN[reply.seen]} in place of ${DUE[reply.due]}`;
  if (form) return `${SEEN[form.of]} with ${FIELDS[form.field ?? ''] ?? 'wrong numbers'}`;
  return state ? `wrong handling: ${STATE_EFFECTS[state]}` : 'wrong handling';
}

/** The title of a finding: `No reply to a segment without ACK outside the window; an empty ACK is due`. */
export function findingTitle({ effect, effects, where }: CaseFinding): string {
  const what = stimulusText(where);
  const text =
    Object.keys(effect).length > 0
      ? effectText(effect, what)
      : `${what} gets ${effects.slice(0, 2).map(gets).join(', or ')}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The rule that a finding is about, in one sentence with its citation; empty where no rule is known. */
export const findingRule = ({ rule }: CaseFinding): string => (rule ? ruleText(rule) : '');

/** Where the rule is written. */
export const findingCitation = ({ rule }: CaseFinding): string => (rule ? citationOf(rule) : '');

const HARM: Readonly<Record<Harm, string>> = {
  death: 'whoever can send such a segment kills the target',
  'connection lost': 'a segment that should have no such effect ends a connection',
  'wrong state': 'the two ends no longer agree on the state of the connection',
  'wrong reply': 'the reply tells the peer something untrue, or more than it should',
  'missing reply': 'the peer does not learn that it is out of step',
};

/** What a finding can do to peers. */
export const findingHarm = ({ harm }: CaseFinding): string => HARM[harm];

/** `4 cases in SYN-SENT and TIME-WAIT`; both families of a case count once. */
export function findingExtent({ cases, states }: Pick<CaseFinding, 'cases' | 'states'>): string {
  const count = new Set(cases.map(({ id }) => id)).size;
  const names =
    states.length > 4 ? `${states.length} states` : states.join(', ').replace(/, ([^,]*)$/, ' and $1');
  return `${count} ${count === 1 ? 'case' : 'cases'} in ${names}`;
}

/** The option of `run` that shows a finding alone: its first cases, and a wildcard is no use where ids differ. */
export function findingSelection({ cases }: Pick<CaseFinding, 'cases'>, limit = 3): string {
  const ids = [...new Set(cases.map(({ id }) => id))];
  return `--only '${ids.slice(0, limit).join(',')}'`;
}
