import { expect } from 'chai';
import { skipWithout } from '../packages.ts';
import { Browser } from './browser.ts';
import { contrasts } from './contrast.ts';

/* What the tests of the pages rely on: that a page which does wrong is found out. */
describe('the browser of the tests', function () {
  this.timeout(120_000);
  const page = (body: string) =>
    `data:text/html,${encodeURIComponent(`<!doctype html><title>x</title>${body}`)}`;
  let browser: Browser | undefined;
  before(async function () {
    skipWithout(this, 'chromium');
    browser = await Browser.start();
  });
  after(() => browser?.close());
  const open = (body: string) => (browser as Browser).open(page(body));

  it('finds whom a page asks, and that it complains when nobody answers', async () => {
    const { requests, complaints } = await open(
      '<img src="http://192.0.2.1/a.png"><script src="//example.org/b.js"></script>',
    );
    expect(requests).to.have.members(['http://192.0.2.1/a.png']);
    expect(complaints.join()).to.contain('net::ERR');
  });

  it('finds what a page writes to the console, and what it throws', async () => {
    const { complaints, requests } = await open(
      '<script>console.error("wrong", 1); console.log("fine"); throw new Error("broken");</script>',
    );
    expect(requests).to.deep.equal([]);
    expect(complaints).to.have.length(2);
    expect(complaints.join()).to.contain('wrong 1').and.contain('broken');
  });

  it('measures contrast through mixed and faded colours', async () => {
    const shown = await open(
      '<body style="background:#fff"><p style="color:#777">grey</p><p style="color:#000;opacity:.5">faded</p><p class="m" style="color:color-mix(in srgb, black, white)">mixed</p><p style="color:#000">black</p><svg><g opacity=".5"><text fill="#000">drawn</text></g><g class="box"><rect fill="#000" fill-opacity=".5"/><text fill="#fff">boxed</text></g></svg>',
    );
    const found = new Map((await contrasts(shown)).map(({ text, ratio }) => [text, ratio]));
    expect(Object.fromEntries(found)).to.deep.equal({
      grey: 4.48,
      faded: 3.98,
      mixed: 3.98,
      black: 21,
      drawn: 3.98,
      boxed: 3.98,
    });
  });

  it('counts processor time: what a page has computed, and not how long that took', async () => {
    // A fixed amount of work each, measured one after the other: a busy machine makes all of it slower alike.
    const work = (rounds: number) =>
      `<script>let x = 1; for (let i = 0; i < ${rounds}; i += 1) x = (Math.imul(x, 1103515245) + 12345) | 0; document.title = x;</script>`;
    const spent = async (body: string) => (await open(body)).busy();
    const idle = await spent('<p>idle');
    const once = await spent(work(2e7));
    const fourTimes = await spent(work(8e7));
    expect(once).to.be.above(idle);
    expect(fourTimes / once)
      .to.be.above(2)
      .and.below(8);
  });
});
