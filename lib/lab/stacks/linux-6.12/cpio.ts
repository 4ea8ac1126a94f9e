/** A file of the archive. Folders must come before what is in them. */
export interface ArchiveEntry {
  /** Without a slash in front. */
  readonly name: string;
  /** Type and permissions, as in st_mode. */
  readonly mode: number;
  readonly content?: Uint8Array;
}

export const FOLDER = 0o040755;
export const PROGRAM = 0o100755;
export const FILE = 0o100644;

const MAGIC = '070701';
const TRAILER = 'TRAILER!!!';

/** A cpio archive in the "new ASCII" format, which the kernel unpacks as its first root file system. */
export function cpio(entries: readonly ArchiveEntry[]): Buffer {
  const parts = entries.flatMap((entry, index) => member(entry, index + 1));
  return Buffer.concat([...parts, ...member({ name: TRAILER, mode: 0 }, 0)]);
}

function member({ name, mode, content = new Uint8Array() }: ArchiveEntry, inode: number): Uint8Array[] {
  const path = Buffer.from(`${name}\0`);
  const links = 1;
  const [user, group, time, devices, check] = [0, 0, 0, [0, 0, 0, 0], 0];
  const fields = [inode, mode, user, group, links, time, content.length, ...devices, path.length, check];
  const header = MAGIC + fields.map((field) => field.toString(16).padStart(8, '0')).join('');
  const head = Buffer.concat([Buffer.from(header), path]);
  return [head, padding(head.length), content, padding(content.length)];
}

/** Header with name, and content, each end at a multiple of four. */
const padding = (length: number): Uint8Array => new Uint8Array((4 - (length % 4)) % 4);
