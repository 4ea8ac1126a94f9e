/** Matches case ids against comma separated globs: `*` is any characters, `?` is one. */
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
