import { expect } from 'chai';
import { tryForDeath } from '../../../lib/runner/deaths/try-for-death.ts';
import type { Death, TargetWatch } from '../../../lib/runner/trial/target-watch.ts';
import { ALL_CHECKS } from '../../../lib/standard/adoption.ts';
import { accepting, TIMING, world } from '../../states/scripted-target.ts';

const CASE = 'established.text.in-order';

describe('an attempt that shows whether a case ends the target', () => {
  const made: ReturnType<typeof world>[] = [];
  after(() => Promise.all(made.map(({ tester }) => tester.close())));

  /** @param diesAt the number of the look at the target that finds it dead; 0: it dies, and only somebody else looks */
  function attemptAt(isAlone: boolean, diesAt?: number) {
    const one = world({ ...TIMING, observation: 50 });
    made.push(one);
    one.link.script = accepting();
    const deaths: Death[] = [];
    let looks = 0;
    const die = () => deaths.push({ heardAt: 0, ending: { signal: 'SIGSEGV' } });
    const watch = {
      lost: undefined,
      epoch: 0,
      deaths,
      check: async () => {
        looks += 1;
        if (looks === diesAt) die();
      },
    } as unknown as TargetWatch;
    const inner = one.link.script;
    if (diesAt === 0)
      one.link.script = (sent) => {
        if (sent.segment.data === 10 && deaths.length === 0) die();
        return inner(sent);
      };
    const trial = tryForDeath(
      CASE,
      {
        ...{ environment: one.environment, family: 4, index: 0, seed: 1, profile: 'rfc9293' },
        ...{ adoption: ALL_CHECKS, watch },
      },
      isAlone,
    );
    return trial.then(({ died }) => ({ looks, died }));
  }

  it('looks at the target after each part, where no other case is on the wire', async () => {
    const { looks, died } = await attemptAt(true);
    expect(looks, 'after the way, the stimulus and the proof, and at the end').to.equal(4);
    expect(died).to.equal(undefined);
  });

  it('names the part in which the target has died', async () => {
    const { looks, died } = await attemptAt(true, 2);
    expect(died?.phase).to.equal('stimulus');
    expect(looks, 'it goes no further').to.equal(3);
  });

  it('sends nothing between its own segments, where other cases are on the wire', async () => {
    const { looks, died } = await attemptAt(false);
    expect(looks, 'at the end').to.equal(1);
    expect(died).to.equal(undefined);
  });

  it('goes no further when somebody else has noticed that the target is dead', async () => {
    const { looks, died } = await attemptAt(false, 0);
    expect(died?.phase).to.equal('stimulus');
    expect(looks).to.equal(1);
  });
});
