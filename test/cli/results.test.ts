import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { parseSegment } from '../../lib/notation/index.ts';
import { REQUIREMENTS } from '../../lib/standard/rules.ts';
import { textsIn } from '../report/page-texts.ts';
import { usePages } from '../report/pages.ts';
import { segment } from '../tester/memory-link.ts';
import { cli, expectRefusal, temporaryFolder } from './cli.ts';
import { stored, storedNotRun, storeRun } from './stored.ts';

const CASE = 'established.ack.one-before';

describe('command line: stored results', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const pages = usePages();

  it('diff: no difference', async () => {
    const [a, b] = ['same-a', 'same-b'].map((name) => storeRun(folder, name, [stored(CASE, 'deviates')]));
    const { code, stdout } = await cli(['diff', a as string, b as string]);
    expect(stdout).to.match(/no difference/);
    expect(code).to.equal(0);
  });

  it('diff: each kind of difference', async () => {
    const before = storeRun(folder, 'before', [
      stored('a.b.worse', 'conformant'),
      stored('a.b.better', 'deviates'),
      stored('a.b.otherwise', 'deviates'),
      stored('a.b.unknown', 'conformant'),
      stored('a.b.gone', 'conformant'),
      stored('a.b.same', 'permitted'),
    ]);
    const after = storeRun(folder, 'after', [
      stored('a.b.worse', 'deviates'),
      stored('a.b.better', 'conformant'),
      stored('a.b.otherwise', 'deviates', { kind: 'rst' }),
      storedNotRun('a.b.unknown'),
      stored('a.b.same', 'permitted'),
      stored('a.b.fresh', 'conformant'),
    ]);
    const { code, stdout } = await cli(['diff', before, after, '--json']);
    expect(code).to.equal(1);
    const { differences } = JSON.parse(stdout);
    expect(differences.map(({ change, id }: { change: string; id: string }) => [change, id])).to.deep.equal([
      ['new deviation', 'a.b.worse'],
      ['no longer judged', 'a.b.unknown'],
      ['fixed', 'a.b.better'],
      ['changed', 'a.b.otherwise'],
      ['new', 'a.b.fresh'],
      ['vanished', 'a.b.gone'],
    ]);
    const text = await cli(['diff', before, after]);
    expect(text.code).to.equal(1);
    expect(text.stdout).to.match(
      /new deviation \(1\)\n {2}a\.b\.worse {2}IPv4\n {4}- conformant: .*\n {4}\+ deviates: /,
    );
    expect(text.stdout).to.match(/6 differences\n\nfindings: \d new.*\n$/);
  });

  it('report: one page of several results', async () => {
    const files = ['one', 'two'].map((name) => storeRun(folder, name, [stored(CASE, 'deviates')]));
    const out = join(folder, 'page');
    const { code, stdout } = await cli(['report', ...files, '--out', out]);
    expect(code).to.equal(0);
    expect(stdout).to.contain(join(out, 'index.html'));
    expect(textsIn(readFileSync(join(out, 'index.html'), 'utf8'))).to.include(CASE);
  });

  it('report: links captures from where they lie, and only those that are there', async function () {
    const records = [
      {
        from: 'tester',
        role: 'stimulus',
        at: 1,
        segment: segment('<SEQ=5><CTL=RST>'),
        relative: parseSegment('<SEQ=RCV.NXT><CTL=RST>'),
      },
    ] as const;
    const runs = ['a', 'b c'].map((name) => {
      const own = join(folder, 'apart', name);
      mkdirSync(join(own, 'pcap'), { recursive: true });
      writeFileSync(join(own, 'pcap', `${CASE}-ipv4.pcapng`), name);
      return storeRun(own, 'results', [
        stored(CASE, 'deviates', { records }),
        stored(CASE, 'deviates', { family: 6, records }),
      ]);
    });
    const out = join(folder, 'apart', 'deep', 'page');
    expect((await cli(['report', ...runs, '--out', out])).code).to.equal(0);
    const url = pathToFileURL(join(out, 'index.html')).href;
    for (const [index, name] of ['a', 'b c'].entries()) {
      const slug = index === 0 ? 'linux-6.1' : 'linux-6.1-2';
      const page = await pages.open(this, `${url}#/case/${CASE}/4/${slug}`);
      const href = await page.evaluate<string>(`document.querySelector('#case .capture a').href`);
      expect(readFileSync(fileURLToPath(href), 'utf8')).to.equal(name);
    }
    const without = await pages.open(this, `${url}#/case/${CASE}/6/linux-6.1`);
    expect(await without.evaluate(`document.querySelector('#case').open`)).to.equal(true);
    expect(await without.evaluate(`document.querySelector('#case .capture')`)).to.equal(null);
    // Beside the results, the path is shortest.
    expect((await cli(['report', runs[0] as string, '--out', join(folder, 'apart', 'a')])).code).to.equal(0);
    const besideUrl = pathToFileURL(join(folder, 'apart', 'a', 'index.html')).href;
    const beside = await pages.open(this, `${besideUrl}#/case/${CASE}/4/linux-6.1`);
    expect(await beside.evaluate(`document.querySelector('#case .capture a').getAttribute('href')`)).to.equal(
      `pcap/${CASE}-ipv4.pcapng`,
    );
  });

  it('report: a table between the markers of a page', async () => {
    const files = ['three', 'four'].map((name) => storeRun(folder, name, [stored(CASE, 'deviates')]));
    const page = join(folder, 'stacks.md');
    writeFileSync(page, 'prose\n<!-- results -->\nold\n<!-- /results -->\n');
    const { code, stdout } = await cli(['report', ...files, '--table', page]);
    expect(code).to.equal(0);
    expect(stdout).to.contain(`${page}: Linux 6.1 (1 results)`);
    const text = readFileSync(page, 'utf8');
    expect(text)
      .to.match(/^prose\n/)
      .and.not.contain('old');
    expect(text).to.contain('| ESTABLISHED | · / · / **1** / · | · / · / **1** / · |');
  });

  it('report: refuses a page without markers, and runs of different profiles', async () => {
    const page = join(folder, 'bare.md');
    writeFileSync(page, 'prose\n');
    const one = storeRun(folder, 'five', [stored(CASE, 'deviates')]);
    const other = storeRun(folder, 'six', [stored(CASE, 'deviates')], { profile: 'rfc793' });
    expectRefusal(await cli(['report', one, '--table', page]), /bare\.md needs one line <!-- results -->/);
    expectRefusal(await cli(['report', one, other, '--table', page]), /have different profiles/);
    expectRefusal(await cli(['report', one, '--profile', 'rfc793']), /--profile goes with --table/);
    expectRefusal(await cli(['report', one, '--table', page, '--profile', 'rfc1']), /unknown profile/);
    expect(readFileSync(page, 'utf8')).to.equal('prose\n');
  });

  it('coverage: every requirement has cases, or a reason why not', async () => {
    const { code, stdout } = await cli(['coverage', '--json']);
    expect(code).to.equal(0);
    const { requirements } = JSON.parse(stdout);
    expect(requirements).to.have.length(REQUIREMENTS.length);
    for (const { id, cases, reason } of requirements) {
      if (cases.length > 0) expect(reason, id).to.equal(undefined);
      else expect(reason, id).to.be.a('string').and.not.equal('no case yet');
    }
  });

  it('coverage: counts verdicts', async () => {
    const results = storeRun(folder, 'coverage', [
      stored(CASE, 'deviates'),
      stored(CASE, 'conformant', { family: 6 }),
    ]);
    const { stdout } = await cli(['coverage', '--results', results]);
    expect(stdout).to.match(/3\.5\.2 group 3 +\d+ +1 \/ +0 \/ +1 \/ +0 {2}Synchronized/);
    expect(stdout).to.match(/\d+ of \d+ requirements have cases\n$/);
  });

  it('reproduce: a packetdrill script with the ladder in its head, or the ladder alone', async function () {
    const say = (
      from: 'tester' | 'target',
      role: 'setup' | 'stimulus' | 'reply',
      at: number,
      text: string,
    ) => ({
      from,
      role,
      at,
      segment: segment(text),
      relative: parseSegment(text),
    });
    const results = storeRun(folder, 'reproduce', [
      stored(CASE, 'deviates', {
        variables: {
          ISS: 5000,
          'SND.NXT': 5001,
          'SND.UNA': 5001,
          'RCV.NXT': 0,
          IRS: 2 ** 32 - 1,
          'SEG.SEQ': 2 ** 32 - 1,
        },
        observed: [segment('<SEQ=5001><CTL=RST>')],
        kind: 'rst',
        records: [
          say('tester', 'setup', 0, '<SEQ=4294967295><CTL=SYN><WND=4380><MSS=1460>'),
          say('target', 'setup', 1, '<SEQ=5000><ACK=0><CTL=SYN,ACK><WND=64240><MSS=1460>'),
          say('tester', 'setup', 2, '<SEQ=0><ACK=5001><CTL=ACK>'),
          say('tester', 'stimulus', 3, '<SEQ=4294967295><ACK=5001><CTL=ACK>'),
          say('target', 'reply', 4, '<SEQ=5001><CTL=RST><WND=0>'),
        ],
      }),
    ]);
    const { code, stdout } = await cli(['reproduce', CASE, '--results', results]);
    expect(code).to.equal(0);
    const events = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('//'));
    expect(events).to.deep.equal([
      '+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
      '+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0',
      '+0 bind(3, ..., ...) = 0',
      '+0 listen(3, 1) = 0',
      '+0 < S 4294967295:4294967295(0) win 4380 <mss 1460>',
      '+0~+2 > S. 0:0(0) ack 0 <...>',
      '+0.001 < . 1:1(0) ack 1 win 4380',
      '+0 accept(3, ..., ...) = 4',
      '+0.001 < . 0:0(0) ack 1 win 4380',
      '+0~+1 > . 1:1(0) ack 1 <...>',
    ]);
    expect(stdout).to.match(/^\/\/ .*━━▶ <SEQ=4294967295>/m);
    expect(stdout).to.match(
      /^\/\/ rule: Synchronized: an unacceptable segment gets an empty ACK.*\(RFC 9293 3\.5\.2 group 3\)$/m,
    );
    expect(stdout).to.match(/The script holds what was expected: on this target it fails\.$/m);
    const observed = await cli(['reproduce', CASE, '--results', results, '--observed']);
    expect(observed.stdout).to.match(/^\+0~\+2 > R 1:1\(0\) <\.\.\.>$/m);
    const { code: drawn, stdout: picture } = await cli(['reproduce', CASE, '--results', results, '--ladder']);
    expect(drawn).to.equal(0);
    writeFileSync(join(folder, 'ladder.svg'), picture);
    const page = await pages.open(this, pathToFileURL(join(folder, 'ladder.svg')).href, { dark: true });
    expect(
      await page.evaluate(
        `[document.documentElement.tagName, document.querySelectorAll('polygon').length, document.querySelector('.reply').textContent, getComputedStyle(document.documentElement).backgroundColor]`,
      ),
    ).to.deep.equal(['svg', 5, '4.0<SEQ=5001><CTL=RST><WND=0>reply', 'rgb(20, 23, 31)']);
  });
});
