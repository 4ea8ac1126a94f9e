import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { labCommand, labEnvironment } from '../../../lib/lab/namespaces/enter.ts';
import { isBeyondCapability } from '../../../lib/verdict/reason.ts';
import type { CaseResult } from '../../../lib/verdict/result.ts';

/** Plays a scene of this folder in a network namespace of its own. */
export async function play<Told = CaseResult[]>(scene: string, words: readonly string[]): Promise<Told> {
  const { command, args } = labCommand();
  const script = fileURLToPath(new URL(`${scene}.ts`, import.meta.url));
  const child = spawn(command, [...args, process.execPath, '--import', 'tsx', script, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: labEnvironment(),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`the scene ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Told;
}

export const wasReached = ({ outcome }: CaseResult): boolean => outcome === 'judged';

export const byCapability = (result: CaseResult): boolean =>
  result.outcome !== 'judged' && isBeyondCapability(result.why);
