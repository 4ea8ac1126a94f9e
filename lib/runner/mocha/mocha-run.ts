import { SCENARIOS } from '../../catalogue/catalogue.ts';
import { isTaken } from '../../catalogue/choice.ts';
import type { Scenario } from '../../catalogue/scenario.ts';
import { RunRecord } from '../../report/run-record.ts';
import { version } from '../../version.ts';
import { Session } from '../session.ts';
import type { Settings } from '../settings.ts';

/** One run of the suites under mocha. */
export interface MochaRun {
  readonly settings: Settings;
  /** The case behind each test. */
  readonly cases: Map<Mocha.Test, { readonly id: string; readonly family: 4 | 6 }>;
  readonly record: RunRecord;
  session: Pick<Session, 'result' | 'close'> | undefined;
}

export const mochaRun = (settings: Settings): MochaRun => ({
  settings,
  cases: new Map(),
  record: new RunRecord(),
  session: undefined,
});

/**
 * Requests all selected cases: they run side by side.
 *
 * @param opening the session for these cases; opened here when absent
 */
export async function beginRun(
  run: MochaRun,
  isSelected: (test: Mocha.Test) => boolean,
  opening?: Promise<Session>,
): Promise<void> {
  const chosen = [...run.cases].filter(([test]) => isSelected(test)).map(([, one]) => one);
  if (chosen.length === 0) return;
  const startedAt = new Date().toISOString();
  const session = await (opening ?? Session.open(run.settings, { cases: chosen }));
  run.session = session;
  const { profile, strict, seed, shard } = run.settings;
  const { families } = session.target;
  const slowUnasked = slowLeftOut(run.settings).flatMap((one) =>
    one.families.filter((family) => families.includes(family)),
  ).length;
  const { preflightFaults, middleboxes, deaths, ...target } = session.target;
  const asked = {
    version,
    seed,
    profile,
    strict,
    startedAt,
    ...(shard ? { shard } : {}),
    ...(slowUnasked > 0 ? { slowUnasked } : {}),
  };
  run.record.settings = {
    ...asked,
    target,
    preflightFaults,
    ...(middleboxes.length > 0 ? { middleboxes } : {}),
  };
  for (const death of deaths) run.record.recordDeath(death);
  session.attend({
    result: (result) => run.record.noteArrival(result),
    lost: (loss) => run.record.recordLoss(loss),
    died: (death) => run.record.recordDeath(death),
    inquest: (progress) => run.record.noteSearch(progress),
  });
  session.request(chosen);
}

/** The slow scenarios that are selected and not asked for. */
function slowLeftOut(settings: Settings): readonly Scenario[] {
  const isAsked = isTaken(settings);
  return SCENARIOS.filter(isTaken({ ...settings, slow: true })).filter((one) => !isAsked(one));
}

export const endRun = async ({ session }: MochaRun): Promise<void> => session?.close();
