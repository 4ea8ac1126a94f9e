import { join } from 'node:path';
import { expect } from 'chai';
import { findStack } from '../../lib/lab/stacks/index.ts';
import { reasonText } from '../../lib/report/expectation.ts';
import { readResults } from '../../lib/report/results.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
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
      const verdictsOf = (id: string): Map<string, string> =>
        new Map(
          readResults(join(reports, id, 'results.json')).cases.flatMap((result) =>
            'why' in result && result.why.kind === 'not capable'
              ? []
              : [[`${result.id} over IPv${result.family}`, verdictOf(result, 'rfc9293')]],
          ),
        );
      const told = (stack: string, id: string): string => {
        const result = readResults(join(reports, stack, 'results.json')).cases.find(
          (one) => `${one.id} over IPv${one.family}` === id,
        );
        if (!result) return `${stack} has no result`;
        const { id: _, records, ...rest } = result;
        return `${stack}: ${reasonText(result, 'rfc9293') ?? verdictOf(result, 'rfc9293')}, ${JSON.stringify({ ...rest, records })}`;
      };
      const verdicts = { one: verdictsOf(one), other: verdictsOf(other) };
      const both = [...verdicts.one.keys()].filter((id) => verdicts.other.has(id));
      expect(both.length).to.be.greaterThan(0.9 * verdicts.one.size);
      const differing = both.filter((id) => verdicts.one.get(id) !== verdicts.other.get(id));
      expect(
        differing,
        differing.map((id) => `${id}: ${told(one, id)}; ${told(other, id)}`).join('\n'),
      ).to.deep.equal([]);
      const deviating = [...verdicts.other].filter(
        ([id, verdict]) => verdict === 'deviates' && !verdicts.one.has(id),
      );
      expect(deviating.map(([id]) => id)).to.have.members(
        [4, 6].flatMap((family) => beyond.map((id) => `${id} over IPv${family}`)),
      );
    });
  }
});
