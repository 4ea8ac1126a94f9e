import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile } from '../../../compile.ts';
import { limitedTo } from '../../../target/capabilities.ts';
import { COMPILER, LabUnavailable, missingOf } from '../../namespaces/enter.ts';
import { startOnTap } from '../on-a-tap.ts';
import type { Stack } from '../stack.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const PACKAGE = at('../../../../node_modules/v86/package.json');

/** @throws LabUnavailable */
function versionOf(): string {
  if (!existsSync(PACKAGE))
    throw new LabUnavailable("v86 comes with `npm ci` in segment-arrives' own repository only.");
  // Without the commit.
  return JSON.parse(readFileSync(PACKAGE, 'utf8')).version.split('+')[0];
}

// There its RCV.NXT does not wrap around: all that comes in order would be out of order. Before a FIN, 1 was 0.
const AVOIDED = {
  rcvNxt: [0, 1, 2 ** 32 - 1],
  why: 'it does not wrap around, and no text is taken from there on',
};

/** The TCP that v86, a PC in JavaScript, has in place of a network: it ends its guest's connections. */
export const v86: Stack = {
  id: 'v86',
  what: "v86's TCP in JavaScript, in front of the guest of an emulator in a browser",
  families: [4],
  packages: Object.keys(COMPILER),
  missing: () => missingOf(COMPILER),
  prepare: async () => void versionOf(),
  async start({ families, logs }) {
    const version = versionOf();
    const carrier = await compile(at('../carrier.c'), ['-std=c99', '-O1']);
    const running = await startOnTap({
      targetFile: at('../../../../examples/targets/v86.json'),
      words: [carrier, '{tap}', process.execPath, at('application.js'), '{target}', '{tester}', '{mac}'],
      ...{ families, ...(logs === undefined ? {} : { logs }) },
    });
    return {
      ...running,
      name: `v86 ${version}`,
      driver: limitedTo({ abort: false }, running.driver),
      avoided: AVOIDED,
    };
  },
};
