import { printConcrete } from '../../notation/index.ts';
import { counts } from '../../standard/adoption.ts';
import type { Profile } from '../../standard/profile.ts';
import { judgementOf, verdictOf } from '../../verdict/result.ts';
import { expectedTexts, observedText } from '../expectation.ts';
import { stateName } from '../groups.ts';
import { ladderText } from '../ladder.ts';
import type { ReportCase, Run } from '../run.ts';
import { circumstance, ruleTexts, type Subject, stepTexts } from '../subject.ts';
import { packetdrillScript } from './packetdrill.ts';

export interface ReproduceOptions {
  readonly profile: Profile;
  /** The script says what was observed, not what was expected. */
  readonly observed?: boolean;
}

/**
 * A case as a packetdrill script that holds its ladder in its head. Where the target deviated the script says what was
 * expected, so that it fails on that target; elsewhere it says what was observed.
 */
export function reproduction(
  result: ReportCase,
  subject: Subject | undefined,
  target: Run['target'],
  { profile, observed = false }: ReproduceOptions,
): string {
  const deviates = verdictOf(result, profile) === 'deviates';
  const under = circumstance(result, subject);
  const expected = subject?.expect?.[profile].find((outcome) => counts(outcome, target.adoption ?? {}));
  const replaced = deviates && !observed && expected !== undefined && repliesDiffer(result, profile);
  const silence =
    expected?.reply.length === 0 ? ' packetdrill may miss a reply that none waits for; tcpdump sees it.' : '';
  const note = replaced
    ? `The script holds what was expected: on this target it fails.${silence}`
    : `The script holds what was observed${deviates && !observed ? ': what deviates is the state after, see the proof' : ''}.`;
  return [
    `// ${result.id}, IPv${result.family}: ${result.title}`,
    ...(subject ? ruleTexts(subject).map((rule) => `// rule: ${rule}`) : []),
    ...(subject ? [`// cited: ${subject.cite.join('; ')}`] : []),
    `// in ${stateName(result)}${under ? ` (${under})` : ''}, send ${result.send}`,
    ...(subject ? expectedTexts(subject, profile).map((text) => `// ${profile} expects ${text}`) : []),
    ...(subject ? stepTexts(subject).map((text) => `// step ${text}`) : []),
    `// ${target.name} answered ${observedText(result)}: ${verdictOf(result, profile)}`,
    '//',
    ...ladderText(result).map((line) => `// ${line}`),
    '//',
    '// The same with the numbers of the wire:',
    ...result.records.map(
      ({ at, from, segment, icmp }) =>
        `// ${at.toFixed(1).padStart(9)} ms ${from === 'tester' ? '──▶' : '◀──'} ${icmp ? `ICMP ${icmp} about ` : ''}${printConcrete(segment)}`,
    ),
    '//',
    `// packetdrill${result.family === 6 ? ' --ip_version=ipv6' : ''} FILE   ${note}`,
    '',
    ...packetdrillScript(result, replaced ? { expected } : {}),
    '',
  ].join('\n');
}

/** Not so where the state after alone is wrong: no reply of the target's would tell. */
function repliesDiffer(result: ReportCase, profile: Profile): boolean {
  const judgement = judgementOf(result, profile);
  return (
    judgement.verdict === 'deviates' &&
    judgement.faults.some(({ kind }) => kind !== 'state' && kind !== 'RCV.NXT')
  );
}
