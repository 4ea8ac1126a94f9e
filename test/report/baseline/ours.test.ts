import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readBaseline } from '../../../lib/report/baseline/baseline.ts';

const FOLDER = fileURLToPath(new URL('../../../reports/baselines/', import.meta.url));

describe("the baselines of the lab's stacks", () => {
  const files = readdirSync(FOLDER);
  for (const file of files)
    it(`${file} can be read, and has a name of its own`, () => {
      const named = files.map((each) => readBaseline(`${FOLDER}${each}`).target);
      expect(new Set(named).size).to.equal(files.length);
    });
});
