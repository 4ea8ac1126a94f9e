/** Has a job wait for something while another job takes its place; it goes on when there is a place again, before new jobs. */
export type Aside = (wait: () => Promise<void>) => Promise<void>;

/**
 * Runs jobs side by side, as many as the width allows, in the order given.
 *
 * @param width asked again before each job: it may become less on the way, but not less than one.
 * @returns when all have ended; a job that rejects rejects it, and no more are begun.
 */
export function runSideBySide<T>(
  jobs: readonly T[],
  width: number | (() => number),
  run: (job: T, aside: Aside) => Promise<void>,
  stopped: () => boolean = () => false,
): Promise<void> {
  const widthNow = typeof width === 'number' ? () => width : width;
  /** Jobs that have waited and go on. */
  const returning: (() => void)[] = [];
  let next = 0;
  let running = 0;
  let begun = 0;
  return new Promise((resolve, reject) => {
    let isFailed = false;
    const aside: Aside = async (wait) => {
      running -= 1;
      fill();
      await wait();
      await new Promise<void>((goOn) => {
        returning.push(goOn);
        fill();
      });
    };
    const begin = (job: T): void => {
      begun += 1;
      run(job, aside).then(
        () => {
          begun -= 1;
          running -= 1;
          fill();
        },
        (error: Error) => {
          isFailed = true;
          reject(error);
        },
      );
    };
    const fill = (): void => {
      while (running < Math.max(1, widthNow())) {
        const goOn = returning.shift();
        if (!goOn && (next >= jobs.length || stopped() || isFailed)) break;
        running += 1;
        if (goOn) goOn();
        else {
          next += 1;
          begin(jobs[next - 1] as T);
        }
      }
      if (begun === 0 && (next >= jobs.length || stopped())) resolve();
    };
    fill();
  });
}
