import { startInSteps } from '../../cleanups.ts';
import { buildUpperTesterFor } from '../../compile.ts';
import { missingOf } from '../namespaces/enter.ts';
import { Lab } from '../namespaces/lab.ts';
import { versionIn } from '../namespaces/run.ts';
import type { RunningTarget, Stack, StackOptions } from './stack.ts';
import { drivenBy, startUpperTester, upperTesterOptions } from './upper-tester-process.ts';

const WINE = '/usr/lib/wine/wine64';
export const MINGW = { compiler: 'x86_64-w64-mingw32-gcc', packages: 'gcc-mingw-w64-x86-64' };
export const WINE_PACKAGES = { [MINGW.packages]: MINGW.compiler, wine64: WINE };
// select of Windows, by Wine, is slower than poll.
const WIDTH = 64;

/**
 * Runs in mount and process namespaces of its own, so that Wine's server ends with it, and its files on a file system of their own.
 * What Wine would copy into a new prefix (700 MB, ten seconds) are links here. The working directory may lie below the old /tmp, where
 * Wine cannot see it.
 */
const SCRIPT = `set -e
exec 3<"$1"
shift
mount -t tmpfs none /tmp
cd /tmp
windows=/tmp/prefix/drive_c/windows/system32
mkdir -p "$windows" /tmp/prefix/dosdevices
ln -s ../drive_c /tmp/prefix/dosdevices/c:
ln -s / /tmp/prefix/dosdevices/z:
ln -s /usr/lib/*/wine/x86_64-windows/* "$windows/"
echo disable >/tmp/prefix/.update-timestamp
for name in system user userdef; do
  printf 'WINE REGISTRY Version 2\\n\\n#arch=win64\\n' >"/tmp/prefix/$name.reg"
done
cat <&3 >/tmp/upper-tester.exe
exec 3<&-
export HOME=/tmp TMPDIR=/tmp WINEPREFIX=/tmp/prefix WINEDEBUG=-all
exec ${WINE} /tmp/upper-tester.exe "$@"
`;

/** @param program for Windows, and its words */
export const underWine = (program: string, words: readonly string[]): string[] => [
  ...['unshare', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])],
  ...['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--'],
  ...['sh', '-c', SCRIPT, 'wine', program, ...words],
];

/** The Windows build of the upper tester: Wine makes this kernel's TCP out of Winsock. It tests the upper tester, not Windows. */
export const wine: Stack = {
  id: 'wine',
  what: "the upper tester's build for Windows, under Wine, on this machine's own kernel",
  packages: Object.keys(WINE_PACKAGES),
  missing: () => missingOf(WINE_PACKAGES),
  start: ({ families, linkLoss, logs }: StackOptions): Promise<RunningTarget> =>
    startInSteps(async (undo) => {
      const program = await buildUpperTesterFor('windows', ['-lws2_32'], MINGW);
      const version = await versionIn(/wine-(\S+)/, [WINE, '--version']);
      const lab = await Lab.create({ families, ...(linkLoss ? { linkLoss } : {}) });
      undo(() => lab.dispose());
      const agent = await startUpperTester({
        what: 'The upper tester under Wine',
        words: (port) => [...lab.entering, ...underWine(program, upperTesterOptions(lab, port))],
        patienceMs: 15_000,
        log: 'wine',
        logs,
      });
      const running = await drivenBy(agent, lab, undo);
      return { ...running, name: `Wine ${version}`.trim(), width: WIDTH };
    }),
};
