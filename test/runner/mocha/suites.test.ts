import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Suite } from '../../../lib/catalogue/suite.ts';
import { SUITES } from '../../../suites/index.ts';

const FOLDER = new URL('../../../suites/', import.meta.url).pathname;

const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => /^[^/]+\/[^/]+\.ts$/.test(name))
  .map((name) => `${FOLDER}${name}`)
  .sort();

describe('suite files', () => {
  it('are those that mocha is given, and none of the families that they share', () => {
    const spec = JSON.parse(readFileSync(new URL('../../../.mocharc.json', import.meta.url), 'utf8')).spec;
    expect(spec).to.deep.equal(['suites/*/*.ts']);
    expect(FILES.length).to.be.above(20);
  });

  it('export each a suite of the catalogue, in its order', async () => {
    const exported = await Promise.all(FILES.map(async (file) => (await import(file)).default));
    const idsOf = (suites: readonly Suite[]) => suites.map(({ scenarios }) => scenarios.map(({ id }) => id));
    expect(idsOf(exported)).to.deep.equal(idsOf(SUITES));
  });
});
