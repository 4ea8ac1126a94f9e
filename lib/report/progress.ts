import pc from 'picocolors';

/** A line that is written over as the run goes on. */
export interface ProgressLine {
  show(done: number, total: number, deviating: number): void;
  clear(): void;
}

/** Often enough to look alive, seldom enough to cost nothing. */
const INTERVAL_MS = 100;

/** A progress line on a terminal; on anything else it stays quiet. */
export function progressLine(stream: NodeJS.WriteStream, now: () => number = Date.now): ProgressLine {
  if (!stream.isTTY) return { show() {}, clear() {} };
  const startedAt = now();
  let text = '';
  let shownAt = Number.NEGATIVE_INFINITY;
  const write = () => {
    shownAt = now();
    stream.write(`\r\x1b[2K${text}`);
  };
  return {
    show(done, total, deviating) {
      const seconds = Math.round((now() - startedAt) / 1000);
      const state =
        deviating === 0
          ? pc.green('none deviates')
          : pc.red(`${deviating} ${deviating === 1 ? 'deviates' : 'deviate'}`);
      text = `  ${done}/${total}  ${state}  ${pc.dim(`${seconds} s`)}`;
      if (now() - shownAt >= INTERVAL_MS || done === total) write();
    },
    clear() {
      stream.write('\r\x1b[2K');
    },
  };
}
