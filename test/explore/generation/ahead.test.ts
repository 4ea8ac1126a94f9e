import { expect } from 'chai';
import { Generator } from '../../../lib/explore/generate.ts';
import { GeneratedAhead } from '../../../lib/explore/generation/ahead.ts';
import { PLACES } from '../../../lib/explore/generation/places.ts';

describe('sequences that are generated ahead', () => {
  it('are those of a generator with the same seed, in its order', async () => {
    const places = PLACES.filter(({ conditions }) => conditions.length === 0);
    const expected = { places, twoMsl: 3000 };
    const generator = new Generator(7, 6, expected);
    const ahead = new GeneratedAhead(7, 6, expected);
    try {
      // All lanes ask at once, and each no more than once: more of them than are generated ahead.
      const sequences = await Promise.all(Array.from({ length: 260 }, () => ahead.next()));
      expect(sequences).to.deep.equal(sequences.map(() => generator.next()));
    } finally {
      await ahead.end();
    }
  });

  it('have an error where the thread ends with one', async () => {
    const ahead = new GeneratedAhead(1, 4, { places: [] });
    try {
      const error = await ahead.next().catch((one: Error) => one);
      expect(error).to.be.instanceOf(Error);
      expect(await ahead.next().catch((one: Error) => one)).to.equal(error);
    } finally {
      await ahead.end();
    }
  });
});
