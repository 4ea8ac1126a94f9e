import { expect } from 'chai';
import { LEFT_OPEN } from '../../lib/catalogue/left-open.ts';
import { findingExtent, findingsOf } from '../../lib/report/findings.ts';
import { renderMatrix } from '../../lib/report/matrix/render.ts';
import type { Run } from '../../lib/report/run.ts';
import { seenOf, verdictOf } from '../../lib/verdict/result.ts';
import { stored } from '../cli/stored.ts';
import { syntheticCases, syntheticRun } from './fixture.ts';
import { textsIn } from './page-texts.ts';
import { usePages } from './pages.ts';

const STACKS = ['Linux 6.1', 'FreeBSD 14.1', 'lwIP 2.2', 'smoltcp 0.12'];

describe('the matrix page', function () {
  this.timeout(120_000);

  const cases = syntheticCases();
  const runs = STACKS.map((name, index) => syntheticRun(name, index + 1, cases));
  const [linux] = runs as [Run];
  const pages = usePages();
  const single = () => pages.write('single', renderMatrix([linux], cases));
  const several = () => pages.write('several', renderMatrix(runs, cases));

  it('stays under 10 MB with four stacks, and names no address to fetch from', () => {
    const page = renderMatrix(runs, cases);
    expect(page.length).to.be.below(10e6);
    const addresses = page
      .match(/https?:\/\/[^"'`\s]*/g)
      ?.filter((url) => url !== 'http://www.w3.org/2000/svg');
    expect(addresses ?? []).to.deep.equal([]);
    expect(page).not.to.match(/^(import|export) /m);
    expect(page).not.to.contain('<!-- ');
  });

  it('survives names and titles that look like markup', () => {
    const [first] = linux.cases;
    if (!first) throw new Error('no case');
    const hostile = { ...first, title: '</script><!-- <b>"$&', id: 'x.y', notes: [] };
    Object.assign(hostile, {
      notes: [{ kind: 'void attempt', attempt: 1, why: { kind: 'failed', told: '<!--<script>' } }],
    });
    const page = renderMatrix(
      [{ ...linux, target: { ...linux.target, name: '<i>$1' }, cases: [hostile] }],
      [],
    );
    expect(page.match(/<\/script>/g)).to.have.length(2);
    expect(textsIn(page)).to.include(hostile.title);
    expect(page).to.contain('&lt;i&gt;$1</title>');
  });

  it('has the sentence that names the text which allows several replies', () => {
    expect(textsIn(renderMatrix([linux], cases))).to.include(LEFT_OPEN['RFC 5961 by choice']);
  });

  const deviating = (profile: 'rfc793' | 'rfc9293', prefix = '') =>
    new Set(
      linux.cases
        .filter((one) => one.id.startsWith(prefix) && verdictOf(one, profile) === 'deviates')
        .map(({ id }) => id),
    ).size;

  const ROWS = `[...document.querySelectorAll('tbody tr[data-row]')].filter((row) => !row.hidden).length`;
  /** Sets a control of the filters as a user does. */
  const choose = (selector: string, value: string) => `{
    const control = document.querySelector('#filters ${selector}');
    ${value};
    control.dispatchEvent(new Event('input', { bubbles: true }));
  }`;

  it('shows every result of a run, and filters it by verdict, text, profile and state', async function () {
    const page = await pages.open(this, single());
    const count = (selector: string) =>
      page.evaluate<number>(`document.querySelectorAll('${selector}').length`);
    expect(await page.evaluate(ROWS)).to.equal(cases.length);
    expect(await count('#matrix a[data-of]')).to.equal(linux.cases.length * 4);
    expect(await count('#matrix section')).to.equal(12);
    for (const verdict of ['conformant', 'permitted', 'inconclusive'])
      await page.evaluate(choose(`[name=verdict][value="${verdict}"]`, 'control.checked = false'));
    expect(await page.evaluate(ROWS)).to.equal(deviating('rfc9293'));
    await page.evaluate(choose('[name=text]', "control.value = 'established'"));
    expect(await page.evaluate(ROWS)).to.equal(deviating('rfc9293', 'established'));
    await page.evaluate(choose('[name=profile][value="0"]', 'control.checked = true'));
    expect(await page.evaluate(ROWS)).to.equal(deviating('rfc793', 'established'));
    await page.evaluate(choose('[name=text]', "control.value = ''"));
    await page.evaluate(choose('[name=state]', "control.value = 'TIME-WAIT'"));
    expect(await page.evaluate(ROWS)).to.equal(deviating('rfc793', 'time-wait'));
    const totals = await page.evaluate<string>(`document.querySelector('.totals .deviates').textContent`);
    const failing = linux.cases.filter((one) => verdictOf(one, 'rfc793') === 'deviates').length;
    expect(totals).to.contain(failing.toLocaleString('en'));
    const findings = findingsOf({ ...linux, profile: 'rfc793' });
    expect(findings.map(findingExtent)).not.to.deep.equal(findingsOf(linux).map(findingExtent));
    const extents = await page.evaluate<string>(`document.querySelector('.findings ol').textContent`);
    for (const finding of findings) expect(extents).to.contain(findingExtent(finding));
    const heading = await page.evaluate<string>(`document.querySelector('.findings h3').textContent`);
    expect(heading).to.contain(`${findings.length} findings under RFC 793`);
    expect(await count('#matrix a[tabindex="0"]')).to.equal(1);
  });

  it('takes little processor time, with four stacks as well, until a cell was clicked and a filter has answered', async function () {
    const page = await pages.open(this, several());
    expect(await page.evaluate(ROWS)).to.equal(cases.length);
    const marks = `performance.getEntriesByType('mark').map(({ name }) => name)`;
    expect(await page.evaluate(marks), 'the findings do not wait for the matrix').to.deep.equal([
      'usable',
      'drawn',
    ]);
    await page.click('#matrix a[data-of]');
    await page.until(`document.querySelector('#case[open] .ladder, #case[open] .reason')`);
    await page.click('#case [data-do=close]');
    await page.until(`!document.getElementById('case').open`);
    await page.click('.chip.conformant span');
    await page.until(`${ROWS} < ${cases.length}`);
    await page.click('.segmented label:first-of-type span');
    await page.until(`document.querySelector('.segmented input').checked`);
    expect(await page.evaluate(ROWS)).to.be.within(1, cases.length - 1);
    expect(await page.busyInYardsticks()).to.be.below(300);
  });

  it('opens a case by its permanent link, and walks on from there', async function () {
    const index = cases.findIndex(({ id }) =>
      linux.cases.some((one) => one.id === id && seenOf(one)?.kind === 'silence' && one.records.length > 0),
    );
    const [first, second, third] = cases.slice(index, index + 3).map(({ id }) => id);
    const records = linux.cases.find((one) => one.id === first)?.records ?? [];
    const page = await pages.open(this, `${several()}#/case/${first}/4/linux-6.1`, { dark: true });
    const inCase = (expression: string) =>
      page.evaluate(`{ const dialog = document.getElementById('case'); return ${expression}; }`);
    expect(await inCase('dialog.open')).to.equal(true);
    expect(await inCase('document.title')).to.equal(`${first}, IPv4: segment-arrives`);
    expect(await inCase(`dialog.querySelectorAll('.ladder:not(.narrow) polygon').length`)).to.equal(
      records.length,
    );
    // The one for narrow screens is not in the way of a reader.
    expect(await inCase(`dialog.querySelector('.ladder.narrow').checkVisibility()`)).to.equal(false);
    expect(await inCase(`dialog.querySelector('.ladder .silence .n').textContent`)).to.match(
      /^[\d.]+ m?s silence$/,
    );
    expect(await inCase(`dialog.querySelectorAll('.siblings a').length`)).to.equal(8);
    expect(await inCase('getComputedStyle(document.body).backgroundColor')).to.equal('rgb(18, 20, 26)');
    await page.press('j');
    await page.until(`document.querySelector('#case .id').textContent === '${second}'`);
    expect(await inCase('location.hash')).to.equal(`#/case/${second}/4/linux-6.1`);
    await page.press('Escape');
    await page.until(`document.activeElement.dataset.of === '${index + 1}/4/0'`);
    expect(await inCase('[dialog.open, location.hash]')).to.deep.equal([false, '#/']);
    await page.press('ArrowDown');
    await page.press('Enter');
    await page.until(`document.querySelector('#case[open] .id')?.textContent === '${third}'`);
  });

  it('shows field by field what deviates, and where the capture is', async function () {
    const wrong = linux.cases.find(
      (one) =>
        seenOf(one)?.kind === 'empty-ack' && verdictOf(one, 'rfc9293') === 'deviates' && one.family === 6,
    );
    const page = await pages.open(this, `${single()}#/case/${wrong?.id}/6`);
    const fields = await page.evaluate<string[]>(
      `[...document.querySelectorAll('#case .fields tbody tr')].map((row) => row.innerText.replace(/\\s+/g, ' '))`,
    );
    expect(fields.some((line) => line.includes('not as expected'))).to.equal(true);
    expect(fields.at(-1)).to.match(/ state after [A-Z-]+ [A-Z-]+ *$/);
    expect(await page.evaluate(`document.querySelector('#case .capture a').getAttribute('href')`)).to.equal(
      `pcap/${wrong?.id}-ipv6.pcapng`,
    );
  });

  it('has a table of requirements, met or not, with links to the cases that decide', async function () {
    const [met, against] = [
      'ladder.window.unsigned',
      'ladder.segment-sizes.no-mss-in-syn-over-ipv4',
    ] as const;
    const run = { ...linux, cases: [...linux.cases, stored(met, 'conformant'), stored(against, 'deviates')] };
    const page = await pages.open(this, pages.write('requirements', renderMatrix([run], cases)));
    await page.evaluate(`document.querySelector('.requirements').open = true`);
    await page.until(`document.querySelector('.requirements tbody tr')`);
    const rows = await page.evaluate<readonly (readonly string[])[]>(
      `[...document.querySelectorAll('.requirements tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))`,
    );
    const of = (id: string) => rows.find(([name]) => name === id)?.slice(2);
    expect(rows).to.have.length(119);
    expect(of('MUST-1')).to.deep.equal(['✓ met', met]);
    expect(of('MUST-15')).to.deep.equal(['✕ not met', against]);
    expect(of('MUST-9')).to.deep.equal(['? not tested', 'cannot be seen from outside']);
    await page.click('.requirements tbody tr:first-child a');
    await page.until(`document.querySelector('#case[open] .id')?.textContent === '${met}'`);
  });

  it('leaves a link to a case that it does not have alone', async function () {
    const page = await pages.open(this, `${single()}#/case/no.such.case/4/linux-6.1`);
    expect(await page.evaluate(`document.getElementById('case').open`)).to.equal(false);
  });
});
