import { expect } from 'chai';
import { skipWithout } from '../packages.ts';
import { Browser } from './browser.ts';
import { contrasts } from './contrast.ts';

/* What the tests of the pages rely on: that a page which does wrong is found out. */
describe('the browser of the tests', function () {
  this.timeout(60_000);
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

  it('counts processor time', async () => {
    const busy = await open(
      '<script>const end = performance.now() + 700; while (performance.now() < end);</script>',
    );
    expect(await busy.busy()).to.be.above(0.1);
    expect(await (await open('<p>idle')).busy()).to.be.below(0.5);
  });
});
