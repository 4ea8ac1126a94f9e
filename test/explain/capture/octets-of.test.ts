import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
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

  it('are left where nobody wants the rest: the file is closed', async () => {
    const file = join(folder, 'left');
    for (const written of [octets, gzipSync(octets)]) {
      writeFileSync(file, written);
      for await (const chunk of octetsOf(file)) {
        expect(chunk.length).to.be.above(0);
        break;
      }
      const open = readdirSync('/proc/self/fd').map((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`);
        } catch {
          return '';
        }
      });
      expect(open).to.not.include(file);
    }
  });
});
