import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { CASES } from '../../../bench/cases.ts';
import { findStack } from '../../../lib/lab/stacks/index.ts';
import { Session } from '../../../lib/runner/session.ts';
import { settingsFrom } from '../../../lib/runner/settings.ts';
import type { Death } from '../../../lib/verdict/reason.ts';
import { verdictOf } from '../../../lib/verdict/result.ts';
import { skipWithoutLab } from '../../lab/skip.ts';

/** What is in the command line of the process that is the target's TCP. */
const TARGETS = { lwip: '--tap', 'reference:rfc9293': 'reference/main' } as const;

/** A process and all that it has started, the latest last. */
function withDescendants(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // it has ended meanwhile
    }
  }
  const found = [root];
  for (const one of found) {
    found.push(...[...parents].filter(([, parent]) => parent === one).map(([pid]) => pid));
  }
  return found;
}

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};

/** Runs some cases, and kills the target when the first result is there. */
async function runAndKill(stack: keyof typeof TARGETS) {
  // So many that a busy machine has not run them all before the target is killed.
  const chosen = CASES.filter(({ id }) => /^(established|close-wait)\.(ack|text|syn|rst)\./.test(id)).map(
    ({ id }) => ({
      id,
      family: 4 as const,
    }),
  );
  const session = await Session.open(
    settingsFrom({ SEGMENT_ARRIVES_STACK: stack, SEGMENT_ARRIVES_FAMILY: '4' }),
  );
  const deaths: Death[] = [];
  const inquests: boolean[] = [];
  session.attend({
    died: (death) => deaths.push(death),
    inquest: (progress) => inquests.push(progress !== undefined),
  });
  try {
    const root = session.pid as number;
    session.request(chosen);
    const awaited = chosen.map(({ id, family }) => session.result(id, family));
    await Promise.race(awaited);
    const victims = withDescendants(root).filter((pid) => commandOf(pid).includes(TARGETS[stack]));
    process.kill(victims.at(-1) as number, 'SIGKILL');
    const results = await Promise.all(awaited);
    return { deaths, inquests, results };
  } finally {
    await session.close();
  }
}

describe('a target that somebody kills in the middle of a run', () => {
  const runs = new Map<string, ReturnType<typeof runAndKill>>();

  before(async function () {
    skipWithoutLab(this);
    // Side by side: each spends most of its time on waiting for timers of its target's.
    for (const stack of Object.keys(TARGETS) as (keyof typeof TARGETS)[]) {
      if (((await findStack(stack))?.missing() ?? []).length > 0) continue;
      const run = runAndKill(stack);
      run.catch(() => {});
      runs.set(stack, run);
    }
  });

  for (const stack of Object.keys(TARGETS) as (keyof typeof TARGETS)[])
    it(`is started again, and told of; no case is accused or left open for it: ${stack}`, async function () {
      this.timeout(1_200_000);
      const run = runs.get(stack);
      if (!run) this.skip();
      const { deaths, inquests, results } = await run;
      expect(deaths.map(({ ending }) => ending)).to.deep.equal([{ signal: 'SIGKILL' }]);
      expect(deaths[0]?.cause).to.include({ kind: 'unknown' });
      expect(inquests).to.deep.equal([true, false]);
      const open = results.filter((result) => verdictOf(result, 'rfc9293') === 'inconclusive');
      expect(open.map(({ id }) => id)).to.deep.equal([]);
      const dead = results.filter(
        (result) =>
          result.outcome === 'judged' &&
          result.judgements.rfc9293.verdict === 'deviates' &&
          result.judgements.rfc9293.faults.some(({ kind }) => kind === 'death'),
      );
      expect(dead).to.deep.equal([]);
    });
});
