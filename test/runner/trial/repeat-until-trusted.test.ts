import { expect } from 'chai';
import { Futility } from '../../../lib/runner/trial/futility.ts';
import {
  repeatUntilTrusted,
  type Sample,
  TargetDied,
} from '../../../lib/runner/trial/repeat-until-trusted.ts';
import type { Death, TargetWatch } from '../../../lib/runner/trial/target-watch.ts';
import { PathQuality } from '../../../lib/tester/index.ts';
import { verdictOf, whyInconclusive } from '../../../lib/verdict/result.ts';
import { segment } from '../../tester/memory-link.ts';
import { inconclusiveResult, judgedAs, resultOf } from '../results.ts';

const LATE = { kind: 'failed', told: 'the tester was 900 ms late' };
const GONE = { kind: 'no time', deaths: 3 } as const;

const right: Sample = {
  result: resultOf('conformant', { kind: 'empty-ack', observed: [segment('<CTL=ACK>')] }),
};
const wrong: Sample = { result: resultOf('deviates', { kind: 'rst', observed: [segment('<CTL=RST>')] }) };
const RFC_793 = { rfc793: { verdict: 'conformant' } } as const;
const spoilt: Sample = { result: inconclusiveResult('the tester was 900 ms late') };

/** Attempts with these samples; the last one repeats. */
function attempts(...samples: Sample[]) {
  const told: number[] = [];
  const once = async (spoiltBefore: number): Promise<Sample> => {
    told.push(spoiltBefore);
    return samples[Math.min(told.length, samples.length) - 1] as Sample;
  };
  return { once, told };
}

/** A path that lost so many of a hundred exchanges. */
function pathOf(percent: number): PathQuality {
  const path = new PathQuality();
  path.recordProbes(1000, { lost: percent * 10 });
  return path;
}

/** A target that is away, and what that means, as the script says at each look. */
function watchOf(script: ((watch: object) => unknown)[] = []) {
  const watch = {
    epoch: 0,
    lost: undefined as string | undefined,
    deaths: [] as Death[],
    looks: 0,
    check: async () => {
      script[watch.looks]?.(watch);
      watch.looks += 1;
    },
  };
  return watch as typeof watch & TargetWatch;
}

