/**
 * Runs jobs side by side, as many as the width allows, in the order given.
 *
 * @param width asked again before each job: it may become less on the way, but not less than one.
 * @returns when all have ended; a job that rejects rejects it.
 */
export async function runSideBySide<T>(
  jobs: readonly T[],
  width: number | (() => number),
  run: (job: T) => Promise<void>,
  stopped: () => boolean = () => false,
): Promise<void> {
  const widthNow = typeof width === 'number' ? () => width : width;
  let next = 0;
  let lanes = Math.max(1, Math.min(widthNow(), jobs.length));
  const lane = async (): Promise<void> => {
    while (next < jobs.length && !stopped()) {
      if (lanes > Math.max(1, widthNow())) {
        lanes -= 1;
        return;
      }
      const job = jobs[next] as T;
      next += 1;
      await run(job);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
