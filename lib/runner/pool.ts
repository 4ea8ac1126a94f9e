import { Queue } from './queue.ts';

/**
 * Lets a job wait while another takes its place. It continues when a place is free, before new jobs.
 *
 * @param remains the job keeps its place among the running jobs and continues at once, but does not count as acting while it
 *   waits
 */
export type Aside = (wait: () => Promise<void>, remains?: boolean) => Promise<void>;

export interface Room {
  /** How many jobs may be on the wire, at least 1. A function is asked again before each job. */
  readonly width: number | (() => number);
  /** No job begins while this many act, that is, do not wait aside. */
  readonly acting?: number;
}

const roomOf = (room: Room | Room['width']): Room => (typeof room === 'object' ? room : { width: room });

/**
 * Runs jobs side by side, in the order given, until all have ended. Rejects when a job does; then no other begins.
 *
 * @param jobs a queue may be given another order meanwhile
 */
export function runSideBySide<T>(
  jobs: readonly T[] | Queue<T>,
  room: Room | Room['width'],
  run: (job: T, aside: Aside) => Promise<void>,
  stopped: () => boolean = () => false,
): Promise<void> {
  const { width, acting: most = Number.POSITIVE_INFINITY } = roomOf(room);
  const widthNow = typeof width === 'number' ? () => width : width;
  /** Jobs that have waited off the wire and want a place. */
  const returning: (() => void)[] = [];
  const left = jobs instanceof Queue ? jobs : new Queue(jobs);
  let onWire = 0;
  let acting = 0;
  let begun = 0;
  return new Promise((resolve, reject) => {
    let isFailed = false;
    const aside: Aside = async (wait, remains = false) => {
      acting -= 1;
      if (!remains) onWire -= 1;
      fill();
      await wait();
      if (remains) acting += 1;
      else {
        await new Promise<void>((goOn) => {
          returning.push(goOn);
          fill();
        });
      }
    };
    const begin = (job: T): void => {
      begun += 1;
      run(job, aside).then(
        () => {
          begun -= 1;
          onWire -= 1;
          acting -= 1;
          fill();
        },
        (error: Error) => {
          isFailed = true;
          reject(error);
        },
      );
    };
    /** @returns false when no job may continue or begin */
    const fillOne = (): boolean => {
      if (onWire >= Math.max(1, widthNow())) return false;
      const goOn = returning.shift();
      if (!goOn && (acting >= most || left.isEmpty || stopped() || isFailed)) return false;
      acting += 1;
      onWire += 1;
      if (goOn) goOn();
      else begin(left.take() as T);
      return true;
    };
    const fill = (): void => {
      while (fillOne());
      if (begun === 0 && (left.isEmpty || stopped())) resolve();
    };
    fill();
  });
}
