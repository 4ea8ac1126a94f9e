import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { printSegment } from '../../lib/notation/index.ts';
import { junitXml } from '../../lib/report/junit.ts';
import { markdownSummary } from '../../lib/report/markdown.ts';
import { captureName, encodePcapng } from '../../lib/report/pcapng.ts';
import type { ReportCase, Run } from '../../lib/report/run.ts';
import { writeResults } from '../../lib/report/results.ts';
import { EarlyParts, writeReports } from '../../lib/report/write.ts';
import { PROFILES } from '../../lib/standard/profile.ts';
import { isFailure, verdictOf } from '../../lib/verdict/result.ts';
import { skipWithout } from '../packages.ts';
import { syntheticRun } from './fixture.ts';

/** Fails unless each element is closed where it must be, and no bare `<` or `&` is left. */
function expectWellFormed(xml: string): void {
  const open: string[] = [];
  const rest = xml
    .replace(/<\?xml[^>]*\?>/, '')
    .replace(/<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g, (_, end, name, attributes, empty) => {
      if (end) expect(open.pop()).to.equal(name);
      else if (!empty) open.push(name);
      return attributes;
    });
  expect(open).to.deep.equal([]);
  expect(rest).not.to.match(/<|&(?!(amp|lt|gt|quot);)/);
}

const deviatesSomewhere = (result: ReportCase): boolean =>
  PROFILES.some((profile) => verdictOf(result, profile) === 'deviates');

