import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { octetsOf } from '../../../lib/explain/capture/octets-of.ts';
import { numbersFrom } from '../../../lib/random.ts';

describe('the octets of a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'segment-arrives-octets-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  // Longer than what is read at once, and no shorter when packed.
  const next = numbersFrom(793);
  const octets = Buffer.from(Uint32Array.from({ length: 750_000 }, next).buffer);

  for (const [what, written] of [
    ['as it is', octets],
    ['packed', gzipSync(octets)],
  ] as const)
    it(`come whole, in order, ${what}`, async () => {
      const file = join(folder, what);
      writeFileSync(file, written);
      const chunks: Buffer[] = [];
      for await (const chunk of octetsOf(file)) chunks.push(Buffer.from(chunk));
      expect(Buffer.concat(chunks).equals(octets)).to.equal(true);
    });
});
