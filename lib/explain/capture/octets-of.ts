import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';

/** What is read at once. */
const CHUNK = 512 * 1024;

/**
 * The octets of a file, or of standard input when the name is `-`, as they come; unpacked where they are gzip. A chunk is good
 * until the next one is asked for.
 */
export async function* octetsOf(file: string): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = file === '-' ? (process.stdin as AsyncIterable<Uint8Array>) : chunksOf(file);
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    let first: Uint8Array = new Uint8Array();
    // A pipe may bring a single octet.
    while (first.length < 2) {
      const { value, done } = await iterator.next();
      if (done) break;
      first = first.length === 0 ? Uint8Array.from(value) : Buffer.concat([first, value]);
    }
    async function* all() {
      yield first;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    }
    if (first[0] === 0x1f && first[1] === 0x8b) yield* unpacked(all());
    else yield* all();
  } finally {
    // Also where nobody wants the rest: the file is closed.
    await iterator.return?.();
  }
}

/** The same memory is used for all chunks: a stream's would pile up faster than they are collected. */
async function* chunksOf(file: string): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await open(file);
  try {
    const memory = Buffer.allocUnsafe(CHUNK);
    for (;;) {
      const { bytesRead } = await handle.read(memory, 0, CHUNK);
      if (bytesRead === 0) return;
      yield memory.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function* unpacked(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const gunzip = createGunzip({ chunkSize: CHUNK });
  const feed = async () => {
    for await (const chunk of packed) {
      if (gunzip.destroyed) return;
      // It is unpacked later.
      if (!gunzip.write(Uint8Array.from(chunk)))
        await new Promise((resolve) => gunzip.once('drain', resolve));
    }
    gunzip.end();
  };
  feed().catch((error) => gunzip.destroy(error));
  yield* gunzip as AsyncIterable<Uint8Array>;
}
