import { type ChildProcessByStdio, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { skipBecause, skipWithout } from '../packages.ts';
import { compiled } from './compiled.ts';
import { type OwnNetwork, openOwnNetwork } from './own-network.ts';
import { skipWithoutLab } from './skip.ts';

const NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups', '--'];
/** A mark in the environment of everything that a test starts, to find what it leaves behind. */
const MARK = 'SEGMENT_ARRIVES_TEST';

interface Scene {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly mark: string;
  /** The one line that it told. */
  readonly told: Promise<Record<string, unknown>>;
  readonly status: Promise<number | null>;
}

interface User {
  readonly name: string;
  readonly prefix: readonly string[];
}

const root = process.getuid?.() === 0;
const users: readonly User[] = [
  { name: root ? 'root' : 'this user', prefix: [] },
  ...(root ? [{ name: 'an ordinary user', prefix: ['setpriv', ...NOBODY] }] : []),
];

/** Where all scenes begin, and what it was like before the first. */
let network: OwnNetwork;
let shown: string[];

/** The one outside of the tester's namespace, and the one inside. */
let programs: readonly string[];

const caches: string[] = [];

/** An ordinary user's own folder, outside of root's. */
function cache(): string {
  const folder = mkdtempSync(join(tmpdir(), 'segment-arrives-test-'));
  caches.push(folder);
  execFileSync('chmod', ['777', folder]);
  return folder;
}

function play(user: User, scene: string, option = '', env: NodeJS.ProcessEnv = {}): Scene {
  const mark = randomUUID();
  const [command = '', ...args] = [
    ...network.prefix,
    ...user.prefix,
    process.execPath,
    '--enable-source-maps',
    ...programs,
    scene,
    option,
  ];
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_CACHE_HOME: join(caches[0] as string, user.name), [MARK]: mark, ...env },
    detached: true,
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const status = once(child, 'close').then(([code]) => code as number | null);
  const told = new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface(child.stdout).once('line', (line) => resolve(JSON.parse(line)));
    child.once('close', (code) => reject(new Error(`it told nothing and ended with ${code}: ${stderr}`)));
  });
  told.catch(() => {});
  return { process: child, mark, told, status };
}

/**
 * The processes that carry the mark, or are in one of the namespaces and started before `end` (seconds since the machine started). The kernel
 * gives the number of a namespace that has gone to the next one, which may be another test's.
 */
