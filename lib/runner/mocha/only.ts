/**
 * A test of case ids by globs: comma separated, `*` for any characters, `?` for one. `established.*` and `*.rst.*` are
 * such globs; an id without any of the two is matched exactly.
 */
export function matcher(globs: string): (id: string) => boolean {
  const patterns = globs
    .split(',')
    .map((glob) => glob.trim())
    .filter((glob) => glob !== '')
    .map((glob) => {
      const escaped = glob
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.');
      return new RegExp(`^${escaped}$`, 'i');
    });
  return (id) => patterns.some((pattern) => pattern.test(id));
}
