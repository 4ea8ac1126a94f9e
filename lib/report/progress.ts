import pc from 'picocolors';

/** How far a run is, shown as it goes on. */
export interface ProgressLine {
  show(done: number, total: number, deviating: number): void;
  clear(): void;
}

/** Often enough to look alive, seldom enough to cost nothing. */
const INTERVAL_MS = 100;
/** Where each line stays, as in the log of a CI: often enough to tell a long run from one that hangs. */
const LINE_INTERVAL_MS = 10_000;

/**
 * A line that is written over on a terminal; on anything else a line of its own every ten seconds.
 *
 * @param now in milliseconds
 * @param every between two lines that stay, in milliseconds
 */
export function progressLine(
  stream: NodeJS.WriteStream,
  now: () => number = Date.now,
  every = LINE_INTERVAL_MS,
): ProgressLine {
  return stream.isTTY ? overwritten(stream, now) : lineByLine(stream, now, every);
}

function overwritten(stream: NodeJS.WriteStream, now: () => number): ProgressLine {
  const startedAt = now();
  let text = '';
  let shownAt = Number.NEGATIVE_INFINITY;
  const write = () => {
    shownAt = now();
    stream.write(`\r\x1b[2K${text}`);
  };
  return {
    show(done, total, deviating) {
      const paint = deviating === 0 ? pc.green : pc.red;
      text = `  ${done}/${total}  ${paint(deviatingText(deviating))}  ${pc.dim(secondsText(now() - startedAt))}`;
      if (now() - shownAt >= INTERVAL_MS || done === total) write();
    },
    clear() {
      stream.write('\r\x1b[2K');
    },
  };
}

/** By a timer: a case that takes long must not keep the line from coming. */
function lineByLine(stream: NodeJS.WriteStream, now: () => number, every: number): ProgressLine {
  const startedAt = now();
  let timer: NodeJS.Timeout | undefined;
  let state = '';
  return {
    show(done, total, deviating) {
      state = `  ${done} of ${total} cases done, ${deviatingText(deviating)}`;
      timer ??= setInterval(() => {
        stream.write(`${state}, ${secondsText(now() - startedAt)}\n`);
      }, every).unref();
    },
    clear() {
      clearInterval(timer);
    },
  };
}

const deviatingText = (count: number): string =>
  count === 0 ? 'none deviates' : `${count} ${count === 1 ? 'deviates' : 'deviate'}`;

const secondsText = (milliseconds: number): string => `${Math.round(milliseconds / 1000)} s`;
