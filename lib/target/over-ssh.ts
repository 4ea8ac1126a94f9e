import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { ENDS_WITH_US, ended } from '../processes.ts';
import { sourceTowards } from '../tester/routing.ts';
import { inOneFile, upperTesterPath } from '../upper-tester-source.ts';
import { TestabilityClient } from './testability/client.ts';
import { UpperTesterAbsent } from './testability/exchange.ts';

/** Nothing can be tested there. The message is one sentence, with the remedy. */
export class SshError extends Error {
  override name = 'SshError';
}

export interface SshOptions {
  /** As `ssh` takes it: a name of the user's configuration, or user@host. */
  readonly destination: string;
  /** The addresses to test; absent: those of the destination's name. */
  readonly target?: readonly string[] | undefined;
  /** A program that was built for that machine; absent: it is compiled there. */
  readonly agent?: string | undefined;
  /** Where the upper tester takes commands there; 0: any. */
  readonly port: number;
  /** Gives up, as long as the upper tester is not there. */
  readonly signal?: AbortSignal;
}

/** A machine with an upper tester, which ends when this object, this process or the connection does. */
export interface FarTarget {
  readonly target: readonly string[];
  readonly upperTester: string;
  /** The system, with its version. */
  readonly name: string;
  stop(): Promise<void>;
}

type Addresses = Partial<Record<4 | 6, string>>;

// The upper tester there gives up after so many seconds without a request.
const IDLE_SECONDS = 20;
const BETWEEN_SIGNS_OF_LIFE_MS = 5000;
const STOPPED_WITHIN_MS = 5000;
const ANSWERS_WITHIN_MS = 1000;

const OPTIONS = [
  // Nothing of the user's configuration is to start something else, or to outlive this connection.
  ...['-T', '-x', '-o', 'RemoteCommand=none', '-o', 'ControlMaster=no', '-o', 'ClearAllForwardings=yes'],
  ...['-o', 'ServerAliveInterval=5', '-o', 'ServerAliveCountMax=3'],
];

/**
 * What runs there, in one line without quotes of its own kind, for any login shell. The source, or the program, comes on standard
 * input, which then stays open: its end ends the upper tester. `trap` removes the folder however this shell ends.
 */
const script = (octets: number, isProgram: boolean, words: readonly string[]): string =>
  [
    'umask 077',
    `d=$(mktemp -d "\${TMPDIR:-/tmp}/segment-arrives.XXXXXX") || { echo fault folder; exit 3; }`,
    'trap "rm -rf \\"$d\\"" 0',
    'trap "exit 3" 1 2 13 15',
    'echo "system $(uname -sr)"',
    'echo "connection $SSH_CONNECTION"',
    `head -c ${octets} >"$d/upper-tester${isProgram ? '' : '.c'}" || { echo fault folder; exit 3; }`,
    ...(isProgram
      ? ['chmod 700 "$d/upper-tester"']
      : [
          'c=',
          'for i in cc gcc clang tcc; do if command -v $i >/dev/null 2>&1; then c=$i; break; fi; done',
          'if [ -z "$c" ]; then echo fault compiler; exit 3; fi',
          '$c -std=c99 -O2 -o "$d/upper-tester" "$d/upper-tester.c" >"$d/said" 2>&1 || { echo "fault build $(head -n 1 "$d/said")"; exit 3; }',
        ]),
    `"$d/upper-tester" ${words.join(' ')} 2>"$d/said"`,
    's=$?',
    'echo "fault end $s $(head -n 1 "$d/said")"',
  ].join('; ');

/**
 * Starts an upper tester on another machine by the system's ssh, with the user's configuration, keys and agent.
 *
 * @throws SshError
 */
export async function startOverSsh(options: SshOptions): Promise<FarTarget> {
  const { destination, agent, port } = options;
  const target = byFamily(options.target ?? (await addressesOf(destination)));
  const tester: Addresses = {};
  for (const family of [4, 6] as const) {
    const source = target[family] && sourceTowards(target[family]);
    if (source) tester[family] = source;
    else delete target[family];
  }
  const first = target[4] ? 4 : 6;
  const address = target[first];
  if (!address) throw new SshError(`${destination}: there is no route to it; give its address by --target`);
  const words = [
    ...['--bind', address, '--port', String(port), '--exit-on-eof', '--exit-when-idle', String(IDLE_SECONDS)],
    ...Object.values(tester).flatMap((each) => ['--tester', each]),
    ...(first === 4 && target[6] ? ['--local', target[6]] : []),
  ];
  const program = agent === undefined ? Buffer.from(inOneFile(upperTesterPath('posix'))) : readAgent(agent);
  const far = new FarShell(destination, script(program.length, agent !== undefined, words), program);
  const giveUp = (): void => far.giveUp();
  options.signal?.addEventListener('abort', giveUp);
  try {
    const ready = await far.ready();
    if (ready.seenAs !== undefined && !Object.values(tester).includes(ready.seenAs)) {
      const ours = Object.values(tester).join(', ');
      throw new SshError(
        `${destination} sees this machine as ${ready.seenAs}, not as ${ours}: something between translates addresses, or the connection goes through another host; run the suite in the target's own network`,
      );
    }
    await far.keepAlive({ address, port: ready.port });
    const upperTester = `${first === 4 ? address : `[${address}]`}:${ready.port}`;
    return { target: Object.values(target), upperTester, name: ready.system, stop: () => far.stop() };
  } catch (error) {
    await far.stop();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', giveUp);
  }
}

/** The shell on the other machine, and what it says. */
class FarShell {
  readonly #destination: string;
  readonly #child: ChildProcess;
  readonly #said: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #client: TestabilityClient | undefined;
  #onLine: () => void = () => {};

