import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { labCommand, labEnvironment } from '../../../lib/lab/namespaces/enter.ts';
import { say } from '../../../lib/report/say.ts';
import { PROFILES } from '../../../lib/standard/profile.ts';
import { type CaseResult, verdictOf } from '../../../lib/verdict/result.ts';

/** The results of some cases without the fault, and with it. */
export interface Played {
  readonly clean: readonly CaseResult[];
  readonly disturbed: readonly CaseResult[];
  /** The results with the fault. */
  readonly durationMs: number;
}

const SCENE = fileURLToPath(new URL('scene.ts', import.meta.url));

/** Plays a fault of scene.ts in a lab of its own. */
export async function play(fault: string): Promise<Played> {
  const { command, args } = labCommand();
  const child = spawn(command, [...args, process.execPath, '--import', 'tsx', SCENE, fault], {
    env: labEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const printed: Buffer[] = [];
  child.stdout.on('data', (octets: Buffer) => printed.push(octets));
  const status = await new Promise((resolve) => child.once('close', resolve));
  expect(status, 'exit status of the scene').to.equal(0);
  return JSON.parse(Buffer.concat(printed).toString()) as Played;
}

const keyOf = ({ id, family }: CaseResult): string => `${id}, IPv${family}`;

/** Every result with the fault equals that without it, or is inconclusive with a reason. None is missing. */
export function expectNoneWrong({ clean, disturbed }: Pick<Played, 'clean' | 'disturbed'>): void {
  expect(disturbed.map(keyOf).sort()).to.deep.equal(clean.map(keyOf).sort());
  const right = new Map(clean.map((result) => [keyOf(result), result]));
  for (const result of disturbed) {
    const without = right.get(keyOf(result));
    if (result.outcome !== 'judged') expect(say.reason(result.why), keyOf(result)).to.not.equal('');
    else expect(verdictsOf(result), keyOf(result)).to.deep.equal(without && verdictsOf(without));
  }
}

const verdictsOf = (result: CaseResult) => PROFILES.map((profile) => verdictOf(result, profile));

/** The results that the fault has made inconclusive. */
export const lost = ({ clean, disturbed }: Pick<Played, 'clean' | 'disturbed'>): CaseResult[] => {
  const before = new Set(clean.filter(({ outcome }) => outcome !== 'judged').map(keyOf));
  return disturbed.filter((result) => result.outcome !== 'judged' && !before.has(keyOf(result)));
};
