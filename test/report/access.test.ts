import { expect } from 'chai';
import { parseSegment } from '../../lib/notation/index.ts';
import { renderMatrix } from '../../lib/report/matrix/render.ts';
import type { ReportCase, Run } from '../../lib/report/run.ts';
import { ROLES } from '../../lib/verdict/observed.ts';
import { verdictOf, whyInconclusive } from '../../lib/verdict/result.ts';
import { stored } from '../cli/stored.ts';
import { segment } from '../tester/memory-link.ts';
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
  const CONTROLS = '<CTL=FIN,ACK,PSH,URG><DATA=65495><WND=65535><URG=65535><MSS=65535><WSCALE=14><SACKOK>';
  const OPTIONS = `${CONTROLS}<TSVAL=4294967295><TSECR=4294967295><OFFSET=15><RESERVED=15>`;
  const LONG = `<SEQ=RCV.NXT+RCV.WND+2^30><ACK=SND.UNA-MAX.SND.WND-1>${OPTIONS}`;
  const WIRE = segment(`<SEQ=4294967295><ACK=4294967295>${OPTIONS}`);
  /** A case with everything that a ladder may have, and the longest segments: once answered, once silent. */
  const full = (kind: 'rst' | 'silence'): ReportCase =>
    stored(`a.b.${kind}`, 'deviates', {
      title: `a title that is long enough for two lines of a narrow screen, ${kind}`,
      kind,
      send: LONG,
      observed: kind === 'rst' ? [WIRE] : [],
      proof: ['old text acknowledged'],
      durationMs: 4000,
      records: ROLES.filter((role) => kind === 'rst' || role !== 'reply').map((role, index) => ({
        from: index % 2 ? 'target' : 'tester',
        role,
        at: index * 521.7,
        segment: WIRE,
        relative: parseSegment(index === 0 ? '<SEQ=IRS><CTL=SYN>' : LONG),
      })),
    });
  const fullUrl = (kind: 'rst' | 'silence') => {
    const expected = [
      { reply: [parseSegment('<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>')], then: 'CLOSED', level: 'required' },
    ] as const;
    const run: Run = { ...linux, cases: [full(kind)] };
    const expectation = { rfc793: expected, rfc1122: expected, rfc5961: expected, rfc9293: expected };
    const html = renderMatrix(
      [run],
      [{ id: `a.b.${kind}`, cite: [], requirements: [], expect: expectation }],
    );
    return `${pages.write(`full-${kind}`, html)}#/case/a.b.${kind}/4`;
  };
  const wrong = linux.cases.find((one) => verdictOf(one, 'rfc9293') === 'deviates')?.id ?? '';

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
      // The close event comes late. By then the browser has moved the focus.
      await page.until(`document.activeElement.dataset.of === '${Number(first) + 1}/4/0'`);
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
        for (const url of [
          single(),
          `${several()}#/case/${wrong}/4/linux-6.1`,
          fullUrl('rst'),
          fullUrl('silence'),
        ]) {
          const page = await pages.open(this, url, { dark });
          const all = await contrasts(page);
          expect(all.length).to.be.above(30);
          expect(all.filter(({ ratio, needed }) => ratio < needed)).to.deep.equal([]);
        }
      });
    }

    it('puts stacks side by side in line, whatever their names, and says what the dash is', async function () {
      const long = {
        ...linux.target,
        name: 'a stack with a name that takes two lines of the head, at least',
      };
      const lwip = syntheticRun('lwIP', 2, cases);
      const html = renderMatrix([linux, { ...linux, target: long, complete: false }, lwip], cases);
      const page = await pages.open(this, pages.write('names', html));
      const tops = (selector: string) =>
        page.evaluate<number[]>(
          `[...document.querySelectorAll('${selector}')].map((part) => part.getBoundingClientRect().top)`,
        );
      for (const selector of ['.tally', '.stack > dl', '.found']) {
        const found = await tops(selector);
        expect(found, selector).to.have.length(3);
        expect(new Set(found).size, selector).to.equal(1);
      }
      const impossible = lwip.cases.filter(
        (one) => whyInconclusive(one, 'rfc9293')?.kind === 'not capable',
      ).length;
      expect(impossible).to.be.above(0);
      expect(await page.evaluate(`document.querySelectorAll('.runs .stack')[2].innerText`)).to.match(
        new RegExp(`not possible with this target\\s+${impossible} cases`),
      );
      const chip = `document.querySelector('.chip.inconclusive').innerText.replace(/\\s+/g, ' ')`;
      expect(await page.evaluate(chip)).to.match(/inconclusive ?– ?not possible/);
      const alone = await pages.open(this, pages.write('able', renderMatrix([linux], cases)));
      expect(await alone.evaluate(chip)).to.match(/inconclusive$/);
      const clipped = `{ const { scrollWidth, clientWidth } = document.querySelector('[name=text]'); return scrollWidth - clientWidth; }`;
      expect(await alone.evaluate(clipped)).to.equal(0);
    });

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
          if (!cell.checkVisibility()) return false;
          const { left, right, width } = cell.getBoundingClientRect();
          return left < 0 || right > document.documentElement.clientWidth || width < 20;
        }).length`;
        expect(await page.evaluate(beyond)).to.equal(0);
        // Sticky parts must not cover it.
        const hidden = `[...document.querySelectorAll('#state-0 tbody tr:first-child a')].filter((cell) => {
          if (!cell.checkVisibility()) return false;
          cell.scrollIntoView({ block: 'center' });
          const { left, top, width, height } = cell.getBoundingClientRect();
          return document.elementFromPoint(left + width / 2, top + height / 2)?.closest('a') !== cell;
        }).length`;
        expect(await page.evaluate(hidden)).to.equal(0);
      }
    });

    it('has room for the segments on a narrow screen: of one stack, the chosen profile alone is shown', async function () {
      const page = await pages.open(this, single(), { width: 390, height: 844 });
      await page.until(`!document.querySelector('section.state:not(.drawn)')`);
      const first = `document.querySelector('#state-5 tbody tr')`;
      const shown = () =>
        page.evaluate(
          `[...${first}.querySelectorAll('td')].filter((cell) => cell.checkVisibility() && cell.innerText.trim()).map((cell) => cell.className.split(' ')[0])`,
        );
      expect(await shown()).to.deep.equal(['k', 'p3', 'k', 'p3']);
      expect(await page.evaluate(`${first}.querySelector('th').offsetWidth`)).to.be.above(170);
      await page.evaluate(`document.querySelector('#filters [name=profile][value="0"]').click()`);
      await page.until(`!document.querySelector('section.state:not(.drawn)')`);
      expect(await shown()).to.deep.equal(['k', 'p0', 'k', 'p0']);
    });

    it('opens a case on a narrow screen with nothing beside it', async function () {
      for (const url of [`${several()}#/case/${wrong}/4/linux-6.1`, fullUrl('rst')]) {
        const page = await pages.open(this, url, { width: 390, height: 844 });
        const beyond = `[...document.querySelectorAll('#case :is(h2, h3, p, li, td, th, a, button)')].filter((part) => {
        if (part.closest('.ladder-box, .sr')) return false;
        const { right, width } = part.getBoundingClientRect();
        return width > 0 && right > document.documentElement.clientWidth;
      }).map((part) => part.outerHTML.slice(0, 80))`;
        expect(await page.evaluate(beyond)).to.deep.equal([]);
        const inside = `{ const { scrollWidth, clientWidth } = document.getElementById('case'); return scrollWidth - clientWidth; }`;
        expect(await page.evaluate(inside)).to.equal(0);
      }
    });

    it('draws a ladder that is read on a narrow screen without scrolling it, whatever is long', async function () {
      for (const kind of ['rst', 'silence'] as const) {
        const page = await pages.open(this, fullUrl(kind), { width: 390, height: 844 });
        const drawn = await page.evaluate<{
          sizes: number[];
          outside: string[];
          overlaps: string[];
          wide: number;
        }>(`{
          const box = document.querySelector('.ladder-box');
          const [ladder] = [...box.querySelectorAll('svg')].filter((one) => one.checkVisibility());
          const { left, right } = ladder.getBoundingClientRect();
          const texts = [...ladder.querySelectorAll('text')].map((text) => ({ text, at: text.getBoundingClientRect() }));
          return {
            wide: box.scrollWidth - box.clientWidth,
            sizes: texts.map(({ text }) => parseFloat(getComputedStyle(text).fontSize) * ladder.getScreenCTM().a),
            outside: texts.filter(({ at }) => at.left < left || at.right > right).map(({ text }) => text.textContent),
            // A line's box is higher than its letters.
            overlaps: texts.flatMap(({ text, at }, index) => texts.slice(index + 1)
              .filter(({ at: other }) => at.left < other.right && other.left < at.right && at.top + 3 < other.bottom && other.top + 3 < at.bottom)
              .map(({ text: other }) => text.textContent + ' over ' + other.textContent)),
          };
        }`);
        expect(drawn).to.deep.include({ wide: 0, outside: [], overlaps: [] });
        expect(Math.min(...drawn.sizes)).to.be.above(7.5);
        const whole = (
          await page.evaluate<string>(`document.querySelector('.ladder.narrow .stimulus').textContent`)
        ).replace(/^[\d.]+/, '');
        expect(whole).to.equal(`${LONG}stimulus`);
      }
    });

    it('keeps the tools of a case in view on a narrow screen, and its title not', async function () {
      const page = await pages.open(this, fullUrl('rst'), { width: 390, height: 844 });
      const top = (selector: string) =>
        page.evaluate<number>(
          `Math.round(document.querySelector('#case ${selector}').getBoundingClientRect().top - document.getElementById('case').getBoundingClientRect().top)`,
        );
      const before = [await top('[data-do=close]'), await top('h2')] as const;
      expect(before[1]).to.be.above(before[0] + 20);
      await page.evaluate(`document.getElementById('case').scrollTop = 500`);
      expect(await top('[data-do=close]')).to.equal(before[0]);
      expect(await top('h2')).to.be.below(0);
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
      const short = await one.sheets();
      expect(short).to.be.within(1, 2);
      // What does not fit one sheet continues on the next.
      const steps = full('rst').records.map((record, index) => ({ ...record, at: index }));
      const tall: ReportCase = { ...full('rst'), records: Array.from({ length: 8 }, () => steps).flat() };
      const more = pages.write('tall', renderMatrix([{ ...linux, cases: [tall] }], []));
      expect(
        await (await pages.open(this, `${more}#/case/a.b.rst/4`, { print: true })).sheets(),
      ).to.be.within(short + 1, 7);
    });
  });
});
