import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { LabUnavailable, labCommand, labEnvironment } from '../../lib/lab/namespaces/enter.ts';
import { findStack } from '../../lib/lab/stacks/index.ts';
import type { Stack } from '../../lib/lab/stacks/stack.ts';
import { skipBecause, skipWithout } from '../packages.ts';
import { compiled } from './compiled.ts';
import { skipWithoutLab } from './skip.ts';

const INSIDE = new URL('stack-inside.ts', import.meta.url);
const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];
const USER_NAMESPACE = ['unshare', '-U', '-r', '-n', '--', 'setpriv', '--pdeathsig', 'KILL', '--'];
// An emulated machine boots in three seconds. On a busy machine it takes minutes, and what was killed is not gone at once.
const PATIENCE_MS = 600_000;
const GONE_WITHIN_MS = 120_000;

const STACKS = [
  { id: 'lwip', name: /^lwIP \d+\.\d+\.\d+$/ },
  { id: 'gvisor', name: /^gVisor \S*\d+/ },
  { id: 'wine', name: /^Wine \d/ },
  { id: 'passt', name: /^passt \S*\d/, isProxy: true },
  { id: 'v86', name: /^v86 \d/, isIpv4Only: true, takesLines: true },
  { id: 'ns3', name: /^ns-3 \d+\.\d+$/, isIpv4Only: true },
  { id: 'linux-6.12', name: /^Linux 6\.12\.\d+/ },
];

const root = process.getuid?.() === 0;
const folders: string[] = [];

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'segment-arrives-test-'));
  chmodSync(made, 0o777);
  folders.push(made);
  return made;
}

interface Story {
  readonly process: ChildProcess;
  /** Where it may have left files. */
  readonly temporary: string;
  readonly told: Record<string, unknown>;
  /** All processes that ran for it when it reported, each with its start time. */
  readonly processes: ReadonlyMap<number, string>;
}

/** Starts a stack as root or, in a user namespace, as another user. Returns when it has answered. */
async function play(id: string, user: 'ourselves' | 'nobody' = 'ourselves'): Promise<Story> {
  const temporary = folder();
  const { command: way, args } = labCommand();
  const prefix = user === 'nobody' ? [...NOBODY, ...USER_NAMESPACE] : [way, ...args];
  const program = [process.execPath, '--enable-source-maps', await compiled(INSIDE)];
  const [command = '', ...words] = [...prefix, ...program, id];
  const child = spawn(command, words, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: labEnvironment({
      TMPDIR: temporary,
      ...(user === 'nobody' ? { XDG_CACHE_HOME: folder() } : {}),
    }),
  });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    child.once('close', (status) => reject(new Error(`it told nothing and ended with ${status}`)));
  });
  return { process: child, temporary, told: JSON.parse(line), processes: descendants(child.pid as number) };
}

/** Fields of /proc/PID/stat after the name, which may contain any character. */
function stat(pid: number): { parent: number; start: string } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return { parent: Number(fields[1]), start: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

function descendants(ancestor: number): Map<number, string> {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = new Map<number, string>([[ancestor, stat(ancestor)?.start ?? '']]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const pid of all.map(Number)) {
      const known = stat(pid);
      if (known && found.has(known.parent)) found.set(pid, known.start);
    }
  }
  return found;
}

/** Waits until all processes have ended. Reports those that did not, and the files that are left. */
async function leftovers({ processes, temporary }: Story): Promise<{ processes: number[]; files: string[] }> {
  const runs = (): number[] =>
    [...processes].flatMap(([pid, start]) => (stat(pid)?.start === start ? [pid] : []));
  const deadline = Date.now() + GONE_WITHIN_MS;
  while (runs().length > 0 && Date.now() < deadline) await delay(20);
  return { processes: runs(), files: readdirSync(temporary) };
}

/** In some containers only root may use the devices. */
const forEveryone = (device: string): boolean => (statSync(device).mode & 0o6) === 0o6;

/** Why what a stack has to fetch cannot be had; undefined when it is here. */
async function notPrepared(stack: Stack): Promise<string | undefined> {
  try {
    await stack.prepare?.();
    return undefined;
  } catch (error) {
    if (!(error instanceof LabUnavailable)) throw error;
    return error.message;
  }
}

const NOTHING = { processes: [], files: [] };

describe('stacks of the lab', function () {
  this.timeout(PATIENCE_MS);
  this.slow(PATIENCE_MS);

  after(() => {
    for (const made of folders) rmSync(made, { recursive: true, force: true });
  });

  for (const { id, name, isProxy, isIpv4Only, takesLines } of STACKS) {
    describe(id, () => {
      before(async function () {
        const stack = await findStack(id);
        if (!stack) throw new Error(`there is no stack ${id}`);
        const missing = stack.missing();
        if (missing.length > 0) skipBecause(this, `apt-get install ${missing.join(' ')}`);
        if (id === 'gvisor' && !root) skipBecause(this, 'it needs root');
        skipWithoutLab(this, await notPrepared(stack));
      });

      it('starts, is driven over its families, and stops without a trace', async () => {
        const story = await play(id);
        expect(story.told).to.include.keys('name', 'width');
        expect(story.told.name).to.match(name);
        expect(story.told.octets).to.deep.equal(isIpv4Only ? { 4: 10 } : { 4: 10, 6: 10 });
        // The user behind a proxy does not choose the proxy's window, nor does who takes lines.
        if (!isProxy && !takesLines) {
          const { told, done } = story.told.zeroWindow as { told: boolean; done: boolean };
          expect(told, 'what the upper tester says of zero windows').to.equal(done);
        }
        expect(story.processes.size).to.be.greaterThan(1);
        const ended = once(story.process, 'exit');
        story.process.stdin?.end();
        expect(await ended).to.deep.equal([0, null]);
        expect(await leftovers(story)).to.deep.equal(NOTHING);
      });

      it('leaves nothing when what started it is killed', async () => {
        const story = await play(id);
        expect(story.told).to.include.keys('pid');
        process.kill(story.told.pid as number, 'SIGKILL');
        expect(await leftovers(story)).to.deep.equal(NOTHING);
      });
    });
  }

  describe('for an ordinary user', () => {
    before(function () {
      if (!root) skipBecause(this, 'only root can become another user');
    });

    it('lwip runs, in a user namespace, or says which device it may not open', async function () {
      skipWithout(this, 'liblwip-dev');
      const story = await play('lwip', 'nobody');
      if (!forEveryone('/dev/net/tun')) {
        expect(story.told).to.include({ error: 'LabUnavailable' });
        expect(story.told.message).to.match(
          /^This target needs \/dev\/net\/tun, which this user may not open: /,
        );
        return;
      }
      expect(story.told.octets).to.deep.equal({ 4: 10, 6: 10 });
      story.process.stdin?.end();
      expect(await leftovers(story)).to.deep.equal(NOTHING);
    });

    it('gvisor says that it needs root', async function () {
      if ((await findStack('gvisor'))?.missing().length) skipBecause(this, 'apt-get install runsc');
      const { told } = await play('gvisor', 'nobody');
      expect(told).to.deep.equal({
        error: 'LabUnavailable',
        message: 'gVisor needs root: run this as root, not in a user namespace.',
      });
    });
  });
});
