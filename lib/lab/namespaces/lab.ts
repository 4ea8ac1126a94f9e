import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { compile } from '../../compile.ts';
import { ended } from '../../processes.ts';
import type { Family } from '../../wire/index.ts';
import { LabUnavailable, labEnvironment, requireLabTools, requireTools } from './enter.ts';
import { endpoint, linkNames, OFFLOADS, requireOwnNetwork, TARGET, TESTER, testerEndpoint } from './link.ts';
import { type LinkLoss, lossRules } from './loss.ts';
import { deleteLink, ipBatch, run } from './run.ts';
import { fileOfSysctl, LINK_SYSCTLS, setLinkSysctls, TARGET_SYSCTLS } from './sysctls.ts';

interface LabOptions {
  readonly families?: readonly Family[];
  /** TCP packets to lose on the link, in each direction. */
  readonly linkLoss?: LinkLoss;
}

/** Both ends of the link have this name, each in its own namespace. */
const LINK = linkNames(0);
const UP_WITHIN_MS = 3000;

/**
 * A target host: a second network namespace at the other end of a veth pair. Make it in a process with a fresh namespace
 * (see labCommand), which is the tester's.
 *
 * Neither namespace has a name. A process holds the target's; it ends when its standard input does, so when we end in any
 * way. The link goes with either namespace. Nothing needs cleaning up.
 */
export class Lab {
  readonly tester = TESTER;
  readonly target = TARGET;
  readonly interface = LINK.name;
  readonly families: readonly Family[];
  readonly #holder: ChildProcess;
  #disposed: Promise<void> | undefined;

  private constructor(holder: ChildProcess, families: readonly Family[]) {
    this.#holder = holder;
    this.families = families;
  }

  /** @throws LabUnavailable */
  static async create({ families = [4, 6], linkLoss }: LabOptions = {}): Promise<Lab> {
    requireLabTools();
    if (linkLoss) requireTools('nftables', 'nft');
    if (families.includes(6) && !existsSync('/proc/sys/net/ipv6')) {
      throw new LabUnavailable(
        'This kernel has no IPv6 (it was booted with ipv6.disable=1): test IPv4 only, or boot it with IPv6.',
      );
    }
    requireOwnNetwork();

    const building = compile(OFFLOADS, ['-std=c99', '-O1']);
    building.catch(() => {}); // it is awaited below
    const lab = new Lab(await holdNamespace(), families);
    try {
      setLinkSysctls();
      await ipBatch([
        `link add ${LINK.name} address ${LINK.testerMac} type veth` +
          ` peer name ${LINK.name} address ${LINK.targetMac} netns ${lab.#holder.pid}`,
        ...testerEndpoint(LINK, families),
      ]);
      await lab.linkUp();
      const offloads = await building.catch((error: Error) => {
        throw new LabUnavailable(error.message);
      });
      await Promise.all([run([offloads, LINK.name]), lab.#runInTarget([offloads, LINK.name])]);
      if (linkLoss) {
        const { toTester, toTarget } = lossRules(LINK.name, linkLoss);
        const nft = ['nft', '-f', '-'];
        await Promise.all([run(nft, toTester), lab.#runInTarget(nft, toTarget)]);
      }
      return lab;
    } catch (error) {
      await lab.dispose();
      throw error;
    }
  }

  /** The target's namespace as a path. */
  get targetNamespace(): string {
    return `/proc/${this.#holder.pid}/ns/net`;
  }

  /** The words before a command that run it on the target. */
  get entering(): string[] {
    return ['nsenter', `--net=${this.targetNamespace}`, '--'];
  }

  /** Sets up the target's end of the link, also after the link was down, and waits until the link is up. */
  async linkUp(): Promise<void> {
    const { families } = this;
    const commands = endpoint({
      ...{ name: LINK.name, own: TARGET, peer: TESTER, peerMac: LINK.testerMac, families },
    });
    await ipBatch(commands, this.entering);
    const deadline = Date.now() + UP_WITHIN_MS;
    // Node lists interfaces that are up and have a carrier.
    while (!networkInterfaces()[LINK.name]) {
      if (Date.now() > deadline) throw new LabUnavailable(`The lab's link ${LINK.name} does not come up.`);
      await delay(1);
    }
  }

  /** Ends every program on the target, the target's namespace and the link. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#end();
    return this.#disposed;
  }

  async #end(): Promise<void> {
    // The kernel deletes the link of an empty namespace too, but may take its time.
    await deleteLink(LINK.name);
    this.#holder.ref();
    this.#holder.stdin?.end();
    await ended(this.#holder);
  }

  #runInTarget(words: readonly string[], input = ''): Promise<string> {
    return run([...this.entering, ...words], input);
  }
}

/** The holder's last act kills everything in its namespace. The second pass finds what was started during the first. */
const SWEEP = `
for pass in 1 2; do
  for process in /proc/[0-9]*; do
    if [ $process != /proc/$$ ] && [ $process/ns/net -ef /proc/$$/ns/net ]; then
      kill -KILL \${process#/proc/}
    fi
  done 2>/dev/null
done`;

/** Starts the process that holds the target's namespace, with the sysctls set. */
async function holdNamespace(): Promise<ChildProcess> {
  const settings = [...LINK_SYSCTLS, ...TARGET_SYSCTLS].map(({ name, value, optional }) => {
    const write = `echo ${value} > ${fileOfSysctl(name)}`;
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
  // A forgotten lab keeps no process alive: we end, and the holder after us.
  for (const handle of [holder, holder.stdin, holder.stdout, holder.stderr]) (handle as ChildProcess).unref();
  return holder;
}
