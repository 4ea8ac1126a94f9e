import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const AGENT = fileURLToPath(new URL('../agent/', import.meta.url));

/** What the upper tester can be had for, with the C file that begins it. */
export const SYSTEMS = {
  posix: 'systems/posix.c',
  windows: 'systems/windows.c',
  lwip: 'systems/lwip.c',
  /** The example of a port to a stack without sockets. */
  'lwip-raw': 'ports/lwip-raw.c',
  /** What a port of one's own begins with. */
  template: 'ports/template.c',
  /** Without a port: what is to be linked with one's own. */
  core: 'core/core.c',
  /** What a port of one's own includes. */
  header: 'core/stack.h',
} as const;

export type System = keyof typeof SYSTEMS;

/** The file of `agent/` that begins the upper tester of a system. */
export const upperTesterPath = (system: System): string => join(AGENT, SYSTEMS[system]);

/** A C file with its own includes (`"..."`, not `<...>`) written into it, each once. @throws Error when one is missing */
export function inOneFile(path: string): string {
  const seen = new Set<string>();
  const expand = (file: string): string => {
    if (seen.has(file)) return '';
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    return text.replace(/^#include "(.+)"\n/gm, (_, name: string) => expand(join(dirname(file), name)));
  };
  return expand(path);
}
