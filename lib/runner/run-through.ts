import type { CaseResult } from '../verdict/result.ts';
import type { Inquest } from './deaths/inquest.ts';
import { type Job, keyOf } from './deaths/suspects.ts';
import { runSideBySide } from './pool.ts';
import { TargetDied } from './trial/settle.ts';
import type { TargetWatch } from './trial/target-watch.ts';

export interface Passage {
  readonly jobs: readonly Job[];
  /** How many cases may be on the wire. */
  readonly width: () => number;
  /** @throws TargetDied */
  readonly run: (job: Job) => Promise<CaseResult>;
  readonly report: (result: CaseResult) => void;
  readonly stopped: () => boolean;
  readonly watch: Pick<TargetWatch, 'lost' | 'deaths'>;
  readonly inquest: Pick<Inquest, 'hold' | 'caution'>;
}

/**
 * Runs all cases side by side. When the target dies, no more are begun; those on the wire end, it is found out which of them
 * did it, and then the others go on.
 */
export async function runThrough({
  jobs,
  width,
  run,
  report,
  stopped,
  watch,
  inquest,
}: Passage): Promise<void> {
  let left = [...jobs];
  while (left.length > 0 && !stopped()) {
    const deaths = watch.deaths.length;
    const begun = new Set<string>();
    const onTheWire: Job[] = [];
    await runSideBySide(
      left,
      () => Math.max(1, Math.floor(width() / inquest.caution)),
      async (job) => {
        begun.add(keyOf(job));
        try {
          report(await run(job));
        } catch (error) {
          if (!(error instanceof TargetDied)) throw error;
          onTheWire.push(job);
        }
      },
      () => stopped() || (watch.deaths.length > deaths && !watch.lost),
    );
    left = left.filter((job) => !begun.has(keyOf(job)));
    const death = watch.deaths[deaths];
    // Of a target that is lost each case is told in its turn.
    if (watch.lost) left = [...onTheWire, ...left];
    else if (death) left = await inquest.hold(onTheWire, left, death.heardAt);
  }
}
