import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { renderMatrix } from '../../lib/report/matrix/render.ts';
import type { Run } from '../../lib/report/run.ts';
import { needsChromium, visit } from './chromium.ts';
import { syntheticCases, syntheticRun } from './fixture.ts';

const STACKS = ['Linux 6.1', 'FreeBSD 14.1', 'lwIP 2.2', 'smoltcp 0.12'];

describe('the matrix page', function () {
  this.timeout(120_000);

  const cases = syntheticCases();
  const runs = STACKS.map((name, index) => syntheticRun(name, index + 1, cases));
  const [linux] = runs as [Run];
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'segment-arrives-matrix-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  /** Writes the page with a script at its end that leaves what it returns in the root element. */
  function pageWith(name: string, page: string, probe: string): string {
    const file = join(directory, `${name}.html`);
    const script = `<script type="module">const report = await (async () => {${probe}})(); document.documentElement.dataset.probe = JSON.stringify(report);</script>`;
    writeFileSync(
      file,
      page.replace('</body>', () => `${script}</body>`),
    );
    return pathToFileURL(file).href;
  }

  function probed(url: string, ...flags: string[]): Record<string, unknown> {
    const { dom, console } = visit(url, ...flags);
    expect(console).to.deep.equal([]);
    const [, text = 'null'] = /data-probe="([^"]*)"/.exec(dom) ?? [];
    return JSON.parse(
      text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
    );
  }

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
    const hostile = { ...first, title: '</script><!-- <b>"$&', id: 'x.y', notes: ['<!--<script>'] };
    const page = renderMatrix(
      [{ ...linux, target: { ...linux.target, name: '<i>$1' }, cases: [hostile] }],
      [],
    );
    expect(page.match(/<\/script>/g)).to.have.length(2);
    const [, json = ''] = /id="data">(.*?)<\/script>/s.exec(page) ?? [];
    expect(JSON.parse(json).texts).to.include(hostile.title);
    expect(page).to.contain('&lt;i&gt;$1</title>');
  });

  it('shows every result of a run, filters it, and is usable within 3 s', function () {
    needsChromium(this);
    const probe = `
      const ready = performance.now();
      const main = document.getElementById('matrix');
      const rows = () => main.querySelectorAll('tbody tr:not([hidden])').length;
      const form = document.getElementById('filters');
      const change = (element) => element.dispatchEvent(new Event('input', { bubbles: true }));
      const report = { ready, rows: rows(), buttons: main.querySelectorAll('button').length, sections: main.querySelectorAll('section').length };
      for (const box of form.querySelectorAll('[name=verdict]')) box.checked = box.value === '2';
      change(form.elements.text);
      report.deviating = rows();
      form.elements.text.value = 'established';
      change(form.elements.text);
      report.text = rows();
      form.querySelector('[name=profile][value="0"]').checked = true;
      change(form.querySelector('[name=profile][value="0"]'));
      report.profile = rows();
      report.stops = main.querySelectorAll('button[tabindex="0"]').length;
      report.wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
      return report;`;
    const report = probed(pageWith('single', renderMatrix([linux], cases), probe), '--window-size=1400,900');
    const deviating = (profile: 'rfc793' | 'rfc9293', prefix = '') =>
      new Set(
        linux.cases
          .filter(({ id, verdicts }) => id.startsWith(prefix) && verdicts[profile] === 'deviates')
          .map(({ id }) => id),
      ).size;
    expect(report).to.deep.include({
      rows: cases.length,
      buttons: linux.cases.length * 4,
      sections: 12,
      deviating: deviating('rfc9293'),
      text: deviating('rfc9293', 'established'),
      profile: deviating('rfc793', 'established'),
      stops: 1,
      wide: 0,
    });
    expect(report.ready).to.be.below(3000);
  });

  it('opens a case by its permanent link, and walks on from there', function () {
    needsChromium(this);
    const { id } = linux.cases.find(({ kind, records }) => kind === 'silence' && records.length > 0) ?? {
      id: '',
    };
    const probe = `
      const dialog = document.getElementById('case');
      const until = async (holds) => {
        for (let tries = 0; tries < 100 && !holds(); tries += 1) await new Promise((done) => setTimeout(done, 20));
      };
      const shown = () => dialog.querySelector('.id').textContent;
      const report = { open: dialog.open, first: shown(), title: document.title };
      report.arrows = dialog.querySelectorAll('.ladder polygon').length;
      report.silence = dialog.querySelector('.ladder .silence .n')?.textContent;
      report.links = dialog.querySelectorAll('.siblings a').length;
      report.ground = getComputedStyle(document.body).backgroundColor;
      dialog.querySelector('[data-do=next]').click();
      await until(() => shown() !== report.first);
      report.second = shown();
      report.hash = location.hash;
      dialog.querySelector('[data-do=close]').click();
      await until(() => document.activeElement.dataset.of);
      report.closed = !dialog.open;
      report.focus = document.activeElement.dataset.of;
      report.address = location.hash;
      document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }));
      report.below = document.activeElement.dataset.of;
      document.activeElement.click();
      await until(() => dialog.open);
      report.reopened = shown();
      return report;`;
    const url = pageWith('several', renderMatrix(runs, cases), probe);
    const report = probed(`${url}#/case/${id}/4/linux-6.1`, '--force-dark-mode');
    const index = cases.findIndex((one) => one.id === id);
    const records = linux.cases.find((one) => one.id === id)?.records ?? [];
    expect(report).to.deep.include({
      open: true,
      first: id,
      title: `${id}, IPv4: segment-arrives`,
      arrows: records.length,
      links: 8,
      ground: 'rgb(18, 20, 26)',
      second: cases[index + 1]?.id,
      hash: `#/case/${cases[index + 1]?.id}/4/linux-6.1`,
      closed: true,
      focus: `${index + 1}/4/0`,
      address: '#/',
      below: `${index + 2}/4/0`,
      reopened: cases[index + 2]?.id,
    });
    expect(report.silence).to.match(/^[\d.]+ m?s silence$/);
  });
});
