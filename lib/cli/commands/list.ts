import type { Command } from 'commander';
import pc from 'picocolors';
import type { StepDeclaration, StepOutcome } from '../../catalogue/case.ts';
import { outcomeTags } from '../../report/expectation.ts';
import { intervalText } from '../../report/subject.ts';
import { TC8_GROUPS, type Tc8Group, tc8Id } from '../../catalogue/tc8.ts';
import { printCrowd, printIcmp, printSpacing } from '../../catalogue/scenario.ts';
import { parseSegment } from '../../notation/index.ts';
import { PROFILES, type Profile } from '../../standard/profile.ts';
import { EXIT } from '../failure.ts';
import { type ListedCase, type ListedOutcome, listedCases, type Selection } from '../listed-cases.ts';
import { list as listOption } from '../options.ts';

interface ListOptions extends Selection {
  readonly tc8?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  segment-arrives list --state syn-received-passive
  segment-arrives list --only 'established.rst.*'
  segment-arrives list --json | jq '.cases[] | select(.condition) | .id'`;

export function declare(command: Command): void {
  command
    .option('--tc8', 'the cases by the ids of the TCP tests of OPEN Alliance TC8')
    .option('--json', 'JSON, with the expectations under every profile')
    .option(
      '--only <glob>',
      'only cases whose id matches, e.g. established.*; a comma separates several; !established.* leaves out',
      listOption,
    )
    .option('--state <state>', 'only cases in this state, e.g. LISTEN or syn-received-passive')
    .addHelpText('after', EXAMPLES)
    .action(async (options) => {
      process.exitCode = await list(options);
    });
}

async function list(options: ListOptions): Promise<number> {
  const cases = listedCases(options);
  if (options.tc8) {
    process.stdout.write(`${TC8_GROUPS.map((group) => groupText(group, cases)).join('\n\n')}\n`);
  } else if (options.json) {
    // One case per line, for tools that read lines.
    process.stdout.write(`{"cases":[\n${cases.map((one) => JSON.stringify(one)).join(',\n')}\n]}\n`);
  } else {
    const tests = cases.reduce((sum, { families }) => sum + families.length, 0);
    process.stdout.write(
      `${cases.map(caseText).join('\n\n')}\n\n${cases.length} ${cases.length === 1 ? 'case' : 'cases'}, ${tests} tests over IPv4 and IPv6\n`,
    );
  }
  return EXIT.asExpected;
}

/** A line for each test, then its cases as far as they are selected, or the reason why it has none. */
function groupText(group: Tc8Group, cases: readonly ListedCase[]): string {
  const selected = new Set(cases.map(({ id }) => id));
  const lines = group.tests.flatMap((test) => [
    `${pc.bold(tc8Id(group, test))}  ${test.asks}`,
    ...('cases' in test ? test.cases.filter((id) => selected.has(id)).map((id) => `  ${id}`) : []),
    ...('without' in test ? [pc.dim(`  no case: ${test.without}`)] : []),
    ...('beyond' in test && test.beyond ? [pc.dim(`  not tested: ${test.beyond}`)] : []),
  ]);
  return lines.join('\n');
}

function caseText(one: ListedCase): string {
  const state = one.origin ? `${one.state} (${one.origin})` : one.state;
  const families = one.families.map((family) => `IPv${family}`).join(', ');
  return [
    `${pc.bold(one.id)}  ${state}  ${pc.dim(families)}`,
    `  ${one.title}${one.condition ? ` (${one.condition})` : ''}`,
    ...(typeof one.send === 'string'
      ? [field('send', one.send), ...expectLines(one)]
      : one.send.map((step) => stepLine(step))),
    field('cite', one.cite.join('; ')),
    ...(one.requirements.length > 0 ? [field('tests', one.requirements.join('; '))] : []),
  ].join('\n');
}

const field = (name: string, text: string): string => `  ${pc.dim(name.padEnd(8))}  ${text}`;

const outcomeText = (outcome: ListedOutcome): string =>
  `${outcome.reply}, then ${outcome.then}${outcomeTags(outcome)}`;

/** Profiles with the same expectations share their lines. */
function expectLines({ expect, leftOpen }: ListedCase): string[] {
  const groups = new Map<string, Profile[]>();
  const isShared = PROFILES.every((profile) => expect[profile] === expect.rfc9293);
  for (const profile of PROFILES) {
    const key = isShared ? '' : JSON.stringify([expect[profile], leftOpen?.[profile]]);
    groups.set(key, [...(groups.get(key) ?? []), profile]);
  }
  return [...groups.values()].flatMap((profiles) => {
    const [profile] = profiles as [Profile];
    const who = profiles.length === PROFILES.length ? '' : pc.dim(`  [${profiles.join(', ')}]`);
    return [
      ...expect[profile].map((outcome, index) =>
        index === 0 ? `${field('expect', outcomeText(outcome))}${who}` : field('or', outcomeText(outcome)),
      ),
      ...(leftOpen?.[profile] ?? []).map((sentence) => field('why', sentence)),
    ];
  });
}

function stepLine(step: StepDeclaration): string {
  if ('send' in step) return field('send', `${[step.send].flat().join(' ')}${printSpacing(step)}`);
  if ('icmp' in step) return field('ICMP', printIcmp({ ...step, about: parseSegment(step.about) }));
  if ('crowd' in step) return field('others', printCrowd(step));
  if ('user' in step) return field('user', step.user);
  if ('wait' in step) return field('wait', `${step.wait} ms`);
  if (!('expect' in step)) return field('proof', step.state);
  const { expect, then } = step;
  const outcomes =
    typeof expect === 'object' && 'rfc793' in expect ? (expect.rfc9293 ?? expect.rfc793) : expect;
  const texts = [outcomes].flat().map((one) => (typeof one === 'string' ? one : outcomeWords(one)));
  return field('expect', `${texts.join(' or ')}${then ? `, then ${then}` : ''}`);
}

function outcomeWords({ reply, then, level, ends, interval }: StepOutcome): string {
  const tags = [...(level ? [level] : []), ...(ends ? ['ends here'] : [])];
  const after = `${interval ? ` ${intervalText(interval)}` : ''}${then ? `, then ${then}` : ''}`;
  return `${[reply].flat().join(' ')}${after}${tags.length > 0 ? ` (${tags.join(', ')})` : ''}`;
}
