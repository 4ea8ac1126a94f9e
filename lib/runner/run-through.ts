import type { CaseResult } from '../verdict/result.ts';
import type { Inquest } from './deaths/inquest.ts';
import { type Job, keyOf } from './deaths/suspects.ts';
import { type Aside, runSideBySide } from './pool.ts';
import { Queue } from './queue.ts';
import { TargetDied } from './trial/repeat-until-trusted.ts';
import type { TargetWatch } from './trial/target-watch.ts';

// More at once come in bursts, which make the tester late and save no time.
const MOST_ACTING = 64;

interface RunThroughOptions {
  readonly jobs: readonly Job[];
  /** How many cases may run at once. */
  readonly width: () => number;
  /** @throws TargetDied */
  readonly run: (job: Job, aside: Aside, bringForward: Queue<Job>['bringForward']) => Promise<CaseResult>;
  readonly report: (result: CaseResult) => void;
  readonly stopped: () => boolean;
  readonly watch: Pick<TargetWatch, 'lost' | 'deaths'>;
  readonly inquest: Pick<Inquest, 'hold' | 'caution' | 'survived'>;
  /** Called once, with the cases that were running when the target was given up. */
  readonly lost?: (onTheWire: readonly Job[]) => void;
}

/** Runs all cases side by side. When the target dies, no case begins until the inquest has found the cause. */
export async function runThrough({
  jobs,
  width,
  run,
  report,
  stopped,
  watch,
  inquest,
  lost,
}: RunThroughOptions): Promise<void> {
  let left = [...jobs];
  let isTold = false;
  const tell = (onTheWire: Iterable<Job>): void => {
    if (watch.lost && !isTold) lost?.([...onTheWire]);
    isTold ||= watch.lost !== undefined;
  };
  while (left.length > 0 && !stopped()) {
    const deaths = watch.deaths.length;
    const begun = new Set<string>();
    const onTheWire: Job[] = [];
    const underWay = new Set<Job>();
    const queue = new Queue(left);
    await runSideBySide(
      queue,
      { width: () => Math.max(1, Math.floor(width() / inquest.caution)), acting: MOST_ACTING },
      async (job, aside) => {
        begun.add(keyOf(job));
        underWay.add(job);
        try {
          const result = await run(job, aside, (isUrgent) => queue.bringForward(isUrgent));
          tell(underWay);
          report(result);
          if (watch.deaths.length === deaths) inquest.survived();
        } catch (error) {
          if (!(error instanceof TargetDied)) throw error;
          onTheWire.push(job);
        } finally {
          underWay.delete(job);
        }
      },
      () => stopped() || (watch.deaths.length > deaths && !watch.lost),
    );
    left = left.filter((job) => !begun.has(keyOf(job)));
    const death = watch.deaths[deaths];
    // With a lost target, each remaining case reports that.
    if (watch.lost) left = [...onTheWire, ...left];
    else if (death) left = await inquest.hold(onTheWire, left, death);
    tell(onTheWire);
  }
}
