import { startOverSsh } from '../../target/over-ssh.ts';
import { UsageError } from '../failure.ts';
import { exitCodeAfter, SIGNALS } from '../signals.ts';
import type { RunOptions } from './options.ts';

/** What says in another way where the target is. */
const OTHERS = {
  targetFile: '--target-file',
  stack: '--stack',
  upperTester: '--upper-tester',
  await: '--await',
} as const;

/**
 * Runs against a machine that ssh reaches, where an upper tester is started and ended.
 *
 * @param run the run, against an address
 * @throws UsageError, SshError
 */
export async function runOverSsh(
  { ssh: destination = '', agent, agentPort, ...options }: RunOptions,
  run: (options: RunOptions) => Promise<number>,
): Promise<number> {
  for (const [name, option] of Object.entries(OTHERS))
    if (options[name as keyof typeof OTHERS] !== undefined)
      throw new UsageError(`--ssh and ${option} both say where the target is: give one of them`);
  const port = agentPort === undefined ? 0 : Number(agentPort);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new UsageError(`--agent-port ${agentPort}: not a port`);
  // ssh may be asking for a password: it ends first, and gives the terminal back.
  const starting = new AbortController();
  let exitCode = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    exitCode = exitCodeAfter(signal);
    starting.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const release = (): void => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  const target = options.target;
  const far = await startOverSsh({ destination, target, agent, port, signal: starting.signal })
    .catch((error) => {
      if (exitCode === 0) throw error;
      return undefined;
    })
    .finally(release);
  if (!far) return exitCode;
  try {
    const { name: targetName, ...at } = far;
    return await run({ ...options, target: at.target, upperTester: at.upperTester, targetName });
  } finally {
    await far.stop();
  }
}
