import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHROMIUM = '/usr/bin/chromium';

/** What a page was after it had settled. */
export interface Visit {
  readonly dom: string;
  /** What it wrote to the console: errors of its own and of the browser. */
  readonly console: readonly string[];
}

/** Skips the test, with a printed reason, where there is no browser. */
export function needsChromium(test: Mocha.Context): void {
  if (existsSync(CHROMIUM)) return;
  console.log('      skipped: no /usr/bin/chromium here');
  test.skip();
}

/** Opens a page in a browser that can reach nothing, and returns it as it then stands. */
export function visit(url: string, ...flags: string[]): Visit {
  const profile = mkdtempSync(join(tmpdir(), 'segment-arrives-chromium-'));
  try {
    const { stdout, stderr, status } = spawnSync(
      CHROMIUM,
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-quic',
        '--host-resolver-rules=MAP * ~NOTFOUND',
        '--enable-logging=stderr',
        '--virtual-time-budget=10000',
        `--user-data-dir=${profile}`,
        ...flags,
        '--dump-dom',
        url,
      ],
      { encoding: 'utf8', timeout: 60_000, maxBuffer: 2 ** 28 },
    );
    if (status !== 0) throw new Error(`chromium ended with ${status}: ${stderr.slice(-2000)}`);
    return { dom: stdout, console: stderr.split('\n').filter((line) => line.includes(':CONSOLE')) };
  } finally {
    // Its helpers may outlive it by a moment, and write.
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
