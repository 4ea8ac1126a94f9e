import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ENDS_WITH_US, ended, stop } from '../../processes.ts';
import { compile } from './compile.ts';
import { LabUnavailable, labEnvironment, requireTool } from './enter.ts';
import { type LinkLoss, lossRules } from './loss.ts';
import { deleteLink, ipBatch, run } from './run.ts';
import { LINK_SYSCTLS, type Sysctl, TARGET_SYSCTLS } from './sysctls.ts';

export type Family = 4 | 6;
export type Addresses = Readonly<Record<Family, string>>;

export interface LabOptions {
  /** Of the link, at both ends. */
  readonly mtu?: number;
  readonly families?: readonly Family[];
  /** Packets of TCP that vanish on the link, in each direction. */
  readonly linkLoss?: LinkLoss;
}

export interface SpawnOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly stdout?: 'pipe' | 'ignore' | 'inherit';
  readonly stderr?: 'pipe' | 'ignore' | 'inherit';
}

export type TargetProcess = ChildProcessByStdio<Writable, Readable | null, Readable | null>;

/** Documentation addresses (RFC 5737, RFC 3849): whatever leaks, nobody else has them. */
const TESTER: Addresses = { 4: '192.0.2.1', 6: '2001:db8::1' };
const TARGET: Addresses = { 4: '192.0.2.2', 6: '2001:db8::2' };
const TESTER_MAC = '02:00:00:00:02:01';
const TARGET_MAC = '02:00:00:00:02:02';
/** The same name at both ends, each in its own namespace. */
const INTERFACE = 'lab0';
const MIN_MTU: Record<Family, number> = { 4: 68, 6: 1280 };

/**
 * A target host beside us: a second network namespace at the other end of a veth pair. To be made by a process
 * that is in a fresh namespace of its own (see labCommand), which is the tester's.
 *
 * Neither namespace has a name. The target's is held by a process that ends when its standard input does, which
 * is when we end, in whatever way; the link goes with the first of the two namespaces. So nothing has to be
 * cleaned up, and nothing is left when there was no time to.
 */
export class Lab {
  readonly tester = TESTER;
  readonly target = TARGET;
  readonly interface = INTERFACE;
  readonly families: readonly Family[];
  readonly mtu: number;
  readonly #holder: ChildProcess;
  readonly #children = new Set<ChildProcess>();
  #disposed: Promise<void> | undefined;

  private constructor(holder: ChildProcess, families: readonly Family[], mtu: number) {
    this.#holder = holder;
    this.families = families;
    this.mtu = mtu;
  }

