import { type Standing, standingOf, verdictOf } from '../verdict/result.ts';
import { caseFields, type Field } from './case-fields.ts';
import { findingByCase } from './findings.ts';
import { findingTitle } from './finding-title.ts';
import { reasonText } from './expectation.ts';
import { faultFields, faultLadder, faultLine, ordered } from './preflight-faults.ts';
import { byState, type StateGroup } from './groups.ts';
import { ladderText } from './ladder.ts';
import { captureName } from './pcapng.ts';
import { middleboxLine } from './middleboxes.ts';
import type { ReportCase, Run, RunFault } from './run.ts';
import { findSubject } from './subject.ts';
import { factTexts } from './target-facts.ts';

/** The run as JUnit XML: a suite for each state, a test case for each case and address family. */
export function junitXml(run: Run): string {
  const groups = byState(run.cases);
  const cases = tally(run.cases, run);
  const found = ordered(run).filter(({ gravity }) => gravity !== 'described');
  const accused = found.filter(({ gravity }) => gravity === 'deviation').length;
  const all = {
    tests: cases.tests + found.length,
    failures: cases.failures + accused,
    errors: cases.errors + found.length - accused,
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="segment-arrives" tests="${all.tests}" failures="${all.failures}" errors="${all.errors}" time="${seconds(run.durationMs)}">`,
    ...(found.length > 0 ? preflightSuite(found, run) : []),
    ...groups.flatMap((group) => suite(group, run)),
    '</testsuites>',
    '',
  ].join('\n');
}

const standingIn = (result: ReportCase, { profile, strict }: Run): Standing =>
  standingOf(result, profile, strict);

function tally(cases: readonly ReportCase[], run: Run) {
  const count = (standing: Standing) => cases.filter((result) => standingIn(result, run) === standing).length;
  return {
    tests: cases.length,
    failures: count('failed'),
    errors: count('errored'),
    skipped: count('skipped'),
  };
}

/** What was found wrong before the first case: it comes first, and each finding is a test that fails. */
function preflightSuite(findings: readonly RunFault[], run: Run): string[] {
  const accused = findings.filter(({ gravity }) => gravity === 'deviation').length;
  const count = `tests="${findings.length}" failures="${accused}" errors="${findings.length - accused}" skipped="0"`;
  return [
    `  <testsuite name="preflight" ${count} time="0.000" timestamp="${escapeXml(timestamp(run.startedAt))}" hostname="${escapeXml(run.target.address ?? run.target.name)}">`,
    ...findings.map((finding) => {
      const outcome = finding.gravity === 'deviation' ? 'failure' : 'error';
      const type = finding.gravity === 'deviation' ? 'deviates' : 'inconclusive';
      const text = [
        ...faultFields(finding).map(fieldLine),
        '',
        ...faultLadder(finding).map(({ text }) => text),
      ].join('\n');
      const head = `    <testcase name="${escapeXml(finding.id)}" classname="preflight.IPv${finding.family}" time="0.000">`;
      return `${head}<${outcome} message="${escapeXml(faultLine(finding, run))}" type="${type}">${escapeXml(text)}</${outcome}></testcase>`;
    }),
    '  </testsuite>',
  ];
}

function suite({ name, cases }: StateGroup, run: Run): string[] {
  const { tests, failures, errors, skipped } = tally(cases, run);
  const time = cases.reduce((sum, result) => sum + result.durationMs, 0);
  const facts = [
    ...(run.middleboxes ?? []).map((one, index) => [`middlebox ${index + 1}`, middleboxLine(one)] as const),
    ...factTexts(run.target),
    ['target', run.target.name],
    ['profile', run.profile],
    ['seed', String(run.seed)],
  ] as const;
  return [
    `  <testsuite name="${escapeXml(name)}" tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}" time="${seconds(time)}" timestamp="${escapeXml(timestamp(run.startedAt))}" hostname="${escapeXml(run.target.address ?? run.target.name)}">`,
    '    <properties>',
    ...facts.map(([key, value]) => `      <property name="${escapeXml(key)}" value="${escapeXml(value)}"/>`),
    '    </properties>',
    ...cases.map((result) => testcase(result, name, run)),
    '  </testsuite>',
  ];
}

function testcase(result: ReportCase, state: string, run: Run): string {
  const head = `    <testcase name="${escapeXml(`${result.id}: ${result.title}`)}" classname="${escapeXml(`${state}.IPv${result.family}`)}" time="${seconds(result.durationMs)}"`;
  const reason = reasonText(result, run.profile);
  const standing = standingIn(result, run);
  if (standing === 'passed') return `${head}/>`;
  if (standing === 'skipped') return `${head}><skipped message="${escapeXml(reason)}"/></testcase>`;
  const verdict = verdictOf(result, run.profile);
  const outcome = standing === 'failed' ? 'failure' : 'error';
  return `${head}><${outcome} message="${escapeXml(reason || verdict)}" type="${verdict}">${escapeXml(problemText(result, run))}</${outcome}></testcase>`;
}

/** The details of a failure. */
function problemText(result: ReportCase, run: Run): string {
  const { profile } = run;
  const finding = findingByCase(run)(result);
  return [
    ...(finding ? [fieldLine(['finding', `${findingTitle(finding)} (${finding.id})`]), ''] : []),
    ...caseFields(result, profile, findSubject(result.id)).map(fieldLine),
    '',
    ...ladderText(result),
    ...(result.records.length > 0 ? ['', `capture   ${captureName(result)}`] : []),
    `again     segment-arrives run --only ${result.id} --family ${result.family} --verbose`,
  ].join('\n');
}

const fieldLine = ([name, value]: Field): string => `${name.padEnd(10)}${value}`;

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** The schema that CI servers check knows no fraction of a second and no zone. */
const timestamp = (iso: string): string => new Date(iso).toISOString().slice(0, 19);

/** XML has no way to write most control characters, not even escaped; they are dropped. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
