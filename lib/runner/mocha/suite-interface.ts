import { expect, use } from 'chai';
import Mocha from 'mocha';
import { isTaken } from '../../catalogue/choice.ts';
import type { Scenario } from '../../catalogue/scenario.ts';
import { isSuite, type Suite } from '../../catalogue/suite.ts';
import { tcpAssertions } from '../../report/chai-plugin.ts';
import { reasonText } from '../../report/expectation.ts';
import { attachRecord } from '../../report/run-record.ts';
import { type CaseResult, standingOf } from '../../verdict/result.ts';
import type { Settings } from '../settings.ts';
import { notRun } from '../trial/not-run.ts';
import type { MochaRun } from './mocha-run.ts';

use(tcpAssertions);

/** A case without a verdict. */
class InconclusiveError extends Error {
  override name = 'Inconclusive';
}

const { EVENT_FILE_REQUIRE } = Mocha.Suite.constants;

/**
 * mocha's interface (`ui`) of the suites: a file exports its cases, and each becomes a test for each address family.
 *
 * @param runOf returns the run; called when the first file is loaded
 */
export const suiteInterface =
  (runOf: () => MochaRun) =>
  (root: Mocha.Suite): void => {
    root.on(EVENT_FILE_REQUIRE, (exported: unknown, file: string) => {
      declareSuites(root, [suiteIn(exported, file)], runOf(), file);
    });
  };

/** Declares a test for each selected case and family. */
export function declareSuites(
  root: Mocha.Suite,
  suites: readonly Suite[],
  run: MochaRun,
  file?: string,
): void {
  attachRecord(root, run.record);
  for (const suite of suites) declareTests(root, suite, file, run);
}

/** The default export, for both ways in which mocha loads a file. */
function suiteIn(exported: unknown, file: string): Suite {
  const value = (exported as { readonly default?: unknown } | undefined)?.default ?? exported;
  if (!isSuite(value)) throw new Error(`${file} exports no suite: begin it with "export default inState("`);
  return value;
}

function declareTests(root: Mocha.Suite, suite: Suite, file: string | undefined, run: MochaRun): void {
  const { families } = run.settings;
  const chosen = suite.scenarios.filter(isTaken(run.settings));
  if (chosen.length === 0) return;
  const named = group(root, suite.name, file);
  for (const family of families) {
    const own = chosen.filter((subject) => subject.families.includes(family));
    if (own.length === 0) continue;
    const ofFamily = group(named, `IPv${family}`, file);
    for (const subject of own) ofFamily.addTest(testOf(subject, family, file, run));
  }
}

function group(parent: Mocha.Suite, title: string, file: string | undefined): Mocha.Suite {
  const suite = Mocha.Suite.create(parent, title);
  if (file) suite.file = file;
  return suite;
}

function testOf(subject: Scenario, family: 4 | 6, file: string | undefined, run: MochaRun): Mocha.Test {
  const test = new Mocha.Test(`${subject.id} ${subject.title}`, async function (this: Mocha.Context) {
    // The engine limits the time of a case.
    this.timeout(0);
    const result = await resultOf(subject, family, run);
    run.record.recordResult(result, this.test);
    assertVerdict(this, result, run.settings);
  });
  if (file) test.file = file;
  run.cases.set(test, { id: subject.id, family });
  return test;
}

async function resultOf(subject: Scenario, family: 4 | 6, { session }: MochaRun): Promise<CaseResult> {
  if (!session) return notRun(subject, family, { kind: 'engine lost', told: 'the engine was not started' });
  try {
    return await session.result(subject.id, family);
  } catch (error) {
    return notRun(subject, family, { kind: 'engine lost', told: (error as Error).message });
  }
}

function assertVerdict(test: Mocha.Context, result: CaseResult, { profile, strict }: Settings): void {
  const standing = standingOf(result, profile, strict);
  if (standing === 'skipped') test.skip();
  if (standing === 'errored') {
    throw new InconclusiveError(`${result.id}, IPv${result.family}: ${reasonText(result, profile)}`);
  }
  expect(result).to.conformTo(profile, { strict });
}
