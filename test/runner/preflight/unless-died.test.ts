import { expect } from 'chai';
import { Died, unlessDied } from '../../../lib/runner/preflight/unless-died.ts';
import type { Ending } from '../../../lib/verdict/reason.ts';

const SECOND = 1000;
const never = async (): Promise<void> => expect.fail('nobody is to be abandoned');
const deathOf = async (action: Promise<unknown>): Promise<Died> => {
  const error = await action.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof Died)) throw error ?? new Error('it did not die');
  return error;
};

describe('what is found out about a target unless it dies', () => {
  it('is found, with the error that there was', async () => {
    expect(await unlessDied({ ending: () => undefined }, async () => 793, never)).to.equal(793);
    const fails = async (): Promise<never> => {
      throw new Error('filtered');
    };
    const error = await unlessDied({}, fails, never).catch(({ message }: Error) => message);
    expect(error).to.equal('filtered');
  });

  it('is abandoned as soon as its process has ended, not when all waits are over', async () => {
    let ending: Ending | undefined;
    let abandon: () => void = () => {};
    const began = performance.now();
    setTimeout(() => {
      ending = { signal: 'SIGKILL' };
    }, 10);
    const died = await deathOf(
      unlessDied(
        { ending: () => ending },
        () =>
          new Promise((resolve) => {
            abandon = () => resolve('all is silent');
          }),
        async () => abandon(),
      ),
    );
    expect(died.ending).to.deep.equal({ signal: 'SIGKILL' });
    expect(performance.now() - began).to.be.below(SECOND);
  });

  it('counts for nothing when the target died at its very end', async () => {
    let ending: Ending | undefined;
    const action = async (): Promise<string> => {
      ending = { exitCode: 70 };
      return 'no challenge ACK came';
    };
    expect(
      (await deathOf(unlessDied({ ending: () => ending }, action, async () => undefined))).ending,
    ).to.deep.equal({
      exitCode: 70,
    });
  });

  it('counts for nothing when the target had to be started again: it hung', async () => {
    let restarts = 0;
    const restart = async (): Promise<void> => {
      restarts += 1;
    };
    const died = deathOf(
      unlessDied(
        { restart },
        async (target) => {
          await target.restart?.().catch(() => undefined);
          await new Promise((resolve) => setTimeout(resolve, 1));
          return 'as if nothing had been';
        },
        async () => undefined,
      ),
    );
    expect((await died).ending).to.equal(undefined);
    expect(restarts, 'it is not for the action to start it').to.equal(0);
  });
});
