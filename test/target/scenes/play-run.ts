/**
 * `play-run.ts TARGET ID...`: a whole run with preflight, against a target in a lab whose user cannot be driven. The target is
 * described as a user would describe it. Prints what was found about the target, and the results.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Lab } from '../../../lib/lab/namespaces/lab.ts';
import { Engine } from '../../../lib/runner/engine.ts';
import type { KnownTarget } from '../../../lib/runner/messages.ts';
import { settingsFrom } from '../../../lib/runner/settings.ts';
import type { CaseResult } from '../../../lib/verdict/result.ts';
import { CALLED, call } from './callers.ts';
import { answers, SERVERS } from './servers.ts';

export interface WholeRun {
  readonly adoption: KnownTarget['adoption'];
  readonly results: readonly CaseResult[];
}

const EXAMPLES = fileURLToPath(new URL('../../../examples/targets/', import.meta.url));

/** Starts the target. @returns the settings that name it */
async function begin(name: string, lab: Lab, folder: string): Promise<NodeJS.ProcessEnv> {
  if (name === 'await') {
    call(lab, 4);
    return { SEGMENT_ARRIVES_TARGET: lab.target[4], SEGMENT_ARRIVES_AWAIT: String(CALLED[4]) };
  }
  if (name === 'command') {
    const file = join(folder, 'command.json');
    const run = `nsenter --net=${lab.targetNamespace} nc -n -N {address} {port}`;
    const driver = { kind: 'command', run, sends: true, halfCloses: true, uponFin: 'stays' };
    writeFileSync(file, JSON.stringify({ name: 'nc', addresses: { ipv4: lab.target[4] }, driver }));
    return { SEGMENT_ARRIVES_TARGET_FILE: file };
  }
  const servers = SERVERS[name];
  if (!servers) throw new Error(`no such servers: ${name}`);
  servers.start(lab, folder);
  for (const { port } of servers.services) await answers(lab.target[4], port);
  return { SEGMENT_ARRIVES_TARGET_FILE: join(EXAMPLES, `${name}.json`) };
}

const [name = '', ...ids] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'segment-arrives-run-'));
const lab = await Lab.create({ families: [4] });
const settings = await begin(name, lab, folder);
const engine = new Engine(
  settingsFrom({ ...settings, SEGMENT_ARRIVES_FAMILY: '4', SEGMENT_ARRIVES_SEED: '793' }),
);
const results: CaseResult[] = [];
try {
  const { adoption } = await engine.start();
  await engine.run(
    ids.map((id) => ({ id, family: 4 })),
    (result) => results.push(result),
  );
  process.stdout.write(JSON.stringify({ adoption, results } satisfies WholeRun));
} finally {
  await engine.stop();
  await lab.dispose();
  rmSync(folder, { recursive: true, force: true });
}
