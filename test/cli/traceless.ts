import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { type OwnNetwork, openOwnNetwork } from '../lab/own-network.ts';
import { skipWithoutLab } from '../lab/skip.ts';
import { processesWith, start } from './cli.ts';

// A killed process is gone when the kernel has come to it.
const GONE_WITHIN_MS = 10_000;

export interface TracelessRuns {
  /** Starts the program, in a network of the suite's own. */
  begin(words: readonly string[]): ReturnType<typeof start>;
  /** The processes of what was begun by this test. */
  processes(): string[];
}

/** For a suite that starts runs: after each test nothing that it began is left, no process, address, route or rule. */
export function useTracelessRuns(): TracelessRuns {
  let network: OwnNetwork;
  let shown: string[];
  let mark: string;
  before(async function (this: Mocha.Context) {
    skipWithoutLab(this);
    network = await openOwnNetwork();
    shown = network.shown();
  });
  after(() => network?.close());
  beforeEach(() => {
    mark = randomUUID();
  });
  afterEach('nothing is left behind', async () => {
    const deadline = performance.now() + GONE_WITHIN_MS;
    while (processesWith(mark).length > 0 && performance.now() < deadline) await delay(20);
    expect(processesWith(mark)).to.deep.equal([]);
    expect(network.shown()).to.deep.equal(shown);
  });
  return {
    begin: (words) => start(words, { env: { TEST_MARK: mark }, prefix: network.prefix }),
    processes: () => processesWith(mark),
  };
}