describe('a verdict is believed', () => {
  const clean = pathOf(0);

  it('at once, when it conforms and the path disturbs nothing', async () => {
    const { once, told } = attempts(right);
    expect(
      verdictOf(await repeatUntilTrusted({ profile: 'rfc9293', path: clean }, once), 'rfc9293'),
    ).to.equal('conformant');
    expect(told).to.deep.equal([0]);
  });

  it('when it accuses, only if another connection agrees', async () => {
    const { once, told } = attempts(wrong);
    const result = await repeatUntilTrusted({ profile: 'rfc9293', path: clean }, once);
    expect(verdictOf(result, 'rfc9293')).to.equal('deviates');
    expect(result.notes).to.deep.equal([{ kind: 'confirmed', alike: 2, connections: 2 }]);
    expect(told).to.deep.equal([0, 0]);
  });

  it('never, where the path disturbs nothing and one connection of several was answered wrongly', async () => {
    const { once, told } = attempts(wrong, right);
    const result = await repeatUntilTrusted({ profile: 'rfc9293', path: clean }, once);
    expect(verdictOf(result, 'rfc9293')).to.equal('inconclusive');
    expect(whyInconclusive(result, 'rfc9293')).to.deep.equal({
      kind: 'contradiction',
      seen: [
        { count: 1, kind: 'rst', replies: 1, stateAfter: 'ESTABLISHED' },
        { count: 5, kind: 'empty-ack', replies: 1, stateAfter: 'ESTABLISHED' },
      ],
    });
    expect(told).to.have.length(6);
  });

  it('by two connections more, where a timer of the target was seen late by one', async () => {
    const early: Sample = {
      result: {
        ...resultOf('deviates', { kind: 'empty-ack', observed: [segment('<CTL=ACK>')] }),
        stateAfter: 'TIME-WAIT',
      },
    };
    const { once, told } = attempts(early, right);
    const result = await repeatUntilTrusted({ profile: 'rfc9293', path: clean }, once);
    expect(verdictOf(result, 'rfc9293')).to.equal('conformant');
    expect(result.notes).to.deep.equal([{ kind: 'confirmed', alike: 3, connections: 4 }]);
    expect(told).to.have.length(4);
  });

  it('when it accuses by the profile of the run and conforms to another, only if another connection agrees', async () => {
    const judgements = { ...judgedAs('conformant'), rfc793: judgedAs('deviates').rfc793 };
    const older: Sample = {
      result: resultOf('conformant', { judgements }),
    };
    const { once, told } = attempts(older);
    await repeatUntilTrusted({ profile: 'rfc793', path: clean }, once);
    expect(told).to.have.length(2);
  });

  it('when a limiter may have made the silence that was seen first', async () => {
    const silence: Sample = { result: resultOf('deviates'), silent: true };
    const result = await repeatUntilTrusted(
      { profile: 'rfc9293', path: clean },
      attempts(silence, right).once,
    );
    expect(verdictOf(result, 'rfc9293')).to.equal('conformant');
    expect(result.notes).to.deep.equal([{ kind: 'confirmed', alike: 2, connections: 3 }]);
  });

  it('by silence where a reply is asked for, only after every limiter had room again', async () => {
    const silence: Sample = { result: resultOf('conformant'), silent: true };
    const began = performance.now();
    const result = await repeatUntilTrusted({ profile: 'rfc9293', path: clean }, attempts(silence).once);
    expect(result.notes).to.deep.equal([{ kind: 'confirmed', alike: 2, connections: 2 }]);
    expect(performance.now() - began).to.be.at.least(1095);
  });

  it('by another one that is told whether the first has waited in full', async () => {
    for (const isHasty of [false, true]) {
      const told: boolean[] = [];
      const first = { ...wrong, isHasty };
      await repeatUntilTrusted(
        {
          ...{ profile: 'rfc9293', path: clean, hastily: async () => first },
          again: async (_, hasWaited) => {
            told.push(hasWaited);
            return wrong;
          },
        },
        attempts(wrong).once,
      );
      expect(told).to.deep.equal([!isHasty]);
    }
  });

  it('after a pause in which others may take its place, where there is somebody to say so', async () => {
    const silence: Sample = { result: resultOf('deviates'), silent: true };
    const pauses: number[] = [];
    const rest = async (milliseconds: number) => void pauses.push(milliseconds);
    await repeatUntilTrusted({ profile: 'rfc9293', path: clean, rest }, attempts(silence).once);
    expect(pauses).to.deep.equal([1100]);
  });

  it('in no more than two attempts, once several cases of the state came to nothing alike in all of theirs', async () => {
    const futility = new Futility();
    const tried: number[] = [];
    for (let run = 0; run < 5; run += 1) {
      const { once, told } = attempts(spoilt);
      const result = await repeatUntilTrusted({ profile: 'rfc9293', path: clean, futility }, once);
      expect(verdictOf(result, 'rfc9293')).to.equal('inconclusive');
      tried.push(told.length);
    }
    expect(tried).to.deep.equal([5, 5, 5, 2, 2]);
    const other = attempts({ result: { ...inconclusiveResult('x'), why: { kind: 'packets dropped' } } });
    await repeatUntilTrusted({ profile: 'rfc9293', path: clean, futility }, other.once);
    expect(other.told).to.have.length(5);
    // One attempt with a result is enough, whatever the others gave.
    const late = attempts(spoilt, right);
    const result = await repeatUntilTrusted({ profile: 'rfc9293', path: clean, futility }, late.once);
    expect(verdictOf(result, 'rfc9293')).to.equal('conformant');
  });

  it('never while it has to be found out by what the target died', async () => {
    const watch = watchOf([
      (one) => {
        (one as { deaths: Death[] }).deaths.push({ heardAt: 0 });
      },
    ]);
    const failure = await repeatUntilTrusted(
      { profile: 'rfc9293', path: clean, watch },
      attempts(spoilt).once,
    ).catch((error: Error) => error);
    expect(failure).to.be.instanceOf(TargetDied);
  });

  it('as often as the path asks for, with the reason', async () => {
    const { once, told } = attempts(right);
    const result = await repeatUntilTrusted({ profile: 'rfc9293', path: pathOf(2) }, once);
    expect(told).to.have.length(4);
    expect(result.notes).to.deep.equal([
      {
        ...{ kind: 'confirmed', alike: 4, connections: 4 },
        disturbed: { lost: 2, doubled: 0, reordered: 0 },
      },
    ]);
    const accused = attempts(wrong);
    await repeatUntilTrusted({ profile: 'rfc9293', path: pathOf(2) }, accused.once);
    expect(accused.told).to.have.length(5);
  });

  it('by its lead over every other observation', async () => {
    const { once, told } = attempts(right, wrong, right, right, right, right);
    expect(
      verdictOf(await repeatUntilTrusted({ profile: 'rfc9293', path: pathOf(2) }, once), 'rfc9293'),
    ).to.equal('conformant');
    expect(told).to.have.length(6);
  });

  it('never, when the observations do not agree', async () => {
    let turn = 0;
    const once = async (): Promise<Sample> => [wrong, right][turn++ % 2] as Sample;
    const result = await repeatUntilTrusted({ profile: 'rfc9293', path: pathOf(2) }, once);
    expect(verdictOf(result, 'rfc9293')).to.equal('inconclusive');
    expect(whyInconclusive(result, 'rfc9293')).to.deep.equal({
      kind: 'no agreement',
      seen: [
        { count: 15, kind: 'rst', replies: 1, stateAfter: 'ESTABLISHED' },
        { count: 15, kind: 'empty-ack', replies: 1, stateAfter: 'ESTABLISHED' },
      ],
    });
  });

  it('after attempts that say nothing, which are told, and change the numbers', async () => {
    const { once, told } = attempts(spoilt, spoilt, right);
    const result = await repeatUntilTrusted({ profile: 'rfc9293', path: clean }, once);
    expect(verdictOf(result, 'rfc9293')).to.equal('conformant');
    expect(result.notes).to.deep.equal([
      { kind: 'void attempt', attempt: 1, why: LATE },
      { kind: 'void attempt', attempt: 2, why: LATE },
    ]);
    expect(told).to.deep.equal([0, 1, 2]);
  });

  it('not where all attempts say nothing: the last reason is given', async () => {
    const { once, told } = attempts(spoilt);
    const result = await repeatUntilTrusted({ profile: 'rfc9293', path: clean }, once);
    expect(whyInconclusive(result, 'rfc9293')).to.deep.equal(LATE);
    expect(told).to.have.length(5);
  });

  it('after many late attempts, with growing pauses: a busy machine is not the target', async () => {
    const late = (kind: 'tester late' | 'stimulus late'): Sample => ({
      result: {
        ...inconclusiveResult('x'),
        why: kind === 'tester late' ? { kind, milliseconds: 900 } : { kind },
      },
    });
    const futility = new Futility();
    const pauses: number[] = [];
    const rest = async (milliseconds: number): Promise<void> => {
      pauses.push(milliseconds);
    };
    const circumstances = { profile: 'rfc9293', path: clean, futility, rest } as const;
    const { once } = attempts(late('tester late'), late('stimulus late'), late('tester late'), right);
    const result = await repeatUntilTrusted(circumstances, once);
    expect(verdictOf(result, 'rfc9293')).to.equal('conformant');
    expect(pauses).to.deep.equal([200, 400, 600]);
    // It ends, and what a busy machine did to one case is not expected of the next.
    for (let run = 0; run < 5; run += 1) {
      const { once: always, told } = attempts(late('tester late'));
      const failed = await repeatUntilTrusted(circumstances, always);
      expect(whyInconclusive(failed, 'rfc9293')).to.deep.equal({ kind: 'tester late', milliseconds: 900 });
      expect(told).to.have.length(13);
    }
  });

  it('never tried again where the target is not able to do it', async () => {
    const inconclusive = { kind: 'not capable', lack: { what: 'as told', told: 'no small receive buffer' } };
    const { once, told } = attempts({ result: inconclusiveResult('no small receive buffer', true) });
    expect(
      whyInconclusive(await repeatUntilTrusted({ profile: 'rfc9293', path: clean }, once), 'rfc9293'),
    ).to.deep.equal(inconclusive);
    expect(told).to.have.length(1);
  });

  it('only as long as the target is there to be accused', async () => {
    const away = watchOf([(watch) => Object.assign(watch, { epoch: 1 })]);
    const { once, told } = attempts(wrong, wrong, right);
    const result = await repeatUntilTrusted({ profile: 'rfc9293', path: clean, watch: away }, once);
    expect(verdictOf(result, 'rfc9293')).to.equal('conformant');
    expect(result.notes).to.deep.equal([{ kind: 'away meanwhile' }]);
    expect(told).to.deep.equal([0, 0, 1]);
  });

  it('only as long as it is there, also where all observations accuse it, and differ', async () => {
    const other: Sample = {
      result: resultOf('deviates', { kind: 'syn-ack', observed: [segment('<CTL=SYN,ACK>')] }),
    };
    const away = watchOf([(watch) => Object.assign(watch, { lost: GONE })]);
    const { once, told } = attempts(other, wrong);
    const result = await repeatUntilTrusted({ profile: 'rfc9293', path: clean, watch: away }, once);
    expect(whyInconclusive(result, 'rfc9293')).to.deep.equal({ kind: 'target lost', cause: GONE });
    expect(told).to.have.length(6);
    // Where it is there, it did both.
    const there = attempts(other, wrong);
    const accused = await repeatUntilTrusted(
      { profile: 'rfc9293', path: clean, watch: watchOf() },
      there.once,
    );
    expect(verdictOf(accused, 'rfc9293')).to.equal('deviates');
  });

  it('where a profile allows all that was seen, and another does not', async () => {
    // As where a timer runs out just when the wait is over.
    const silence: Sample = {
      result: resultOf('deviates', { judgements: { ...judgedAs('deviates'), ...RFC_793 } }),
      silent: true,
    };
    const probe: Sample = {
      result: resultOf('deviates', {
        ...{ kind: 'other', observed: [segment('<CTL=ACK><DATA=1>')] },
        judgements: { ...judgedAs('permitted'), ...RFC_793 },
      }),
    };
    for (const profile of ['rfc793', 'rfc1122'] as const) {
      let turn = 0;
      const once = async (): Promise<Sample> => [silence, probe][turn++ % 2] as Sample;
      const result = await repeatUntilTrusted({ profile, path: clean }, once);
      expect(verdictOf(result, 'rfc793')).to.equal('conformant');
      expect(verdictOf(result, 'rfc1122')).to.equal('inconclusive');
      expect(whyInconclusive(result, 'rfc1122')).to.have.property('kind', 'no agreement');
    }
  });

  it('not by what was seen while the target went away', async () => {
    const watch = watchOf([(one) => Object.assign(one, { epoch: 1 })]);
    const { once } = attempts(wrong, spoilt, right);
    const result = await repeatUntilTrusted({ profile: 'rfc9293', path: clean, watch }, once);
    expect(verdictOf(result, 'rfc9293')).to.equal('conformant');
    expect(result.notes).to.deep.equal([
      { kind: 'void attempt', attempt: 2, why: LATE },
      { kind: 'away before' },
    ]);
  });

  it('not where the target was away during the attempt', async () => {
    const watch = watchOf();
    let count = 0;
    const result = await repeatUntilTrusted({ profile: 'rfc9293', path: clean, watch }, async () => {
      count += 1;
      if (count === 1) watch.epoch += 1;
      return count === 1 ? wrong : right;
    });
    expect(result.notes).to.deep.equal([{ kind: 'void attempt', attempt: 1, why: { kind: 'target away' } }]);
    expect(verdictOf(result, 'rfc9293')).to.equal('conformant');
  });

  it('not when the target is given up: the reason is its absence', async () => {
    const watch = watchOf([(one) => Object.assign(one, { lost: GONE })]);
    const { once, told } = attempts(spoilt);
    const result = await repeatUntilTrusted({ profile: 'rfc9293', path: clean, watch }, once);
    expect(whyInconclusive(result, 'rfc9293')).to.deep.equal({ kind: 'target lost', cause: GONE });
    expect(told).to.have.length(1);
  });
});