  static async create(options: LabOptions = {}): Promise<Lab> {
    const families = options.families ?? [4, 6];
    const mtu = options.mtu ?? 1500;
    for (const family of families) {
      if (mtu < MIN_MTU[family])
        throw new RangeError(`IPv${family} needs an MTU of ${MIN_MTU[family]}, not ${mtu}`);
    }
    for (const tool of ['unshare', 'nsenter', 'setpriv']) requireTool({ name: tool, package: 'util-linux' });
    requireTool({ name: 'ip', package: 'iproute2' });
    if (options.linkLoss) requireTool({ name: 'nft', package: 'nftables' });
    if (families.includes(6) && !existsSync('/proc/sys/net/ipv6')) {
      throw new LabUnavailable(
        'This kernel has no IPv6 (it was booted with ipv6.disable=1): test IPv4 only, or boot it with IPv6.',
      );
    }
    // The lab sets up routes and addresses: never on the machine's own network.
    if (Object.values(networkInterfaces()).some((addresses) => addresses?.some((a) => !a.internal))) {
      throw new LabUnavailable(
        'The lab must be made in a network namespace of its own: start this process by way of labCommand().',
      );
    }

    // Meanwhile the namespaces are made; a failure is told when its turn has come.
    const helper = compile(fileURLToPath(new URL('offloads.c', import.meta.url)));
    helper.catch(() => {});
    const holder = await hold();
    const lab = new Lab(holder, families, mtu);
    try {
      const link = `dev ${INTERFACE}`;
      for (const sysctl of LINK_SYSCTLS) applySysctl(sysctl);
      await ipBatch([
        `link add ${INTERFACE} address ${TESTER_MAC} mtu ${mtu} type veth` +
          ` peer name ${INTERFACE} address ${TARGET_MAC} mtu ${mtu} netns ${holder.pid}`,
        ...endpoint({ own: TESTER, peer: TARGET, peerMac: TARGET_MAC, families }),
        // What is sent to more than one host goes out of the link as well, if only to see that it is ignored.
        ...(families.includes(4) ? [`route replace 224.0.0.0/4 ${link}`] : []),
      ]);
      await lab.#setUpTargetEnd();
      const program = await helper;
      try {
        await Promise.all([
          run(program.path, [INTERFACE]),
          run('nsenter', [...lab.#enter(), program.path, INTERFACE]),
        ]);
      } finally {
        await program.release();
      }
      if (options.linkLoss) {
        const { toTester, toTarget } = lossRules(INTERFACE, options.linkLoss);
        await Promise.all([
          run('nft', ['-f', '-'], toTester),
          run('nsenter', [...lab.#enter(), 'nft', '-f', '-'], toTarget),
        ]);
      }
      return lab;
    } catch (error) {
      await lab.dispose();
      throw error;
    }
  }

  /** The target's namespace as a path, for programs that join one by themselves. */
  get targetNamespace(): string {
    return `/proc/${this.#holder.pid}/ns/net`;
  }

  /** The words before a command so that it runs on the target, as a process of whoever starts it. */
  get entering(): string[] {
    return ['nsenter', `--net=${this.targetNamespace}`, '--'];
  }

  /**
   * Runs a program on the target. Its standard input is a pipe that we hold; it is killed when we end. It is not
   * in our process group: an interrupt from the terminal is for us to handle.
   */
  spawnInTarget(command: string, args: readonly string[] = [], options: SpawnOptions = {}): TargetProcess {
    if (this.#disposed) throw new Error('the lab is disposed of');
    // Innermost, because a change of credentials on the way would take the death signal back.
    const words = [...this.#enter(), ...ENDS_WITH_US, command, ...args];
    const child = spawn('nsenter', words, {
      env: labEnvironment(options.env),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdio: ['pipe', options.stdout ?? 'pipe', options.stderr ?? 'pipe'],
      detached: true,
    }) as TargetProcess;
    child.stdin.on('error', () => {}); // it may end before it has read all
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    child.once('error', () => this.#children.delete(child));
    return child;
  }

  /** Pulls the cable out: what either side sends from now on is lost without an error. */
  async linkDown(): Promise<void> {
    // At the target's end, because the tester's sends would fail if its own were down.
    await run('nsenter', [...this.#enter(), 'ip', 'link', 'set', 'dev', INTERFACE, 'down']);
  }

  /** Puts the cable back in. */
  async linkUp(): Promise<void> {
    await this.#setUpTargetEnd();
    const patience = Date.now() + 3000;
    // Node lists the interfaces that are up and have a carrier.
    while (!networkInterfaces()[INTERFACE]) {
      if (Date.now() > patience)
        throw new LabUnavailable(`The lab's link ${INTERFACE} does not come up again.`);
      await delay(1);
    }
  }

  /** Ends every program on the target, the target's namespace and the link. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#end();
    return this.#disposed;
  }

  async #end(): Promise<void> {
    await Promise.all([...this.#children].map(stop));
    // At once, where the kernel takes its time with a namespace that has lost its last process.
    await deleteLink(INTERFACE);
    this.#holder.ref();
    this.#holder.stdin?.end();
    await ended(this.#holder);
  }

  #enter(): string[] {
    return ['-t', String(this.#holder.pid), '-n', '--'];
  }

  async #setUpTargetEnd(): Promise<void> {
    const commands = endpoint({ own: TARGET, peer: TESTER, peerMac: TESTER_MAC, families: this.families });
    await ipBatch(commands, ['nsenter', ...this.#enter()]);
  }
}

/**
 * What the holder does in the end: it kills whatever is in its namespace, the children's children as well. A second
 * pass finds what was being started during the first.
 */
const SWEEP = `
for pass in 1 2; do
  for process in /proc/[0-9]*; do
    if [ $process != /proc/$$ ] && [ $process/ns/net -ef /proc/$$/ns/net ]; then
      kill -KILL \${process#/proc/}
    fi
  done 2>/dev/null
done`;

/** The process that keeps the target's namespace: it has set the sysctls when it says so, and then waits. */
async function hold(): Promise<ChildProcess> {
  const settings = [...LINK_SYSCTLS, ...TARGET_SYSCTLS].map(({ name, value, optional }) => {
    const write = `echo ${value} > ${file(name)}`;
    return optional ? `{ ${write}; } 2>/dev/null || :` : write;
  });
  const script = ['set -e', ...settings, 'echo ready', 'set +e', 'cat >/dev/null', SWEEP].join('\n');
  const holder = spawn('unshare', ['-n', '--', 'sh', '-c', script], {
    env: labEnvironment(),
    stdio: 'pipe',
    detached: true,
  });
  let stderr = '';
  holder.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  holder.stdin.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    holder.once('error', (error) =>
      reject(new LabUnavailable(`\`unshare -n\` could not be started: ${error.message}.`)),
    );
    holder.once('close', () =>
      reject(new LabUnavailable(`\`unshare -n\` could not make the target's namespace: ${stderr.trim()}.`)),
    );
    holder.stdout.once('data', () => resolve());
  });
  // A lab that was forgotten keeps nobody waiting: we end, and the holder after us.
  for (const handle of [holder, holder.stdin, holder.stdout, holder.stderr]) (handle as ChildProcess).unref();
  return holder;
}

interface Endpoint {
  readonly own: Addresses;
  readonly peer: Addresses;
  readonly peerMac: string;
  readonly families: readonly Family[];
}

/**
 * One end of the link in the language of `ip -batch`. The neighbour is told, not asked for: no segment waits for a
 * resolution or is lost to it. The default route makes replies to any address visible on the link. All of it may
 * be said again after the link was down, which takes the routes, the neighbours and the IPv6 addresses away.
 */
function endpoint({ own, peer, peerMac, families }: Endpoint): string[] {
  const link = `dev ${INTERFACE}`;
  const commands = [
    'link set dev lo up',
    // No link-local address, so nothing is sent that nobody asked for.
    ...(families.includes(6) ? [`link set ${link} addrgenmode none`] : []),
    `link set ${link} up`,
  ];
  if (families.includes(4)) {
    commands.push(
      `addr replace ${own[4]}/24 broadcast + ${link}`,
      `neigh replace ${peer[4]} lladdr ${peerMac} ${link} nud permanent`,
      `route replace default via ${peer[4]} ${link}`,
    );
  }
  if (families.includes(6)) {
    commands.push(
      `addr replace ${own[6]}/64 ${link} nodad`,
      `neigh replace ${peer[6]} lladdr ${peerMac} ${link} nud permanent`,
      `route replace default via ${peer[6]} ${link}`,
    );
  }
  return commands;
}

const file = (sysctl: string): string => `/proc/sys/${sysctl.replaceAll('.', '/')}`;

/** Sets a sysctl of our own namespace. */
function applySysctl({ name, value, optional }: Sysctl): void {
  try {
    writeFileSync(file(name), String(value));
  } catch (error) {
    if (!optional)
      throw new LabUnavailable(`The sysctl ${name} could not be set: ${(error as Error).message}.`);
  }
}
