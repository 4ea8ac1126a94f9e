import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { suiteFiles } from '../../../lib/runner/mocha/suites.ts';

const SUITES = new URL('../../../suites/', import.meta.url).pathname;

describe('suite files', () => {
  it('are those that mocha is given, and none of the families that they share', () => {
    const spec = JSON.parse(readFileSync(new URL('../../../.mocharc.json', import.meta.url), 'utf8')).spec;
    expect(spec).to.deep.equal(['suites/*/*.ts']);
    const given = readdirSync(SUITES).flatMap((folder) =>
      readdirSync(`${SUITES}${folder}`, { withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
        .map(({ name }) => `${SUITES}${folder}/${name}`),
    );
    expect(suiteFiles()).to.deep.equal(given.sort());
  });
});
