import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { skipBecause } from '../../packages.ts';

const COMMAND = fileURLToPath(new URL('../../../bin/segment-arrives.js', import.meta.url));
const ROOT = process.getuid?.() === 0;
// Room for the earlier report, but not for the reports of a run.
const SIZE = '64k';

/** In a mount namespace of its own: a small file system with an earlier report, a run into it, what is then there. */
const SCENE = `
mount -t tmpfs -o size=${SIZE} none "$1" && echo earlier > "$1/results.json" || exit 99
"$2" "$3" run --only "established.ack.at-right-edge" --family 4 --reports "$1"
status=$?
echo "report: $(cat "$1/results.json")"
exit $status`;

describe('the disk for reports is full', () => {
  it('the verdicts are printed, the earlier report is whole, and the exit code says so', function () {
    this.timeout(1_200_000);
    const folder = mkdtempSync(join(tmpdir(), 'segment-arrives-test-'));
    try {
      const namespace = ROOT ? ['-m'] : ['-U', '-r', '-m'];
      const words = ['--', 'sh', '-c', SCENE, 'sh', folder, process.execPath, COMMAND];
      const { status, stdout, stderr } = spawnSync('unshare', [...namespace, ...words], { encoding: 'utf8' });
      // Some containers do not allow mounts.
      if (status === 99 || /unshare/.test(stderr))
        skipBecause(this, `nothing may be mounted here (${stderr.trim()})`);
      expect(stderr).to.match(/results\.json could not be written: the disk is full\.\n/);
      expect(stdout).to.match(/established\.ack\.at-right-edge/);
      expect(stdout).to.match(/report: earlier\n$/);
      expect(status).to.equal(2);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
