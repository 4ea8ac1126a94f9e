/**
 * Has a job wait for something while another takes its place; it goes on when there is a place again, before new jobs.
 *
 * @param remains it waits with what it has on the wire, and keeps its place: another may begin meanwhile, where there is one
 *   more, and it goes on at once
 */
export type Aside = (wait: () => Promise<void>, remains?: boolean) => Promise<void>;

export interface Room {
  /** How many jobs may be on the wire. Asked again before each job: it may become less on the way, but not less than one. */
  readonly width: number | (() => number);
  /** No job is begun while so many of them act and do not wait aside. */
  readonly acting?: number;
}

const roomOf = (room: Room | Room['width']): Room => (typeof room === 'object' ? room : { width: room });

/**
 * Runs jobs side by side, as many as there is room for, in the order given.
 *
 * @returns when all have ended; a job that rejects rejects it, and no more are begun.
 */
export function runSideBySide<T>(
  jobs: readonly T[],
  room: Room | Room['width'],
  run: (job: T, aside: Aside) => Promise<void>,
  stopped: () => boolean = () => false,
): Promise<void> {
  const { width, acting: most = Number.POSITIVE_INFINITY } = roomOf(room);
  const widthNow = typeof width === 'number' ? () => width : width;
  /** Jobs that have waited off the wire and go on. */
  const returning: (() => void)[] = [];
  let next = 0;
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
    /** @returns false when nobody may go on or begin */
    const fillOne = (): boolean => {
      if (onWire >= Math.max(1, widthNow())) return false;
      const goOn = returning.shift();
      if (!goOn && (acting >= most || next >= jobs.length || stopped() || isFailed)) return false;
      acting += 1;
      onWire += 1;
      if (goOn) goOn();
      else {
        next += 1;
        begin(jobs[next - 1] as T);
      }
      return true;
    };
    const fill = (): void => {
      while (fillOne());
      if (begun === 0 && (next >= jobs.length || stopped())) resolve();
    };
    fill();
  });
}
