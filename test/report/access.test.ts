import { expect } from 'chai';
import { renderMatrix } from '../../lib/report/matrix/render.ts';
import type { Run } from '../../lib/report/run.ts';
import { contrasts } from './contrast.ts';
import { syntheticCases, syntheticRun } from './fixture.ts';
import type { Page } from './page.ts';
import { usePages } from './pages.ts';

describe('the matrix page, for everybody', function () {
  this.timeout(120_000);

  const cases = syntheticCases(12);
  const runs = ['Linux 6.1', 'lwIP 2.2'].map((name, index) => syntheticRun(name, index + 1, cases));
  const [linux] = runs as [Run];
  const pages = usePages();
  const single = () => pages.write('single', renderMatrix([linux], cases));
  const several = () => pages.write('several', renderMatrix(runs, cases));
  const wrong = linux.cases.find(({ verdicts }) => verdicts.rfc9293 === 'deviates')?.id ?? '';

  const focused = (page: Page) =>
    page.evaluate<string>(
      `{ const { tagName, className, name, dataset, textContent } = document.activeElement;
         return dataset.of ?? (name || (dataset.state ? 'tile' : (className || tagName))); }`,
    );

  describe('by keyboard alone', () => {
    it('leads from the skip link through filters into the matrix, which is one stop', async function () {
      const page = await pages.open(this, single());
      const stops: string[] = [];
      for (let count = 0; count < 40 && !stops.at(-1)?.match(/^\d+\/[46]\/\d+$/); count += 1) {
        await page.press('Tab');
        stops.push(await focused(page));
      }
      expect(stops[0]).to.equal('skip');
      expect(stops.filter((stop) => stop === 'tile')).to.have.length(12);
      for (const name of ['profile', 'verdict', 'state', 'text', 'differing']) expect(stops).to.include(name);
      expect(stops.at(-1)).to.equal('0/4/0');
      await page.press('Tab');
      expect(await focused(page)).not.to.match(/^\d+\/[46]\/\d+$/);
    });

    it('jumps to the matrix by the skip link, moves in all directions, and stays in bounds', async function () {
      const page = await pages.open(this, single());
      await page.press('Tab');
      await page.press('Enter');
      await page.press('Tab');
      const at = async (...keys: string[]) => {
        for (const key of keys) await page.press(key);
        return focused(page);
      };
      expect(await at()).to.equal('0/4/0');
      expect(await at('ArrowUp', 'ArrowLeft')).to.equal('0/4/0');
      expect(await at('End')).to.equal('0/6/0');
      expect(await at('ArrowDown', 'ArrowDown')).to.equal('2/6/0');
      expect(await at('Home', 'PageDown')).to.equal('17/4/0');
      expect(await at('PageUp', 'PageUp')).to.equal('0/4/0');
    });

    it('opens, walks, closes, and comes back to where it was', async function () {
      const page = await pages.open(this, single());
      await page.press('/');
      expect(await focused(page)).to.equal('text');
      for (const letter of 'listen') await page.press(letter);
      await page.press('Tab');
      await page.press('Tab');
      const [first = ''] = (await focused(page)).split('/');
      expect(cases[Number(first)]?.state).to.equal('LISTEN');
      await page.press('Enter');
      await page.until(`document.getElementById('case').open`);
      expect(await page.evaluate('document.activeElement.id')).to.equal('case-title');
      await page.press('j');
      await page.press('j');
      await page.press('k');
      await page.until(
        `document.querySelector('#case .id').textContent === '${cases[Number(first) + 1]?.id}'`,
      );
      // The focus stays in the dialog.
      for (let count = 0; count < 12; count += 1) {
        await page.press('Tab');
        expect(
          await page.evaluate(
            `document.activeElement.closest('#case') !== null || document.activeElement === document.body`,
          ),
        ).to.equal(true);
      }
      await page.press('Escape');
      await page.until(`!document.getElementById('case').open`);
      expect(await focused(page)).to.equal(`${Number(first) + 1}/4/0`);
    });
  });

  describe('by ear', () => {
    it('names whatever can be used, the filters as groups, the tables by their heads', async function () {
      const page = await pages.open(this, single());
      // The states beyond the screen are laid out when there is time.
      await page.until(`!document.querySelector('section.state:not(.drawn)')`);
      const nodes = await page.accessible();
      const named = (role: string) => nodes.filter((node) => node.role === role).map(({ name }) => name);
      for (const role of ['link', 'button', 'checkbox', 'radio', 'combobox', 'searchbox', 'table'])
        expect(named(role), role).to.be.an('array').that.is.not.empty.and.does.not.include('');
      expect(named('group')).to.include.members(['Profile', 'Verdict']);
      expect(named('link')).to.include(`${linux.cases[0]?.id}, IPv4, RFC 793: conformant`);
      expect(named('columnheader')).to.include.members(['segment', 'RFC 793', 'IPv4', 'IPv6']);
      expect(named('rowheader')).to.have.length(cases.length);
      expect(named('heading')).to.include.members(['Linux 6.1', 'CLOSED', 'TIME-WAIT']);
      for (const role of ['main', 'banner', 'search', 'contentinfo', 'navigation'])
        expect(named(role), role).to.have.length(1);
    });

    it('tells stacks apart, reads a ladder, and says marks in words', async function () {
      const page = await pages.open(this, `${several()}#/case/${wrong}/4/linux-6.1`);
      const nodes = await page.accessible();
      const dialog = nodes.find(({ role }) => role === 'dialog');
      expect(dialog?.name).to.equal(linux.cases.find(({ id }) => id === wrong)?.title);
      const text = nodes.filter(({ role }) => role === 'StaticText').map(({ name }) => name);
      expect(text.join('\n')).to.match(/\d+\.\d ms, from the tester, stimulus: <SEQ=/);
      expect(text).to.include.members(['not as expected', 'deviates']);
      await page.press('Escape');
      await page.until(`!document.getElementById('case').open`);
      await page.until(`!document.querySelector('section.state:not(.drawn)')`);
      const links = (await page.accessible()).filter(({ role }) => role === 'link').map(({ name }) => name);
      expect(links.filter((name) => name.startsWith(`${wrong}, lwIP 2.2, IPv6: `))).to.have.length(1);
    });
  });

  describe('to the eye', () => {
    for (const dark of [false, true]) {
      it(`has the contrast that WCAG asks for, ${dark ? 'dark' : 'light'}`, async function () {
        for (const url of [single(), `${several()}#/case/${wrong}/4/linux-6.1`]) {
          const page = await pages.open(this, url, { dark });
          const all = await contrasts(page);
          expect(all.length).to.be.above(40);
          expect(all.filter(({ ratio, needed }) => ratio < needed)).to.deep.equal([]);
        }
      });
    }

    it('has a mark for each verdict that needs no colour', async function () {
      const page = await pages.open(this, several());
      const marks = await page.evaluate<string[]>(
        `[...new Set([...document.querySelectorAll('#matrix a[data-of]')].map((cell) => cell.className + cell.firstChild.textContent))].sort()`,
      );
      expect(marks).to.include.members(['conformant✓', 'deviates✕', 'permitted~']);
      expect(new Set(marks.map((mark) => mark.at(-1))).size).to.equal(marks.length);
    });

    it('fits a narrow screen: nothing beside it, and the cells of two stacks in it', async function () {
      for (const url of [single(), several()]) {
        const page = await pages.open(this, url, { width: 390, height: 844 });
        const wide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
        expect(await page.evaluate(wide)).to.equal(0);
        const beyond = `[...document.querySelectorAll('#state-5 tbody tr:first-child :is(a, code)')].filter((cell) => {
          const { left, right, width } = cell.getBoundingClientRect();
          return left < 0 || right > document.documentElement.clientWidth || width < 20;
        }).length`;
        expect(await page.evaluate(beyond)).to.equal(0);
        // What stays in place while the rest scrolls must not cover it.
        const hidden = `[...document.querySelectorAll('#state-0 tbody tr:first-child a')].filter((cell) => {
          cell.scrollIntoView({ block: 'center' });
          const { left, top, width, height } = cell.getBoundingClientRect();
          return document.elementFromPoint(left + width / 2, top + height / 2)?.closest('a') !== cell;
        }).length`;
        expect(await page.evaluate(hidden)).to.equal(0);
      }
    });

    it('opens a case on a narrow screen with nothing beside it', async function () {
      const page = await pages.open(this, `${several()}#/case/${wrong}/4/linux-6.1`, {
        width: 390,
        height: 844,
      });
      const beyond = `[...document.querySelectorAll('#case :is(h2, h3, p, li, td, th, a, button)')].filter((part) => {
        if (part.closest('.ladder-box, .sr')) return false;
        const { right, width } = part.getBoundingClientRect();
        return width > 0 && right > document.documentElement.clientWidth;
      }).map((part) => part.outerHTML.slice(0, 80))`;
      expect(await page.evaluate(beyond)).to.deep.equal([]);
    });

    it('prints: the matrix without its controls, or the case that is open alone', async function () {
      const shown = (selector: string) =>
        `[...document.querySelectorAll('${selector}')].some((part) => part.checkVisibility())`;
      const matrix = await pages.open(this, single(), { print: true, dark: true });
      expect(await matrix.evaluate(shown('search, .states, .keys'))).to.equal(false);
      expect(await matrix.evaluate(shown('#state-11 tbody tr:last-child td a'))).to.equal(true);
      expect(await matrix.evaluate('getComputedStyle(document.body).color')).to.equal('rgb(25, 28, 34)');
      const one = await pages.open(this, `${single()}#/case/${wrong}/4/linux-6.1`, { print: true });
      expect(await one.evaluate(shown('#matrix, #head, .tools'))).to.equal(false);
      expect(await one.evaluate(shown('#case .ladder'))).to.equal(true);
    });
  });
});
