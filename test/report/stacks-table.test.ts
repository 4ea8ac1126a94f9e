import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { MARKERS, writeMarkedPart } from '../../lib/report/marked-part.ts';
import type { ReportCase, ReportRecord, Run } from '../../lib/report/run.ts';
import { stacksTable } from '../../lib/report/stacks-table.ts';
import { ReportError } from '../../lib/report/write-whole.ts';
import type { Reason } from '../../lib/verdict/reason.ts';
import {
  type JudgedResult,
  type ProfileVerdict,
  type Verdict,
  withoutVerdict,
} from '../../lib/verdict/result.ts';
import { judgedAs } from '../runner/results.ts';
import { syntheticFacts, syntheticRun } from './fixture.ts';

const template = syntheticRun();
const [anyCase] = template.cases as readonly ReportCase[];

function result(state: ReportCase['state'], verdict: Exclude<Verdict, 'inconclusive'>): ReportCase {
  const { origin: _, ...rest } = anyCase as JudgedResult<ReportRecord>;
  const rfc9293: ProfileVerdict = judgedAs(verdict).rfc9293;
  return { ...rest, state, judgements: { ...rest.judgements, rfc793: { verdict: 'conformant' }, rfc9293 } };
}

const unjudged = (state: ReportCase['state'], why: Reason): ReportCase =>
  withoutVerdict(result(state, 'conformant'), why);

const run = (name: string, cases: readonly ReportCase[], more: Partial<Run> = {}): Run => ({
  ...template,
  seed: 793,
  target: {
    name,
    families: [4, 6],
    adoption: { rst: true, syn: false },
    facts: { ...syntheticFacts, driver: { name: 'upper tester', address: '192.0.2.2:41234' } },
  },
  cases,
  ...more,
});

const one = run('one | first', [
  result('LISTEN', 'conformant'),
  result('CLOSED', 'conformant'),
  result('CLOSED', 'deviates'),
  result('LISTEN', 'permitted'),
]);
const other = run(
  'other',
  [
    {
      ...unjudged('SYN-RECEIVED', { kind: 'not capable', lack: { what: 'simultaneous open' } }),
      origin: 'active',
    },
    unjudged('CLOSED', { kind: 'target away' }),
  ],
  { complete: false },
);

describe('the table of stacks', () => {
  const lines = stacksTable([one, other], 'rfc9293').split('\n');

  it('counts the verdicts of each stack in each state, in the order of the RFC', () => {
    expect(lines.slice(0, 8)).to.deep.equal([
      'Cases over all address families by profile `rfc9293`, in each cell conformant / permitted / **deviates** / inconclusive; `·` is none.',
      '',
      '| state | one \\| first | other (cut short) |',
      '| :-- | :-- | :-- |',
      '| CLOSED | 1 / · / **1** / · | · / · / · / 1 |',
      '| LISTEN | 1 / 1 / · / · | – |',
      '| SYN-RECEIVED (active) | – | · / · / · / 1 |',
      '| **total** | 2 / 1 / **1** / · | · / · / · / 2 |',
    ]);
  });

  it('says what each run was, and tells what a stack cannot do from what was not found out', () => {
    expect(lines.slice(8)).to.deep.equal([
      '',
      '| stack | driver | RFC 5961 | IP | cases | not possible | not judged | seed |',
      '| :-- | :-- | :-- | :-- | :-- | :-- | :-- | :-- |',
      '| one \\| first | upper tester | RST, ACK? | 4, 6 | 4 | 0 | 0 | 793 |',
      '| other (cut short) | upper tester | RST, ACK? | 4, 6 | 2 | 1 | 1 | 793 |',
    ]);
  });

  it('judges by the profile that is asked for', () => {
    expect(stacksTable([one], 'rfc793')).to.contain('| **total** | 4 / · / · / · |');
  });
});

describe('the marked part of a page', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'segment-arrives-test-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const page = (content: string): string => {
    const file = join(folder, 'page.md');
    writeFileSync(file, content);
    return file;
  };

  it('is replaced, and nothing around it is; a second time changes nothing', () => {
    const file = page(`# Stacks\n\nprose $& $1\n\n${MARKERS.begin}\nold\n${MARKERS.end}\n\nmore prose\n`);
    for (let times = 0; times < 2; times += 1) {
      writeMarkedPart(file, 'new $& $1');
      expect(readFileSync(file, 'utf8')).to.equal(
        `# Stacks\n\nprose $& $1\n\n${MARKERS.begin}\n\nnew $& $1\n\n${MARKERS.end}\n\nmore prose\n`,
      );
    }
    expect(readdirSync(folder)).to.deep.equal(['page.md']);
  });

  it('makes the page if there is none', () => {
    const file = join(folder, 'new', 'page.md');
    writeMarkedPart(file, 'text');
    expect(readFileSync(file, 'utf8')).to.equal(`${MARKERS.begin}\n\ntext\n\n${MARKERS.end}\n`);
  });

  for (const [what, content] of Object.entries({
    'no markers': 'prose\n',
    'no end': `${MARKERS.begin}\n`,
    'the end first': `${MARKERS.end}\n${MARKERS.begin}\n`,
    'the end first and again': `${MARKERS.end}\n${MARKERS.begin}\n${MARKERS.end}\n`,
    'two parts': `${MARKERS.begin}\n${MARKERS.end}\n`.repeat(2),
    'two ends': `${MARKERS.begin}\n${MARKERS.end}\n${MARKERS.end}\n`,
  })) {
    it(`leaves a page with ${what} alone`, () => {
      const file = page(content);
      expect(() => writeMarkedPart(file, 'text')).to.throw(
        ReportError,
        /page\.md needs one line <!-- results -->/,
      );
      expect(readFileSync(file, 'utf8')).to.equal(content);
    });
  }
});