  constructor(destination: string, command: string, input: Buffer) {
    this.#destination = destination;
    // An interrupt from the terminal is ours: we end the upper tester in order. Until then, ssh may ask for a password.
    const ours = [...asUser(), ...ENDS_WITH_US, 'sh', '-c', 'trap "" INT; exec "$@"', 'sh'];
    const [program = '', ...args] = [...ours, 'ssh', ...OPTIONS, '--', destination, `sh -c '${command}'`];
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdin?.on('error', () => {}); // it may end before it has read all
    this.#child.stdin?.write(input);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (!stream) continue;
      createInterface(stream).on('line', (line) => {
        this.#said.push(line.trim());
        this.#onLine();
      });
    }
  }

  /** @throws SshError */
  async ready(): Promise<{ port: number; system: string; seenAs?: string }> {
    const closed = new Promise<void>((resolve) => this.#child.once('close', () => resolve()));
    let isClosed = false;
    void closed.then(() => {
      isClosed = true;
      this.#onLine();
    });
    for (;;) {
      const port = this.#word('ready');
      const fault = this.#word('fault');
      if (port !== undefined) {
        const seenAs = this.#word('connection')?.split(' ')[0];
        return { port: Number(port), system: this.#word('system') ?? '', ...(seenAs ? { seenAs } : {}) };
      }
      if (fault !== undefined) throw new SshError(this.#explain(fault));
      if (isClosed) throw new SshError(this.#explain(''));
      await new Promise<void>((resolve) => {
        this.#onLine = resolve;
      });
    }
  }

  /** Checks that the upper tester answers, and from then on shows it that we live. @throws SshError */
  async keepAlive(at: { address: string; port: number }): Promise<void> {
    const client = await TestabilityClient.open({ ...at, timeoutMs: ANSWERS_WITHIN_MS });
    this.#client = client;
    await client.getVersion().catch((error: Error) => {
      if (!(error instanceof UpperTesterAbsent)) throw error;
      throw new SshError(
        `the upper tester runs on ${this.#destination} and does not answer: a firewall drops UDP to ${at.address} port ${at.port}, or TCP is filtered, too; let this machine through there (with --agent-port N the port is always the same)`,
      );
    });
    this.#timer = setInterval(() => void client.getVersion().catch(() => {}), BETWEEN_SIGNS_OF_LIFE_MS);
    this.#timer.unref();
  }

  giveUp(): void {
    this.#child.kill('SIGTERM');
  }

  /** The end of its input ends the upper tester, then the shell, then ssh. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#client?.dispose();
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill('SIGTERM'), STOPPED_WITHIN_MS);
    await ended(this.#child);
    clearTimeout(timer);
  }

  /** What follows a word at the beginning of a line. */
  #word(word: string): string | undefined {
    return this.#said.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1);
  }

  #explain(fault: string): string {
    const there = this.#destination;
    const [what, ...rest] = fault.split(' ');
    switch (what) {
      case 'folder':
        return `${there} has no folder for temporary files that this user may write to: set TMPDIR there`;
      case 'compiler':
        return `${there} has no C compiler: install one there (apt-get install gcc libc6-dev), or build the upper tester for it (\`segment-arrives upper-tester source\`) and give it by --agent FILE`;
      case 'build':
        return `the upper tester does not build on ${there}: ${rest.join(' ')}; give one that was built for it by --agent FILE`;
      case 'end':
        return `the upper tester does not run on ${there}: ${rest.slice(1).join(' ') || `it ended with ${rest[0]}`}${hint(rest.join(' '))}`;
      default:
        return `\`ssh ${there}\` failed: ${this.#said.at(-1) || 'it said nothing'} (does \`ssh ${there} true\` work?)`;
    }
  }
}

/** What to do about what a shell or an upper tester has said. */
function hint(said: string): string {
  if (/has the port/.test(said))
    return '; another --agent-port, or none, lets it choose a free one; or give the right address by --target';
  if (/Permission denied/i.test(said))
    return '; programs may not run from its temporary folder: set TMPDIR there to one where they may';
  if (/Exec format|not found|cannot execute/i.test(said))
    return '; the file of --agent is for another kind of machine';
  return '';
}

/** With sudo, ssh is that of whoever called sudo: root has other keys. */
function asUser(): string[] {
  const { SUDO_UID, SUDO_GID } = process.env;
  if (process.getuid?.() !== 0 || !SUDO_UID || !SUDO_GID) return [];
  return ['setpriv', '--reuid', SUDO_UID, '--regid', SUDO_GID, '--init-groups', '--'];
}

/** The addresses of the host that ssh would connect to. */
async function addressesOf(destination: string): Promise<string[]> {
  const [command = '', ...args] = [...asUser(), 'ssh', '-G', '--', destination];
  const { stdout } = await promisify(execFile)(command, args).catch(
    (error: NodeJS.ErrnoException & { stderr?: string }) => {
      if (error.code === 'ENOENT') throw new SshError('there is no ssh: apt-get install openssh-client');
      throw new SshError(`\`ssh -G ${destination}\` failed: ${error.stderr?.trim() || error.message}`);
    },
  );
  const host = /^hostname (.+)$/m.exec(stdout)?.[1] ?? destination;
  if (isIP(host)) return [host];
  const found = await lookup(host, { all: true }).catch(() => []);
  if (found.length === 0)
    throw new SshError(`${host} has no address that is known here: give it by --target`);
  return found.map(({ address }) => address);
}

/** The first of each family. */
function byFamily(addresses: readonly string[]): Addresses {
  const first = (family: 4 | 6): string | undefined => addresses.find((one) => isIP(one) === family);
  const [four, six] = [first(4), first(6)];
  return { ...(four ? { 4: four } : {}), ...(six ? { 6: six } : {}) };
}

function readAgent(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new SshError(`--agent ${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
