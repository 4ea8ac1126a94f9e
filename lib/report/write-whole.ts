import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A report that could not be read or written; the message is one sentence for the user. */
export class ReportError extends Error {
  override name = 'ReportError';
}

/**
 * Writes a file by way of a temporary one beside it, so that a reader never sees half of it.
 *
 * @throws ReportError when it cannot be written
 */
export function writeWhole(file: string, content: string | Uint8Array | Iterable<string | Uint8Array>): void {
  const temporary = `${file}.${process.pid}.part`;
  try {
    mkdirSync(join(file, '..'), { recursive: true });
    const handle = openSync(temporary, 'w');
    try {
      const isWhole = typeof content === 'string' || content instanceof Uint8Array;
      for (const part of isWhole ? [content] : content) {
        const octets = typeof part === 'string' ? Buffer.from(part) : part;
        for (let written = 0; written < octets.length; ) written += writeSync(handle, octets, written);
      }
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (error) {
    removeIfThere(temporary);
    throw new ReportError(`${file} could not be written: ${explain(error)}.`, { cause: error });
  }
}

/** The leftover of a failed write; that it can't be removed either is not worth a second error. */
function removeIfThere(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {}
}

function explain(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'EROFS') return 'the file system is read-only';
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'a part of its path is a file, not a directory';
  return message;
}
