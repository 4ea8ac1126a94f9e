import { isMainThread } from 'node:worker_threads';
import { SCENARIOS } from '../catalogue/catalogue.ts';
import { tellParent } from '../processes.ts';
import { say } from '../report/say.ts';
import { Engine } from '../runner/engine.ts';
import { reasonOfError } from '../runner/trial/play-scenario.ts';
import { ADOPTIONS, ALL_CHECKS, CHECKS, type KnownAdoption } from '../standard/adoption.ts';
import { effectText } from './cause.ts';
import { explore } from './explore.ts';
import type { Candidate } from './finding.ts';
import { GeneratedAhead } from './generation/ahead.ts';
import { generateWhenAsked } from './generation/thread.ts';
import { habitsOf } from './known-cases.ts';
import { numbered, playedAsScenario } from './played-as-scenario.ts';
import type { FromExplorer, PlayedScenario, ToExplorer, Unplayed, Unrepeated } from './messages.ts';
import type { Played } from './played.ts';
import { sequenceText } from './sequence.ts';

/**
 * The process that explores, and its thread that generates sequences. It obeys its parent process and ends with it. In the lab it
 * runs in the tester's network namespace.
 */
let engine: Engine | undefined;
let generated: GeneratedAhead | undefined;
let isStopped = false;
let ending = false;

const tell = (message: FromExplorer): void => tellParent(message);

/** The choices that the preflight has left. */
const adoptionsOf = (known: KnownAdoption, profile: string) =>
  profile !== 'rfc9293'
    ? [ALL_CHECKS]
    : ADOPTIONS.filter((one) =>
        CHECKS.every((check) => known[check] === undefined || known[check] === one[check]),
      );

const unrepeatedOf = ({ sequence, effect }: Candidate, { deviated, of }: PlayedScenario): Unrepeated => ({
  ...{ sequence: sequenceText(sequence), failed: effectText(effect), deviated, of },
});

async function start({ settings, extent }: Extract<ToExplorer, { kind: 'start' }>): Promise<void> {
  engine = new Engine(settings);
  try {
    const target = await engine.start(SCENARIOS);
    const { ground } = engine;
    const [family] = target.families;
    if (!ground || family === undefined) throw new Error('the target answers over no family');
    tell({ kind: 'ready', target, width: ground.width });
    const { environment, facts, width, watch } = ground;
    const { profile, seed, parallel } = settings;
    const { known = [], cases = [], ...wishes } = extent;
    const adoptions = adoptionsOf(facts.adoption, profile);
    let found = 0;
    const unrepeated: Unrepeated[] = [];
    const context = { environment, family, index: 0, seed, profile, adoption: facts.adoption } as const;
    const scenarios = new Map<Played, PlayedScenario | Unplayed>();
    const scenarioOf = async (candidate: Candidate): Promise<PlayedScenario | Unplayed> => {
      const scenario = await playedAsScenario(candidate, context).catch(
        ({ message }: Error): Unplayed => ({ trouble: message }),
      );
      scenarios.set(candidate.played, scenario);
      return scenario;
    };
    const told: Promise<void>[] = [];
    const mslSeconds = target.facts.described?.mslSeconds;
    const {
      findings: _,
      coverage,
      ...rest
    } = await explore(
      {
        ...{ environment, family, profile, adoptions, watch },
        ...(mslSeconds === undefined ? {} : { twoMsl: 2000 * mslSeconds }),
      },
      {
        ...{ seed, ...wishes, known: [...known, ...habitsOf(cases, profile, adoptions)] },
        ...{ width: parallel ?? width, stopped: () => isStopped },
        generate: (...from) => {
          generated = new GeneratedAhead(...from);
          return generated;
        },
        repeats: async (candidate) => {
          const scenario = await scenarioOf(candidate);
          const isRepeated = 'trouble' in scenario || scenario.deviated === scenario.of;
          if (!isRepeated) unrepeated.push(unrepeatedOf(candidate, scenario));
          return isRepeated;
        },
        onFinding: (finding) => {
          // A target that is gone cannot deviate again.
          const known = scenarios.get(finding.played) ?? scenarioOf(finding);
          told.push(
            Promise.resolve(known).then((scenario) => {
              found += 1;
              tell({
                ...{ kind: 'finding', finding },
                scenario: 'trouble' in scenario ? scenario : numbered(scenario, finding),
              });
            }),
          );
        },
        onProgress: (sequences) => tell({ kind: 'progress', sequences, findings: found }),
      },
    );
    await generated?.end();
    await Promise.all(told);
    const byStep = [...coverage.byStep()];
    tell({ kind: 'explored', explored: { ...rest, unrepeated, pairs: coverage.size, byStep } });
    await end(0);
  } catch (error) {
    tell({ kind: 'impossible', message: say.reason(reasonOfError(error as Error)) });
    await end(2);
  }
}

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  try {
    await engine?.stop();
  } finally {
    process.disconnect?.();
    process.exitCode = code;
    // Raw sockets and timers of interrupted sequences would keep the process alive.
    setTimeout(() => process.exit(code), 50);
  }
}

if (isMainThread) {
  process.on('message', (message: ToExplorer) => {
    if (message.kind === 'start') void start(message);
    else isStopped = true;
  });
  process.on('disconnect', () => void end(2));
  // Ctrl-C reaches the whole process group; the parent process decides when to stop.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => void end(2));
} else generateWhenAsked();
