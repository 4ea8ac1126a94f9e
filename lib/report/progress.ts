import pc from 'picocolors';

/** How far a run is, shown as it goes on. */
export interface ProgressLine {
  show(done: number, total: number, deviating: number): void;
  /** Before the first case. */
  showPreflight(): void;
  clear(): void;
}

/** Often enough to look alive, seldom enough to cost nothing. */
const INTERVAL_MS = 100;
/** The time goes on while no case ends. */
const EACH_SECOND_MS = 1000;
/** Where each line stays, as in the log of a CI: often enough to tell a long run from one that hangs. */
const LINE_INTERVAL_MS = 10_000;

/**
 * A line that is written over on a terminal; on anything else a line of its own every ten seconds.
 *
 * @param seeksCulprit whether it is being looked for what ended the target: no case ends meanwhile
 * @param now in milliseconds
 * @param every between two lines that stay, in milliseconds
 */
export function progressLine(
  stream: NodeJS.WriteStream,
  { seeksCulprit = () => false, now = Date.now, every = LINE_INTERVAL_MS }: ProgressOptions = {},
): ProgressLine {
  const activity = (): string => (seeksCulprit() ? SEEKS_CULPRIT : '');
  return stream.isTTY ? overwritten(stream, now, activity) : lineByLine(stream, now, every, activity);
}

export interface ProgressOptions {
  readonly seeksCulprit?: () => boolean;
  readonly now?: () => number;
  readonly every?: number;
}

const SEEKS_CULPRIT = ', the target has died: looking for the segment that ended it';
const PREFLIGHT = '  looking at the target before the first case';

function overwritten(stream: NodeJS.WriteStream, now: () => number, activity: () => string): ProgressLine {
  const startedAt = now();
  let state = '';
  let shownAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const write = () => {
    shownAt = now();
    stream.write(`\r\x1b[2K${state}${activity()}  ${pc.dim(secondsText(now() - startedAt))}`);
  };
  return {
    show(done, total, deviating) {
      const paint = deviating === 0 ? pc.green : pc.red;
      state = `  ${done}/${total}  ${paint(deviatingText(deviating))}`;
      timer ??= setInterval(write, EACH_SECOND_MS).unref();
      if (now() - shownAt >= INTERVAL_MS || done === total) write();
    },
    showPreflight() {
      state = PREFLIGHT;
      timer ??= setInterval(write, EACH_SECOND_MS).unref();
      write();
    },
    clear() {
      clearInterval(timer);
      stream.write('\r\x1b[2K');
    },
  };
}

/** By a timer: a case that takes long must not keep the line from coming. */
function lineByLine(
  stream: NodeJS.WriteStream,
  now: () => number,
  every: number,
  activity: () => string,
): ProgressLine {
  const startedAt = now();
  let timer: NodeJS.Timeout | undefined;
  let state = '';
  const begin = () => {
    timer ??= setInterval(() => {
      stream.write(`${state}${activity()}, ${secondsText(now() - startedAt)}\n`);
    }, every).unref();
  };
  return {
    show(done, total, deviating) {
      state = `  ${done} of ${total} cases done, ${deviatingText(deviating)}`;
      begin();
    },
    showPreflight() {
      state = PREFLIGHT;
      begin();
    },
    clear() {
      clearInterval(timer);
    },
  };
}

const deviatingText = (count: number): string =>
  count === 0 ? 'none deviates' : `${count} ${count === 1 ? 'deviates' : 'deviate'}`;

const secondsText = (milliseconds: number): string => `${Math.round(milliseconds / 1000)} s`;
