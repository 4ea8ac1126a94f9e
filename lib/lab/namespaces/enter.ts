import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** This machine cannot make a lab. The message says why and what to do. */
export class LabUnavailable extends Error {
  override readonly name = 'LabUnavailable';
}

/** The environment with a PATH that has the folders of `ip` and `nft`, which an ordinary user's PATH may lack. */
export function labEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const path = [process.env.PATH, '/usr/sbin', '/sbin'].filter(Boolean).join(delimiter);
  return { ...process.env, PATH: path, ...extra };
}

/** Debian packages, each with a file that shows that it is installed: a path, or a command of the PATH. */
type PackageFiles = Readonly<Record<string, string>>;

/** What builds the programs that run on a target. */
export const COMPILER: PackageFiles = { gcc: 'cc', 'libc6-dev': '/usr/include/stdio.h' };

/** The packages whose file is missing. Works without dpkg. */
export function missingOf(packages: PackageFiles): string[] {
  const folders = (labEnvironment().PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const isHere = (file: string): boolean =>
    isAbsolute(file) ? existsSync(file) : folders.some((folder) => existsSync(join(folder, file)));
  return Object.entries(packages).flatMap(([name, file]) => (isHere(file) ? [] : [name]));
}

/** @throws LabUnavailable when one of these commands of a Debian package is missing */
export function requireTools(aptPackage: string, ...names: readonly string[]): void {
  const missing = names.find((name) => missingOf({ [aptPackage]: name }).length > 0);
  if (missing === undefined) return;
  throw new LabUnavailable(
    `The lab needs \`${missing}\`, which is not installed: \`apt-get install ${aptPackage}\`.`,
  );
}

/** @throws LabUnavailable when a program that makes namespaces or links is missing */
export function requireLabTools(): void {
  requireTools('util-linux', 'unshare', 'nsenter', 'setpriv');
  requireTools('iproute2', 'ip');
}

interface LabCommand {
  readonly command: string;
  readonly args: string[];
}

let known: LabCommand | undefined;

/**
 * The words before a command that give it a network namespace of its own, in which it may use raw sockets and make a
 * {@link Lab}. Root enters directly. Others, and root in most containers, go through a user namespace; which way works is
 * tried. The namespace has no name and ends with its last process. The command ends with the thread that started it.
 *
 * @throws LabUnavailable
 */
export function labCommand(): LabCommand {
  known ??= findCommand();
  return { command: known.command, args: [...known.args] };
}

function findCommand(): LabCommand {
  requireLabTools();
  let refusal = '';
  for (const flags of [['-n'], ['-U', '-r', '-n']]) {
    const refused = tryUnshare(flags);
    if (refused === undefined) {
      return { command: 'unshare', args: [...flags, '--', 'setpriv', '--pdeathsig', 'KILL', '--'] };
    }
    refusal = refused;
  }
  throw new LabUnavailable(refusalMessage(refusal));
}

/** Makes a namespace with a link that is up: some containers allow the one and not the other. @returns why it fails */
function tryUnshare(flags: readonly string[]): string | undefined {
  const tried = spawnSync('unshare', [...flags, '--', 'ip', 'link', 'set', 'lo', 'up'], {
    env: labEnvironment(),
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (tried.status === 0) return undefined;
  return tried.error?.message ?? (tried.stderr.trim().split('\n')[0] || `unshare ended with ${tried.status}`);
}

/** Files that may forbid user namespaces: the value that forbids, and the setting that allows. */
const SWITCHES: readonly { path: string; forbids: string; remedy: string }[] = [
  {
    path: '/proc/sys/kernel/unprivileged_userns_clone',
    forbids: '0',
    remedy: '`sysctl kernel.unprivileged_userns_clone=1`',
  },
  {
    path: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    forbids: '1',
    remedy: '`sysctl kernel.apparmor_restrict_unprivileged_userns=0`',
  },
  {
    path: '/proc/sys/user/max_user_namespaces',
    forbids: '0',
    remedy: '`sysctl user.max_user_namespaces=10000`',
  },
];

function refusalMessage(refusal: string): string {
  const remedies = SWITCHES.flatMap(({ path, forbids, remedy }) =>
    existsSync(path) && readFileSync(path, 'utf8').trim() === forbids ? [remedy] : [],
  );
  const remedy =
    remedies.length > 0
      ? `allow them with ${remedies.join(' and ')}, or run as root`
      : 'run as root, or in a container with CAP_SYS_ADMIN, CAP_NET_ADMIN and CAP_NET_RAW (`--privileged`)';
  return `The lab needs network namespaces, and this user may not make them (${refusal}): ${remedy}.`;
}
