/**
 * Runs jobs side by side, as many as the width allows, in the order given.
 *
 * @returns when all have ended; a job that rejects rejects it.
 */
export async function runSideBySide<T>(
  jobs: readonly T[],
  width: number,
  run: (job: T) => Promise<void>,
  stopped: () => boolean = () => false,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < jobs.length && !stopped()) {
      const job = jobs[next] as T;
      next += 1;
      await run(job);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, jobs.length) }, lane));
}
