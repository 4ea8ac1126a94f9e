import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { TEST_PACKAGES } from '../packages.ts';

const read = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');

/** The packages of each call of apt-get in a text, without its options. */
const installedBy = (text: string): string[][] =>
  [...text.matchAll(/apt-get install ([^`\n]+)/g)].map(([, words = '']) =>
    words
      .replace(/#.*/, '')
      .split(/\s+/)
      .filter((word) => word !== '' && !word.startsWith('-')),
  );

describe('the packages that the project needs', () => {
  const [needed = [], ...besides] = installedBy(read('README.md'));
  const ci = [...read('.ci/run').matchAll(/^packages\+?=\(([^)]+)\)/gm)].map(([, words = '']) =>
    words.split(' '),
  );

  it('are the same in README and in .ci/run, which installs no others', () => {
    expect(needed).to.include.members(['build-essential', 'iproute2']);
    expect(ci).to.deep.equal([needed, ...besides]);
    const installs = read('.ci/run').match(/apt-get install -.*/g);
    expect(installs).to.have.lengthOf(1);
    expect(installs?.[0]).to.match(/--no-install-recommends "\$\{missing\[@\]\}"/);
  });

  it('are, besides what the suite needs, those that a test skips without', () => {
    expect(besides.flat()).to.have.members(Object.keys(TEST_PACKAGES));
  });

  for (const recipe of ['github.yml', 'gitlab.yml']) {
    it(`are those of ${recipe}, for a run`, () => {
      // One job, or a job for each part and one that merges them.
      const installs = installedBy(read(`examples/ci/${recipe}`));
      expect(installs).to.not.be.empty;
      for (const packages of installs) expect(packages).to.deep.equal(needed);
    });
  }
});