function leftovers(
  mark: string,
  namespaces: readonly string[] = [],
  end = Number.POSITIVE_INFINITY,
): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      // A zombie has no environment and no namespace.
      return (
        readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${MARK}=${mark}`) ||
        (namespaces.includes(readlinkSync(`/proc/${pid}/ns/net`)) && startOf(pid) < end)
      );
    } catch {
      return false; // it has gone, or is another user's
    }
  });
}

/** When a process started, in seconds since the machine did. The kernel counts hundredths (USER_HZ). */
function startOf(pid: string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(afterName[19]) / 100;
}

function commandOf(pid: string): string {
  try {
    return `${pid}: ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`;
  } catch {
    return pid;
  }
}

async function nothingIsLeft({ mark }: Scene, namespaces: readonly string[]): Promise<void> {
  const end = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  // A killed process is gone when the kernel has come to it.
  const patience = Date.now() + 120_000;
  while (leftovers(mark, namespaces, end).length > 0 && Date.now() < patience) await delay(10);
  expect(leftovers(mark, namespaces, end).map(commandOf)).to.deep.equal([]);
  expect(named(namespaces)).to.deep.equal([]);
  expect(network.shown()).to.deep.equal(shown);
}

/** The names of named network namespaces that are among these: a lab gives none a name. */
function named(namespaces: readonly string[]): string[] {
  const folder = '/run/netns';
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) =>
    namespaces.includes(`net:[${statSync(join(folder, name), { throwIfNoEntry: false })?.ino}]`),
  );
}

describe('lab, in namespaces', function () {
  this.timeout(1_200_000);
  before(async function () {
    skipWithoutLab(this);
    cache();
    programs = [
      await compiled(new URL('outside.ts', import.meta.url)),
      await compiled(new URL('inside.ts', import.meta.url)),
    ];
    network = await openOwnNetwork();
    shown = network.shown();
  });
  after(async () => {
    await network?.close();
    for (const folder of caches) rmSync(folder, { recursive: true, force: true });
  });

  it('says what to do when namespaces are refused', async () => {
    const folder = cache();
    writeFileSync(
      join(folder, 'unshare'),
      '#!/bin/sh\necho "unshare: Operation not permitted" >&2; exit 1\n',
      {
        mode: 0o755,
      },
    );
    const user = users[0] as User;
    const { told, status } = play(user, 'echo', '', { PATH: `${folder}:${process.env.PATH}` });
    const failure = await told.catch((error: Error) => error.message);
    expect(await status).to.equal(2);
    expect(failure).to.match(
      /The lab needs network namespaces, and this user may not make them \(unshare: Operation not permitted\): .*run .*as root|in a container/,
    );
  });

  for (const user of users) {
    describe(`as ${user.name}`, () => {
      before(function () {
        const probe = spawnSync(
          'setpriv',
          [...(user.prefix.length > 0 ? NOBODY : []), 'unshare', '-U', '-r', '-n', 'true'],
          {
            encoding: 'utf8',
          },
        );
        if ((user.prefix.length > 0 || !root) && probe.status !== 0) {
          skipBecause(this, `user namespaces are not allowed here (${probe.stderr.trim()})`);
        }
        // Other users cannot read a home directory, root's included.
        if (
          spawnSync(user.prefix[0] ?? 'env', [...user.prefix.slice(1), 'test', '-r', programs[0] ?? ''])
            .status !== 0
        ) {
          skipBecause(this, `${user.name} may not read ${programs[0]}`);
        }
      });

      it('connects tester and target over IPv4 and IPv6, in no time', async () => {
        const scene = play(user, 'echo');
        const { told, status } = scene;
        const { answers, inStarts } = (await told) as { answers: unknown; inStarts: number };
        expect(answers).to.deep.equal({ 4: 'text', 6: 'text' });
        expect(await status).to.equal(0);
        // The aim is 150 ms, where a process starts in 2 ms.
        expect(inStarts).to.be.below(150);
        await nothingIsLeft(scene, []);
      });

      it('has checksums computed and verified, and no segments merged', async () => {
        const results = (await play(user, 'offloads').told) as Record<string, Record<string, number>>;
        for (const family of [4, 6]) {
          const { segments, invalid, longest, toWrongChecksum } = results[family] ?? {};
          expect(segments, `segments over IPv${family}`).to.be.greaterThan(14);
          expect(invalid, `wrong checksums over IPv${family}`).to.equal(0);
          expect(longest, `the longest text over IPv${family}`).to.be.within(1, 1460);
          expect(toWrongChecksum, `answers to a wrong checksum over IPv${family}`).to.equal(0);
        }
      });

      it('sends a burst in order, and goes on when the kernel refuses a packet of it', async () => {
        const all = Array.from({ length: 200 }, (_, index) => 30_000 + index);
        const expected = { refused: 20, ports: all.filter((port) => port % 10 !== 7) };
        expect(await play(user, 'burst').told).to.deep.equal({ 4: expected, 6: expected });
      });

      it("sends what is for all hosts to the target's link, wherever the kernel would", async () => {
        const over = [false, true];
        expect(await play(user, 'groups').told).to.deep.equal({ 4: over, 6: over });
      });

      it('keeps a connection while the link is down', async () => {
        const over = { whileDown: '', afterwards: 'text' };
        expect(await play(user, 'cable').told).to.deep.equal({ 4: over, 6: over });
      });

      it('makes a link for one family', async () => {
        const [link] = (await play(user, 'families').told) as unknown as [
          { addr_info: { local: string; scope: string }[] },
        ];
        const routable = link.addr_info.filter(({ scope }) => scope === 'global');
        expect(routable.map(({ local }) => local)).to.deep.equal(['192.0.2.2']);
      });

      it('loses the same packets for the same seed', async function () {
        skipWithout(this, 'nftables');
        const resets = async (option: string) =>
          ((await play(user, 'loss', option).told) as { resets: number[] }).resets;
        const [first, again, other, none, all] = await Promise.all(
          ['20,1', '20,1', '20,2', '0,1', '100,1'].map(resets),
        );
        expect(first?.length).to.be.within(200, 310); // of 400, 64 in a hundred come through both ways
        expect(again).to.deep.equal(first);
        expect(other).not.to.deep.equal(first);
        expect(none).to.have.lengthOf(400);
        expect(all).to.have.lengthOf(0);
      });

      it('starts the upper tester on the target', async () => {
        expect((await play(user, 'agent').told).port).to.be.within(1, 65_535);
      });

      it('says which command failed, and why', async () => {
        const { complaints } = (await play(user, 'failure').told) as { complaints: string[] };
        expect(complaints[0]).to.match(/^LabUnavailable: .*namespace of its own/);
        expect(complaints[1]).to.match(
          /^LabUnavailable: .*not installed: `apt-get install|helper could not be built/,
        );
      });

      describe('leaves nothing behind', () => {
        for (const way of ['dispose', 'exit', 'exception']) {
          it(`after ${way}`, async () => {
            const scene = play(user, 'end', way);
            const { told, status } = scene;
            const { namespaces } = (await told) as { namespaces: string[] };
            expect(await status).to.equal(way === 'exception' ? 1 : 0);
            await nothingIsLeft(scene, namespaces);
          });
        }

        it('when it is forgotten', async () => {
          const scene = play(user, 'forget');
          const { told, status } = scene;
          const { namespaces } = (await told) as { namespaces: string[] };
          expect(await status).to.equal(0);
          await nothingIsLeft(scene, namespaces);
        });

        for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
          it(`after ${signal} to the process inside`, async () => {
            const scene = play(user, 'end', 'wait');
            const { told, status, mark } = scene;
            const { pid, namespaces } = (await told) as { pid: number; namespaces: string[] };
            expect(leftovers(mark, namespaces)).to.have.length.greaterThan(4);
            process.kill(pid, signal);
            await status;
            await nothingIsLeft(scene, namespaces);
          });

          it(`after ${signal} to its parent`, async () => {
            const scene = play(user, 'end', 'wait');
            const { process: parent, told, status } = scene;
            const { namespaces } = (await told) as { namespaces: string[] };
            parent.kill(signal);
            await status;
            await nothingIsLeft(scene, namespaces);
          });
        }
      });
    });
  }
});
