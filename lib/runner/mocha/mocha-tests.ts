import { expect, use } from 'chai';
import { recordResult } from '../../report/store.ts';
import type { Case } from '../../catalogue/case.ts';
import type { Ladder } from '../../catalogue/ladder.ts';
import { tcpAssertions } from '../../verdict/chai-plugin.ts';
import { type CaseResult, inconclusiveOf } from '../../verdict/result.ts';
import type { Settings } from '../settings.ts';
import { asCase, type Described } from '../trial/described.ts';
import { lostResult } from '../trial/lost.ts';
import { currentRun } from './current-run.ts';
import { matcher } from './only.ts';

use(tcpAssertions);

/** A case that could not be judged although the target is able to do it. */
export class InconclusiveError extends Error {
  override name = 'Inconclusive';
}

/** Makes a mocha test of each case and address family; outside of mocha it does nothing. */
export function declareTests(name: string, cases: readonly Case[]): void {
  declareAll(name, cases);
}

/** The same for a ladder. */
export function declareLadderTest(ladder: Ladder): void {
  declareAll(ladder.id.startsWith('figure') ? 'figures of RFC 793' : 'ladders', [
    { ...asCase(ladder), families: [4, 6] },
  ]);
}

type Testable = Described & Pick<Case, 'families'>;

function declareAll(name: string, subjects: readonly Testable[]): void {
  if (typeof globalThis.describe !== 'function') return;
  const run = currentRun();
  const { families, only } = run.settings;
  const wanted = only === undefined ? () => true : matcher(only);
  const chosen = subjects.filter(({ id }) => wanted(id));
  if (chosen.length === 0) return;
  describe(name, () => {
    for (const family of families) {
      const own = chosen.filter((subject) => subject.families.includes(family));
      if (own.length === 0) continue;
      describe(`IPv${family}`, () => {
        for (const subject of own) {
          const test = it(`${subject.id} ${subject.title}`, async function () {
            // The engine runs cases side by side and bounds each; mocha only awaits them.
            this.timeout(0);
            const result = await resultOf(subject, family);
            recordResult(result, this.test);
            settle(this, result, run.settings);
          });
          run.cases.set(test, { id: subject.id, family });
        }
      });
    }
  });
}

async function resultOf(subject: Testable, family: 4 | 6): Promise<CaseResult> {
  const { session } = currentRun();
  if (!session) return lostResult(subject, family, 'the engine was not started');
  try {
    return await session.result(subject.id, family);
  } catch (error) {
    return lostResult(subject, family, (error as Error).message);
  }
}

function settle(test: Mocha.Context, result: CaseResult, { profile, strict }: Settings): void {
  const inconclusive = inconclusiveOf(result, profile);
  if (inconclusive?.byCapability) test.skip();
  if (inconclusive) throw new InconclusiveError(`${result.id}, IPv${result.family}: ${inconclusive.reason}`);
  expect(result).to.conformTo(profile, { strict });
}
