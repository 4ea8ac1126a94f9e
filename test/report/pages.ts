import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { skipWithout } from '../packages.ts';
import { Browser } from './browser.ts';
import type { Page, PageOptions } from './page.ts';

export interface Pages {
  /** A folder that is removed after the suite. */
  readonly folder: string;
  /** Writes a page into it, and returns its address. */
  write(name: string, html: string): string;
  /** Opens a page; the test is skipped where there is no browser. */
  open(test: Mocha.Context, url: string, options?: PageOptions): Promise<Page>;
}

/** A browser for the tests of a suite. Fails a test whose page logs an error or makes a request. */
export function usePages(): Pages {
  const folder = mkdtempSync(join(tmpdir(), 'segment-arrives-pages-'));
  let browser: Browser | undefined;
  let opened: Page[] = [];
  afterEach('no complaint, no request', () => {
    const pages = opened;
    opened = [];
    for (const { requests, complaints } of pages) {
      expect(complaints).to.deep.equal([]);
      expect(requests).to.deep.equal([]);
    }
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    write(name, html) {
      const file = join(folder, `${name}.html`);
      writeFileSync(file, html);
      return pathToFileURL(file).href;
    },
    async open(test, url, options) {
      skipWithout(test, 'chromium');
      browser ??= await Browser.start();
      const page = await browser.open(url, options);
      opened.push(page);
      return page;
    },
  };
}
