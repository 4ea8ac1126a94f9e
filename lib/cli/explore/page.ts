import { basename } from 'node:path';
import { nameOf, resolveScenario } from '../../catalogue/resolve.ts';
import { printCall } from '../../catalogue/scenario.ts';
import type { Explored, PlayedScenario, Unplayed } from '../../explore/messages.ts';
import { sequenceText } from '../../explore/sequence.ts';
import { drawLadder, LADDER_STYLE, ladderRows } from '../../report/ladder-drawing.ts';
import { pagePart } from '../../report/page-part.ts';
import { recordTexts, type TargetInfo } from '../../report/run.ts';
import { type Settings, usesLab } from '../../runner/settings.ts';
import { seenOf } from '../../verdict/result.ts';
import type { SavedFiles } from './save.ts';
import type { FoundAndPlayed } from './stored.ts';
import { exploredLines, rulesOf, wayText } from './text.ts';

const STYLES = ['matrix/page/page.css', 'explain/page/explain.css'];

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A finding, and where it was saved. */
export type FoundAndSaved = readonly [...FoundAndPlayed, SavedFiles | Unplayed];

/** The findings of an exploration as one page, which asks the network for nothing. It links the files beside it. */
export function explorationPage(
  target: TargetInfo,
  settings: Settings,
  explored: Explored,
  found: readonly FoundAndSaved[],
): string {
  const findings = found.toSorted(([one], [other]) => one.number - other.number);
  const { profile, seed, stack } = settings;
  // How a target outside of the lab is named, its user knows.
  const ofTarget = usesLab(settings) ? `--stack ${stack} --profile ${profile} ` : `--profile ${profile} `;
  const style = STYLES.map(pagePart).join('\n');
  const title = `${target.name}: ${findings.length === 1 ? '1 finding' : `${findings.length} findings`}`;
  const { summary, known, besides } = exploredLines(findings.length, explored);
  const facts = [`profile ${profile}, seed ${seed}`, ...summary];
  const more = [listHtml('Known, and came again', known), listHtml('No findings', besides)].join('');
  const links = findings.map(
    ([{ number, sequence }]) =>
      `<li><a href="#finding-${number}"><b>${number}</b> ${escapeHtml(sequenceText(sequence))}</a></li>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><link rel="icon" href="data:,">
<title>${escapeHtml(`segment-arrives: ${title}`)}</title><style>${style}${LADDER_STYLE}</style></head>
<body><header><h1>${escapeHtml(title)}</h1><p class="facts">${facts.map(escapeHtml).join('<br>')}</p>${more}
${links.length > 0 ? `<nav aria-label="Findings"><ul class="causes">${links.join('')}</ul></nav>` : ''}</header>
<main>${findings.map((one) => findingHtml(one, ofTarget)).join('\n') || '<p class="nothing">Nothing was found that the specification does not explain.</p>'}</main></body></html>
`;
}

/** Folded up, since it is not what the reader is here for. */
const listHtml = (title: string, items: readonly string[]): string =>
  items.length === 0
    ? ''
    : `<details><summary>${title}: ${items.length}</summary><ul>${items.map((one) => `<li>${escapeHtml(one)}</li>`).join('')}</ul></details>`;

function findingHtml([finding, scenario, files]: FoundAndSaved, ofTarget: string): string {
  const { number, sequence, effect, failure, also } = finding;
  const { expected, observed } =
    'trouble' in scenario ? { expected: effect.due, observed: effect.seen } : scenario;
  const isDeath = failure.kind === 'death';
  const lines: (readonly [label: string, html: string])[] = [
    ...(isDeath
      ? []
      : expected.map((reply, at) => [at === 0 ? 'expected' : 'or', escapeHtml(reply)] as const)),
    [
      'observed',
      escapeHtml(
        isDeath
          ? 'the target is gone; it had to be restarted'
          : failure.faults
            ? `${observed}: ${effect.seen}`
            : observed,
      ),
    ],
    ...rulesOf(finding).map((rule) => ['rule', escapeHtml(rule)] as const),
    ['found', escapeHtml(wayText(finding))],
    ...(also.length > 0 ? [['also in', escapeHtml(also.map(nameOf).join(', '))] as const] : []),
    ...filesHtml(scenario, files, ofTarget),
  ];
  return (
    `<section id="finding-${number}" aria-labelledby="title-${number}"><h2 id="title-${number}">${number} <span>${escapeHtml(sequenceText(sequence))}</span></h2>` +
    `<div class="sides"><div class="ladder-box">${'trouble' in scenario ? '' : ladderHtml(scenario, sequenceText(sequence))}</div>` +
    `<div class="explanations"><article class="deviates"><dl>${lines.map(([label, html]) => `<dt>${label}</dt><dd>${html}</dd>`).join('')}</dl></article></div></div></section>`
  );
}

function filesHtml(
  scenario: PlayedScenario | Unplayed,
  files: SavedFiles | Unplayed,
  ofTarget: string,
): (readonly [string, string])[] {
  if ('trouble' in files) return [['not saved', escapeHtml(files.trouble)]];
  const link = (file: string): string =>
    `<a href="${escapeHtml(basename(file))}">${escapeHtml(basename(file))}</a>`;
  const saved = [files.suite, files.packetdrill, files.capture].map(link).join(', ');
  if ('trouble' in scenario) return [['saved', saved]];
  const { declaration, deviated, of, result } = scenario;
  const folder = files.suite.slice(0, -basename(files.suite).length - 1);
  const alone = `segment-arrives run ${ofTarget}--suites ${folder} --only ${declaration.id} --family ${result.family}`;
  return [
    ['alone', `<code>${escapeHtml(alone)}</code> (failed ${deviated} of ${of} times)`],
    ['saved', saved],
  ];
}

function ladderHtml({ declaration, result }: PlayedScenario, label: string): string {
  const { steps } = resolveScenario(declaration);
  const texts = recordTexts(result.records);
  const records = result.records.map(({ at, from, role }, index) => ({
    ...{ at, from, role },
    relative: texts[index] ?? '',
  }));
  const calls = (result.calls ?? []).flatMap(({ step, at }) => {
    const made = steps[step - 1];
    return made && 'user' in made ? [{ at, call: printCall(made.user) }] : [];
  });
  const rows = ladderRows(records, seenOf(result)?.kind, result.durationMs, calls);
  return drawLadder(rows, label) + drawLadder(rows, label, '', true);
}
