import { type ChildProcess, spawn } from 'node:child_process';
import { labCommand, labEnvironment } from '../lab/namespaces/enter.ts';
import { wordsToStart } from '../processes.ts';
import { type Settings, usesLab } from './settings.ts';

// A run needs a tenth of it. With a limit of this size, Node collects garbage before there are hundreds of megabytes of it.
const MEMORY = '--max-old-space-size=512';

/**
 * Starts the engine's process. It loads the catalogue, which takes as long as this process takes for it, and waits for what it is to do.
 * It ends with this process, or when it is disconnected.
 *
 * @throws LabUnavailable
 */
export function startEngine(settings: Settings): ChildProcess {
  const prefix = usesLab(settings) ? labCommand() : undefined;
  const node = wordsToStart('lib/runner/worker.ts', MEMORY);
  const [command, ...args] = prefix ? [prefix.command, ...prefix.args, ...node] : node;
  const child = spawn(command as string, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: labEnvironment(),
    // Results hold sets.
    serialization: 'advanced',
    // Ctrl-C must reach this process only, which then stops the engine.
    detached: true,
  });
  // Sending to a process that has ended fails; `exit` reports the end.
  child.on('error', () => {});
  return child;
}

/** The same where it is too early to tell of what is missing: whoever opens the session does. */
export function startEngineEarly(settings: Settings): ChildProcess | undefined {
  try {
    return startEngine(settings);
  } catch {
    return undefined;
  }
}

/** Lets it end, if nobody has ended it. It would keep this process alive. */
export function dismissEngine(child: ChildProcess | undefined): void {
  if (child?.connected) child.disconnect();
}

export const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;
