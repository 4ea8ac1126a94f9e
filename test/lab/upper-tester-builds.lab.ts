import { join } from 'node:path';
import { expect } from 'chai';
import { findStack } from '../../lib/lab/stacks/index.ts';
import { reasonText } from '../../lib/report/expectation.ts';
import { readResults } from '../../lib/report/results.ts';
import { type CaseResult, verdictOf } from '../../lib/verdict/result.ts';
import { cliProcess, temporaryFolder } from '../cli/cli.ts';
import { skipBecause } from '../packages.ts';
import { skipWithoutLab } from './skip.ts';

/** Each state, what its user does and is told, and what waits for its user to have read. */
const ONLY =
  'closed.*,listen.*,syn-sent.*,*.rst.*,closing.*,*.zero-window.*,ladder.told.*,ladder.close.syn-*,ladder.abort.*';

/**
 * Two upper testers on the same TCP, which must have the same verdicts; and what deviates that only the other can do. lwIP's sockets
 * have no ABORT. Its raw API resets in each state but TIME-WAIT, where RFC 9293 section 3.10.5 asks for no reset in these three;
 * and resets in CLOSED have an ACK.
 */
const PAIRS = [
  { one: 'linux', other: 'wine', beyond: [] },
  {
    ...{ one: 'lwip', other: 'lwip-raw' },
    beyond: ['closing', 'last-ack', 'syn-sent', 'text-after-it'].map((id) => `ladder.abort.${id}`),
  },
];

// On a machine that is busy with other tests, attempts may come too late to tell, or see timers cross: that says nothing of either.
const MOST_OPEN = 0.005;

const verdict = (result: CaseResult<unknown>): string => verdictOf(result, 'rfc9293');
const told = (result: CaseResult<unknown>): string =>
  `${verdict(result)} ${reasonText(result, 'rfc9293')} ${JSON.stringify('records' in result ? result.records : [])}`;
const listed = ({ id, results }: { id: string; results: readonly CaseResult<unknown>[] }): string =>
  `${id}: ${results.map(told).join('; ')}`;
const isOpen = (result: CaseResult<unknown>): boolean => verdict(result) === 'inconclusive';

describe('builds of the upper tester', function () {
  this.timeout(1_200_000);
  this.slow(600_000);
  const folder = temporaryFolder();

  for (const { one, other, beyond } of PAIRS) {
    it(`${one} and ${other} have the same verdicts, but for what an upper tester says that it cannot do`, async function () {
      skipWithoutLab(this);
      const missing = [];
      for (const id of [one, other]) missing.push(...((await findStack(id))?.missing() ?? []));
      if (missing.length > 0) skipBecause(this, `apt-get install ${missing.join(' ')}`);
      const reports = join(folder, other);
      const words = ['lab', 'run', one, other, '--only', ONLY, '--report-only', '--reports', reports];
      const { code, stdout } = await cliProcess(words);
      expect(code, stdout).to.equal(0);
      const resultsOf = (id: string): Map<string, CaseResult<unknown>> =>
        new Map(
          readResults(join(reports, id, 'results.json'))
            .cases.filter((result) => !('why' in result && result.why.kind === 'not capable'))
            .map((result) => [`${result.id} over IPv${result.family}`, result]),
        );
      const results = { one: resultsOf(one), other: resultsOf(other) };
      const both = [...results.one].flatMap(([id, mine]) => {
        const others = results.other.get(id);
        return others ? [{ id, results: [mine, others] }] : [];
      });
      expect(both.length).to.be.greaterThan(0.9 * results.one.size);
      const differing = both.filter((each) => new Set(each.results.map(verdict)).size > 1);
      const open = differing.filter((each) => each.results.some(isOpen));
      const wrong = differing.filter((each) => !open.includes(each));
      expect(wrong.map(listed)).to.deep.equal([]);
      expect(open.length, open.map(listed).join('\n')).to.be.at.most(MOST_OPEN * both.length);
      const deviating = [...results.other].filter(
        ([id, result]) => verdict(result) === 'deviates' && !results.one.has(id),
      );
      expect(deviating.map(([id]) => id)).to.have.members(
        [4, 6].flatMap((family) => beyond.map((id) => `${id} over IPv${family}`)),
      );
    });
  }
});