describe('reports for machines', function () {
  this.timeout(120_000);

  const run = syntheticRun();
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'segment-arrives-machines-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  describe('JUnit XML', () => {
    const hostile = (title: string): Run => ({ ...run, cases: [{ ...(run.cases[0] as ReportCase), title }] });

    it('is well-formed, whatever the titles hold', () => {
      expectWellFormed(junitXml(run));
      const xml = junitXml(hostile('a\u0000\u001b[31m\ud800 <b> & "c" \u{1f600}'));
      expectWellFormed(xml);
      expect(xml).to.contain('a[31m &lt;b&gt; &amp; &quot;c&quot; \u{1f600}"');
    });

    it('has a suite for each state, and counts as the run does', () => {
      const xml = junitXml(run);
      expect(xml.match(/<testsuite /g)).to.have.length(12);
      expect(xml.match(/<testcase /g)).to.have.length(run.cases.length);
      const failed = run.cases.filter((result) => isFailure(result, run.profile, run.strict));
      const errors = failed.filter((result) => result.outcome !== 'judged');
      expect(xml).to.contain(
        `tests="${run.cases.length}" failures="${failed.length - errors.length}" errors="${errors.length}"`,
      );
      expect(xml.match(/<error /g)).to.have.length(errors.length);
      expect(junitXml(syntheticRun('lwIP', 2)).match(/<skipped /g)?.length).to.be.above(5);
      expect(junitXml({ ...run, strict: true }).match(/type="permitted"/g)?.length).to.be.above(5);
    });

    describe('by its schema', () => {
      const schema = fileURLToPath(new URL('./junit.xsd', import.meta.url));

      /** What xmllint says about a document; empty when it accepts it. */
      function objections(xml: string): string {
        const file = join(directory, 'junit.xml');
        writeFileSync(file, xml);
        const words = ['--nonet', '--noout', '--schema', schema, file];
        const { status, stderr } = spawnSync('xmllint', words, { encoding: 'utf8' });
        return status === 0 ? '' : stderr;
      }

      it('is accepted: a run with everything in it, a strict one, an empty one, a hostile one', function () {
        skipWithout(this, 'libxml2-utils');
        const lwip = syntheticRun('lwIP', 2);
        for (const one of [run, lwip, { ...run, strict: true }, { ...run, cases: [] }, hostile('\u0000<&">')])
          expect(objections(junitXml(one))).to.equal('');
        for (const element of ['failure', 'error', 'skipped', 'properties'])
          expect(junitXml(run) + junitXml(lwip)).to.contain(`<${element}`);
      });

      const broken: readonly (readonly [string, (xml: string) => string, RegExp])[] = [
        ['not XML', (xml) => xml.replace('</testsuites>', ''), /parser error/],
        ['another root', () => '<report/>', /report/],
        ['an unknown element', (xml) => xml.replace('</testsuite>', '<note/></testsuite>'), /note/],
        ['an unknown attribute', (xml) => xml.replace('<testcase ', '<testcase owner="x" '), /owner/],
        ['no class', (xml) => xml.replace(/ classname="[^"]*"/, ''), /classname/],
        ['no count', (xml) => xml.replace(/ tests="\d+"/, ''), /tests/],
        ['a count that is none', (xml) => xml.replace(/ tests="\d+"/, ' tests="many"'), /many/],
        ['a negative time', (xml) => xml.replace(/ time="/, ' time="-'), /time/],
        ['a time that is no number', (xml) => xml.replace(/ time="[^"]*"/, ' time="1,5"'), /1,5/],
        ['a date with a zone', (xml) => xml.replace(/(timestamp="[^"]*)"/, '$1Z"'), /timestamp/],
        ['a failure without text', (xml) => xml.replace(/(<failure [^>]*>)[^<]*/, '$1'), /failure/],
        [
          'a failure without message',
          (xml) => xml.replace(/<failure message="[^"]*"/, '<failure'),
          /message/,
        ],
        ['two outcomes', (xml) => xml.replace('<failure ', '<skipped/><failure '), /failure/],
        ['a case twice', (xml) => xml.replace(/( *<testcase [^>]*\/>\n)/, '$1$1'), /case-once/],
        ['a suite twice', (xml) => xml.replace(/( *<testsuite .*?<\/testsuite>\n)/s, '$1$1'), /once/],
      ];
      for (const [what, spoil, why] of broken) {
        it(`is refused: ${what}`, function () {
          skipWithout(this, 'libxml2-utils');
          const xml = junitXml(run);
          const spoilt = spoil(xml);
          expect(spoilt).not.to.equal(xml);
          expect(objections(spoilt)).to.match(why);
        });
      }
    });
  });

  describe('the summary for a job page', () => {
    it('counts, lists failures, and tells accepted deviations apart', () => {
      const first = run.cases.find(deviatesSomewhere) as ReportCase;
      const failing = run.cases.filter((result) => isFailure(result, run.profile, run.strict));
      const accepted = {
        name: 'linux.json',
        reasonFor: (result: ReportCase) => (result === failing[0] ? 'known | since <6.1>' : undefined),
      };
      const text = markdownSummary(run, accepted);
      const rows = text.split('\n').filter((line) => line.startsWith('| `'));
      for (const { id } of failing.slice(0, 100)) expect(rows.join('\n')).to.contain(`| \`${id}\` | IPv`);
      for (const row of rows) expect(row.replaceAll('\\|', '').split(' | ')).to.have.length.within(6, 7);
      expect(first.id).to.be.a('string');
      expect(text).to.contain(`**${run.cases.length} cases, ${failing.length - 1} failures**`);
      expect(text).to.contain('Accepted by linux.json (1)');
      expect(text).to.contain('known \\| since &lt;6.1&gt;');
      expect(text.length).to.be.below(1024 ** 2);
      expect(markdownSummary({ ...run, complete: false, cases: [] })).to.contain('cut short');
    });
  });

  describe('captures', () => {
    const result = run.cases.find(
      (one) => one.family === 6 && deviatesSomewhere(one) && one.records.length > 5,
    ) as ReportCase;

    it('are made of blocks whose two lengths agree', () => {
      const octets = Buffer.from(encodePcapng(result));
      const types: number[] = [];
      for (let at = 0; at < octets.length; ) {
        const length = octets.readUInt32LE(at + 4);
        expect(length % 4).to.equal(0);
        expect(octets.readUInt32LE(at + length - 4)).to.equal(length);
        types.push(octets.readUInt32LE(at));
        at += length;
      }
      expect(types).to.deep.equal([0x0a0d0d0a, 1, ...result.records.map(() => 6)]);
    });

    it('open in tshark: valid checksums, times, and a comment that says what each packet is', function () {
      skipWithout(this, 'tshark');
      for (const family of [4, 6] as const) {
        const one = run.cases.find(
          (other) => other.family === family && other.records.length > 5,
        ) as ReportCase;
        const file = join(directory, `${family}.pcapng`);
        writeFileSync(file, encodePcapng(one));
        const fields = [
          'frame.time_epoch',
          'frame.comment',
          'tcp.checksum.status',
          `ip${family === 6 ? 'v6' : ''}.src`,
        ];
        const { stdout, stderr } = spawnSync(
          'tshark',
          [
            '-n',
            '-r',
            file,
            '-o',
            'tcp.check_checksum:TRUE',
            '-T',
            'fields',
            ...fields.flatMap((field) => ['-e', field]),
          ],
          { encoding: 'utf8' },
        );
        const rows = stdout
          .trim()
          .split('\n')
          .map((line) => line.split('\t'));
        expect(rows.length, stderr).to.equal(one.records.length);
        rows.forEach(([time, comment, checksum, source], index) => {
          const { at, role, from, relative } = one.records[index] as ReportCase['records'][number];
          expect(Number(time) * 1000).to.be.closeTo(Date.parse(one.startedAt) + at, 0.01);
          expect(comment).to.equal(`${role} from the ${from}: ${printSegment(relative)}`);
          expect(checksum).to.be.oneOf(['1', 'Good']);
          expect(source).to.be.a('string').that.is.not.empty;
        });
      }
    });
  });

  it('are all written, with a capture for each case; captures of an earlier run are removed', () => {
    writeReports(directory, run);
    const names = readdirSync(directory);
    expect(names).to.include.members(['results.json', 'index.html', 'junit.xml', 'summary.md', 'pcap']);
    const wanted = run.cases.filter((one) => one.records.length > 0);
    expect(wanted.length).to.be.above(1700);
    const captures = () =>
      readdirSync(join(directory, 'pcap'))
        .map((name) => `pcap/${name}`)
        .sort();
    expect(captures()).to.deep.equal(wanted.map(captureName).sort());
    expect(readFileSync(join(directory, 'index.html'), 'utf8')).to.contain(
      '<title>segment-arrives: Linux 6.1</title>',
    );
    writeFileSync(join(directory, 'pcap', 'mine.pcapng'), '');
    // What was written while the run went on stays, and is not written again.
    const early = new EarlyParts(directory, run.profile);
    const [first, second] = wanted as [ReportCase, ReportCase];
    early.add(first);
    writeFileSync(join(directory, captureName(first)), 'as it was');
    writeReports(directory, { ...run, cases: [first, second] }, { early });
    const late = writeResults(join(directory, 'late'), { ...run, cases: [first, second] });
    expect(readFileSync(join(directory, 'results.json'), 'utf8')).to.equal(readFileSync(late, 'utf8'));
    expect(early.lines.of(first)).not.to.equal(undefined);
    expect(early.lines.of(second)).to.equal(undefined);
    expect(captures()).to.deep.equal([first, second].map(captureName).concat('pcap/mine.pcapng').sort());
    expect(readFileSync(join(directory, captureName(first)), 'utf8')).to.equal('as it was');
    writeReports(directory, { ...run, cases: [] });
    expect(captures()).to.deep.equal(['pcap/mine.pcapng']);
  });
});
