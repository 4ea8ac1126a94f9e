import type { Case } from '../../spec/case.ts';
import type { Adoption, Profile } from '../../spec/profile.ts';
import { expectedTexts, observedText } from '../expectation.ts';
import { stateName } from '../judgement.ts';
import { ladderText } from '../ladder.ts';
import type { ReportCase, Run } from '../run.ts';
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
  testCase: Case | undefined,
  target: Run['target'],
  { profile, observed = false }: ReproduceOptions,
): string {
  const deviates = result.verdicts[profile] === 'deviates';
  const adoption = adoptionOf(target);
  const expected = testCase?.expect[profile].find(({ when }) => !when || !adoption || when === adoption);
  const replaced = deviates && !observed && expected !== undefined;
  const note = replaced
    ? 'The script holds what was expected: on this target it fails.'
    : 'The script holds what was observed.';
  return [
    `// ${result.id}, IPv${result.family}: ${result.title}`,
    ...(testCase ? [`// ${testCase.cite.join('; ')}`] : []),
    `// in ${stateName(result)}${result.condition ? ` (${result.condition})` : ''}, send ${result.send}`,
    ...(testCase ? expectedTexts(testCase, profile).map((text) => `// ${profile} expects ${text}`) : []),
    `// ${target.name} answered ${observedText(result)}: ${result.verdicts[profile]}`,
    '//',
    ...ladderText(result).map((line) => `// ${line}`),
    '//',
    '// The same with the numbers of the wire:',
    ...result.records.map(
      ({ at, from, segment }) =>
        `// ${at.toFixed(1).padStart(9)} ms ${from === 'tester' ? '──▶' : '◀──'} ${segment}`,
    ),
    '//',
    `// packetdrill${result.family === 6 ? ' --ip_version=ipv6' : ''} FILE   ${note}`,
    '',
    ...packetdrillScript(result, replaced ? { expected: expected.reply } : {}),
    '',
  ].join('\n');
}

/** What the run found out about RFC 5961: the outcomes of the other kind were not expected. */
function adoptionOf({ facts }: Run['target']): Adoption | undefined {
  const text = String(facts['RFC 5961'] ?? '');
  if (text.startsWith('adopted;')) return 'adopted';
  return text.startsWith('not adopted') ? 'not adopted' : undefined;
}
