/**
 * Something goes wrong while cases run: `scene.ts FAULT`, inside the tester's namespace. Prints the results of the
 * cases with the fault and without it.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { CASES } from '../../../bench/cases.ts';
import { buildUpperTester } from '../../../lib/compile.ts';
import { Lab } from '../../../lib/lab/namespaces/lab.ts';
import { Engine, type EngineOptions } from '../../../lib/runner/engine.ts';
import { type Settings, settingsFrom } from '../../../lib/runner/settings.ts';
import type { CaseResult } from '../../../lib/verdict/result.ts';
import { linkDown, spawnInTarget, type TargetProcess } from '../../lab/in-target.ts';
import type { Played } from './play.ts';

const CONTROL_PORT = 10_793;
// One case in so many: cases of every state, in a few seconds.
const EVERY = 20;
const WIDTH = 30;
// On a busy machine an upper tester takes its time to start, in milliseconds.
const PATIENCE = 60_000;
// Of the cases, before something goes wrong.
const FIRST = 20;

interface Stage {
  readonly lab: Lab;
  agent: TargetProcess;
}

interface Fault {
  readonly engine?: EngineOptions;
  /** Happens after the first results. */
  readonly happens?: (stage: Stage) => Promise<void>;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  'the upper tester dies': {
    engine: { patience: 2000 },
    happens: async ({ agent }) => void agent.kill('SIGKILL'),
  },
  'the upper tester is restarted': {
    async happens(stage) {
      stage.agent.kill('SIGKILL');
      await delay(1000);
      stage.agent = await startAgent(stage.lab);
    },
  },
  'the upper tester hangs': {
    engine: { patience: 2000 },
    happens: async ({ agent }) => void agent.kill('SIGSTOP'),
  },
  'the upper tester pauses': {
    async happens({ agent }) {
      agent.kill('SIGSTOP');
      await delay(2500);
      agent.kill('SIGCONT');
    },
  },
  'the link goes down': {
    engine: { patience: 2000 },
    happens: ({ lab }) => linkDown(lab),
  },
  'the link goes down and up': {
    async happens({ lab }) {
      await linkDown(lab);
      await delay(3000);
      await lab.linkUp();
    },
  },
  'the target reboots': {
    async happens(stage) {
      const { lab, agent } = stage;
      await linkDown(lab);
      const ended = once(agent, 'exit');
      agent.kill('SIGKILL');
      await ended;
      // No connection outlives its machine, not even in TIME-WAIT.
      const forget = spawnInTarget(lab, 'ss', ['--kill', '--tcp', '--all', 'state', 'all']);
      forget.stdout.resume();
      await once(forget, 'exit');
      await delay(2000);
      stage.agent = await startAgent(lab);
      await lab.linkUp();
    },
  },
  'the receive queue overflows': {
    engine: { receiveQueue: 16_384 },
    // Resets for everybody's connections come to the raw socket as well, while nobody reads it.
    async happens({ lab }) {
      const knocks = `for i in $(seq 150); do (echo > /dev/tcp/${lab.target[4]}/1) 2> /dev/null; done`;
      spawnSync('bash', ['-c', knocks]);
    },
  },
};

const fault = FAULTS[process.argv[2] ?? ''];
if (!fault) throw new RangeError(`no such fault; there are ${Object.keys(FAULTS).join(', ')}`);

const lab = await Lab.create({ families: [4, 6] });
const stage: Stage = { lab, agent: await startAgent(lab) };
const settings = settingsFrom({
  SEGMENT_ARRIVES_TARGET: `${lab.target[4]},${lab.target[6]}`,
  SEGMENT_ARRIVES_UPPER_TESTER: `${lab.target[4]}:${CONTROL_PORT}`,
  SEGMENT_ARRIVES_SEED: '793',
  SEGMENT_ARRIVES_PARALLEL: String(WIDTH),
});
const cases = CASES.filter((_, index) => index % EVERY === 0).flatMap(({ id, families }) =>
  families.map((family) => ({ id, family })),
);

const { results: clean } = await run(settings, {}, undefined);
const { results: disturbed, durationMs } = await run(
  settings,
  { patience: PATIENCE, ...fault.engine },
  fault.happens,
);
const played: Played = { clean, disturbed, durationMs };
process.stdout.write(JSON.stringify(played), () => process.exit(0));

async function run(
  how: Settings,
  options: EngineOptions,
  happens: Fault['happens'],
): Promise<{ results: CaseResult[]; durationMs: number }> {
  const engine = new Engine(how, options);
  await engine.start();
  const results: CaseResult[] = [];
  const began = performance.now();
  let happening: Promise<void> | undefined;
  await engine.run(cases, (result) => {
    results.push({ ...result, records: [] });
    if (results.length === FIRST) happening = happens?.(stage);
  });
  const durationMs = performance.now() - began;
  await happening;
  await engine.stop();
  return { results, durationMs };
}

async function startAgent(on: Lab): Promise<TargetProcess> {
  const agent = spawnInTarget(on, await buildUpperTester(), [
    ...['--bind', on.target[4], '--port', String(CONTROL_PORT)],
    ...['--tester', on.tester[4], '--tester', on.tester[6], '--local', on.target[6]],
    '--exit-on-eof',
  ]);
  await new Promise<void>((resolve) => agent.stdout.once('data', () => resolve()));
  return agent;
}
