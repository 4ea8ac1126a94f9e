import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** What is read at once. */
const CHUNK = 512 * 1024;

/** The octets of a file, or of standard input when the name is `-`, as they come; unpacked where they are gzip. */
export async function* octetsOf(file: string): AsyncGenerator<Uint8Array, void, undefined> {
  const stream: Readable = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: CHUNK });
  const chunks = (stream as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  let first: Uint8Array = new Uint8Array();
  // A pipe may bring a single octet.
  while (first.length < 2) {
    const { value, done } = await chunks.next();
    if (done) break;
    first = first.length === 0 ? value : Buffer.concat([first, value]);
  }
  async function* all() {
    yield first;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  }
  if (first[0] !== 0x1f || first[1] !== 0x8b) return yield* all();
  yield* unpacked(all());
}

async function* unpacked(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const gunzip = createGunzip({ chunkSize: CHUNK });
  const feed = async () => {
    for await (const chunk of packed) {
      if (gunzip.destroyed) return;
      if (!gunzip.write(chunk)) await new Promise((resolve) => gunzip.once('drain', resolve));
    }
    gunzip.end();
  };
  feed().catch((error) => gunzip.destroy(error));
  yield* gunzip as AsyncIterable<Uint8Array>;
}
