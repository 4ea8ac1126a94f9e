import { expect } from 'chai';
import { findMutant, type Mutant } from '../../bench/mutants/index.ts';
import { type Fault, outcome, toClosed } from '../../bench/mutants/tools.ts';
import { Fence } from '../../lib/explore/fence.ts';
import { Generator } from '../../lib/explore/generate.ts';
import { play } from '../../lib/explore/play.ts';
import type { Played } from '../../lib/explore/played.ts';
import { scenarioOf } from '../../lib/explore/scenario-of.ts';
import { type Sequence, sequenceText } from '../../lib/explore/sequence.ts';
import { shrink } from '../../lib/explore/shrink.ts';
import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import { parseSegment } from '../../lib/notation/index.ts';
import { playScenario } from '../../lib/runner/trial/play-scenario.ts';
import { ALL_CHECKS } from '../../lib/standard/adoption.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { referenceWorld } from '../states/reference-world.ts';

const profile = 'rfc9293';
const send = (text: string, on?: string) => ({ send: [parseSegment(text)] as const, ...(on ? { on } : {}) });
const ESTABLISHED = { state: 'ESTABLISHED', conditions: [] } as const;
const TEXT = '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=10>';
const OLD_TEXT = '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK><DATA=1>';

/** Text of 10 octets on one connection ends the next other one that gets a segment. */
const mixing = (): Fault => {
  let acting: number | undefined;
  return (tcb, segment, next) => {
    if (segment.data === 10) acting = tcb.iss;
    else if (acting !== undefined && tcb.iss !== acting && tcb.state === 'ESTABLISHED')
      return outcome('silence', toClosed(tcb));
    return next(tcb, segment);
  };
};

const SIDE_BY_SIDE: Sequence = {
  place: ESTABLISHED,
  beside: { b: ESTABLISHED, c: { state: 'CLOSE-WAIT', conditions: [] } },
  steps: [send(TEXT), send(OLD_TEXT, 'c'), send(TEXT, 'b'), send(OLD_TEXT), send(OLD_TEXT, 'b')],
};

async function on<T>(
  behaviour: Behaviour,
  use: (ground: Parameters<typeof play>[1]) => Promise<T>,
): Promise<T> {
  const { tester, environment } = referenceWorld(profile, behaviour);
  const fence = new Fence(environment, 4);
  try {
    return await use({ environment, fence, family: 4, profile, adoptions: [ALL_CHECKS], seed: 1 });
  } finally {
    fence.close();
    await tester.close();
  }
}

describe('several connections in a sequence', function () {
  this.timeout(60_000);

  it('change nothing of each other', async () => {
    const { outcome: came } = await on({}, (ground) => play(SIDE_BY_SIDE, ground));
    expect(came).to.equal('explained');
  });

  it('show a TCP that mixes them up: the sequence is a scenario that deviates', async () => {
    const sequence: Sequence = {
      ...SIDE_BY_SIDE,
      beside: { b: ESTABLISHED },
      steps: [send(TEXT, 'b'), send(OLD_TEXT)],
    };
    const { played, verdict, beside } = await on({ arrive: mixing() }, async (ground) => {
      const one: Played = await play(sequence, ground);
      const scenario = scenarioOf(sequence, one, { id: 'established.explored.1', title: 'mixed up' });
      const { environment } = ground;
      const context = { environment, family: 4, index: 0, seed: 1, profile, adoption: ALL_CHECKS } as const;
      const { result } = await playScenario(scenario, context, 1);
      return { played: one, verdict: verdictOf(result, profile), beside: scenario.beside };
    });
    expect(played.failure).to.include({ step: 1, kind: 'silence' });
    expect(beside).to.have.property('b');
    expect(verdict).to.equal('deviates');
  });

  it('show a TCP that has no room for three that are half open', async () => {
    const LISTEN = { state: 'LISTEN', conditions: [] } as const;
    const SYN = '<SEQ=ANY><CTL=SYN><MSS=1460>';
    const sequence: Sequence = {
      ...{ place: LISTEN, beside: { b: LISTEN, c: LISTEN } },
      steps: [send(SYN), send(SYN, 'b'), send(SYN, 'c')],
    };
    const { behaviour } = findMutant('two-half-open') as Mutant;
    const { outcome: right } = await on({}, (ground) => play(sequence, ground));
    const { failure } = await on(behaviour, (ground) => play(sequence, ground));
    expect(right).to.equal('explained');
    expect(failure).to.include({ step: 2, kind: 'silence' });
  });

  it('become fewer where one is enough', async () => {
    const fails = async ({ steps }: Sequence): Promise<boolean> =>
      steps.some((step) => 'send' in step && step.send[0].data !== undefined);
    const { sequence } = await shrink(SIDE_BY_SIDE, fails, 500);
    expect(sequence.beside).to.equal(undefined);
    expect(sequence.steps).to.have.length(1);
    const needsTwo = async ({ steps }: Sequence): Promise<boolean> =>
      steps.some(({ on: name }) => name === 'b') && steps.some(({ on: name }) => name === undefined);
    const two = (await shrink(SIDE_BY_SIDE, needsTwo, 500)).sequence;
    expect(Object.keys(two.beside ?? {})).to.deep.equal(['b']);
    expect(sequenceText(two)).to.match(/^ESTABLISHED, b: ESTABLISHED: .*b: </);
  });

  it('are generated: two and three, and each step names one that is there', () => {
    const generator = new Generator(1, 4);
    const all = Array.from({ length: 1000 }, () => generator.next()).filter(({ beside }) => beside);
    const counts = new Set(all.map(({ beside }) => Object.keys(beside ?? {}).length));
    expect([...counts].sort()).to.deep.equal([1, 2]);
    for (const { beside, steps } of all)
      for (const { on: name } of steps) expect(['', ...Object.keys(beside ?? {})]).to.include(name ?? '');
  });
});
