import pc from 'picocolors';

/** How far a run is, shown as it goes on. */
export interface ProgressLine {
  show(done: number, total: number, deviating: number): void;
  /** Before the first case. */
  showPreflight(): void;
  clear(): void;
}

/** How far the search for the segment that killed the target is: no case ends meanwhile. */
export interface SearchProgress {
  /** How many cases have been tried alone. */
  readonly tried: number;
  /** 0 while all that may have done it are tried at once. */
  readonly of: number;
}

export interface ProgressOptions {
  /** Undefined while the segment that killed the target is not looked for. */
  readonly search?: () => SearchProgress | undefined;
  /** In milliseconds. */
  readonly now?: () => number;
  /** Between two lines where there is no terminal, in milliseconds. */
  readonly every?: number;
}

/** Of a line that is written over, in milliseconds. */
const SHORTEST_INTERVAL = 100;
const TICK = 1000;

const PREFLIGHT = '    preflight: measures the target before the first case';
const searchText = ({ tried, of }: SearchProgress): string =>
  `, the target has died: looking for the segment that killed it${of > 0 ? `, ${tried} of ${of} tried` : ''}`;

/**
 * One line that is written over on a terminal. Anywhere else, as in the log of a CI, a line of its own every ten seconds: a
 * timer writes it, so that it comes also while no case ends.
 */
export function progressLine(
  stream: NodeJS.WriteStream,
  { search = () => undefined, now = Date.now, every = 10_000 }: ProgressOptions = {},
): ProgressLine {
  const isTerminal = stream.isTTY;
  const startedAt = now();
  let text = '';
  let shownAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const write = () => {
    shownAt = now();
    const looked = search();
    const line = `${text}${looked ? searchText(looked) : ''}`;
    const took = `${Math.round((shownAt - startedAt) / 1000)} s`;
    stream.write(isTerminal ? `\r\x1b[2K${line}  ${pc.dim(took)}` : `${line}, ${took}\n`);
  };
  const change = (to: string, atOnce: boolean) => {
    text = to;
    timer ??= setInterval(write, isTerminal ? TICK : every).unref();
    if (isTerminal && (atOnce || now() - shownAt >= SHORTEST_INTERVAL)) write();
  };
  return {
    show(done, total, deviating) {
      const count =
        deviating === 0 ? 'none deviates' : `${deviating} ${deviating === 1 ? 'deviates' : 'deviate'}`;
      const painted = deviating === 0 ? pc.green(count) : pc.red(count);
      const overwritten = `  ${done}/${total}  ${painted}`;
      change(isTerminal ? overwritten : `  ${done} of ${total} cases done, ${count}`, done === total);
    },
    showPreflight: () => change(PREFLIGHT, true),
    clear() {
      clearInterval(timer);
      if (isTerminal) stream.write('\r\x1b[2K');
    },
  };
}
