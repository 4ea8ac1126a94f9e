import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { readResults } from '../../lib/report/results.ts';
import { reasonText } from '../../lib/report/expectation.ts';
import { cliProcess, temporaryFolder } from '../cli/cli.ts';

const TRUST = fileURLToPath(new URL('../../bench/trust.ts', import.meta.url));

/** A small `npm run trust`. It ends with an error when a verdict is wrong. */
async function trust(...options: string[]): Promise<string> {
  const none = ['--runs', '1', '--busy', '0', '--loaded', '0', '--noise', '0', '--loss', '0'];
  const words = ['--import', 'tsx', TRUST, ...none, ...options];
  const { stdout } = await promisify(execFile)(process.execPath, words).catch((error) => error);
  return stdout;
}

describe('verdicts on a bad day are those of a good one', () => {
  const scenes = {
    'with every core busy and a loaded event loop': ['--busy', '1', '--loaded', '1', '--every', '40'],
    'over a wire that delays, loses, doubles and reorders': ['--noise', '1', '--every', '40'],
    'over a link that loses': ['--loss', '1', '--every', '40'],
  };
  const printed = new Map<string, string>();

  before(async function () {
    this.timeout(1_200_000);
    // They mostly wait. Disturbing each other is part of the noise.
    await Promise.all(
      Object.entries(scenes).map(async ([name, options]) => printed.set(name, await trust(...options))),
    );
  });

  for (const name of Object.keys(scenes)) {
    it(name, () => {
      expect(printed.get(name)).to.match(/no verdict is wrong\n$/);
    });
  }

  const reports = temporaryFolder();
  it('over a link that loses: text that a case expects again is not taken for a lost acknowledgment', async function () {
    this.timeout(1_200_000);
    const ids = ['rst-before-window', 'before-window', 'beyond-window', 'wrong-checksum'];
    const only = ids.map((id) => `ladder.ack-counts.${id}`).join();
    const words = ['run', '--only', only, '--report-only', '--reports', reports];
    const { code, stderr } = await cliProcess(words, { env: { SEGMENT_ARRIVES_LINK_LOSS: '1' } });
    expect(code, stderr).to.equal(0);
    const { cases } = readResults(join(reports, 'results.json'));
    expect(cases).to.have.lengthOf(2 * ids.length);
    const without = cases.filter(({ outcome }) => outcome !== 'judged');
    expect(without.map((result) => reasonText(result, 'rfc9293'))).to.deep.equal([]);
  });
});
