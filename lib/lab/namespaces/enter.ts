import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';

/** This machine cannot make a lab. The message says why, and what to do about it. */
export class LabUnavailable extends Error {
  override readonly name = 'LabUnavailable';
}

export interface LabCommand {
  readonly command: string;
  readonly args: string[];
}

/** The switches of a system that may forbid user namespaces: the file, the value that forbids, and the remedy. */
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

/** An ordinary user's PATH often lacks the folders where `ip` and `nft` are. */
export function labEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const path = [process.env.PATH, '/usr/sbin', '/sbin'].filter(Boolean).join(delimiter);
  return { ...process.env, PATH: path, ...extra };
}

let known: LabCommand | undefined;

/**
 * The words to put before a command so that it runs in a network namespace of its own, in which it may use raw
 * sockets and build a {@link Lab}. The namespace has no name, so it ends with the last process in it, however
 * that process ends; and so does the command when the process (the thread, to be exact) that started it ends.
 *
 * Which way is open is found by trying it: root may do it directly, anybody else (and root inside most
 * containers) through a user namespace in which he is root.
 */
export function labCommand(): LabCommand {
  if (!known) {
    for (const tool of TOOLS) requireTool(tool);
    const ways = [['-n'], ['-U', '-r', '-n']];
    const refusals: string[] = [];
    for (const flags of ways) {
      const refusal = trial(flags);
      if (refusal === undefined) {
        known = {
          command: 'unshare',
          args: [...flags, '--', 'setpriv', '--pdeathsig', 'KILL', '--'],
        };
        break;
      }
      refusals.push(refusal);
    }
    if (!known) throw new LabUnavailable(refused(refusals.at(-1) ?? 'unshare failed'));
  }
  return { command: known.command, args: [...known.args] };
}

const TOOLS = [
  { name: 'unshare', package: 'util-linux' },
  { name: 'nsenter', package: 'util-linux' },
  { name: 'setpriv', package: 'util-linux' },
  { name: 'ip', package: 'iproute2' },
] as const;

/** Throws when `name` is not installed. */
export function requireTool(tool: { readonly name: string; readonly package: string }): void {
  const folders = (labEnvironment().PATH ?? '').split(delimiter);
  if (folders.some((folder) => folder !== '' && existsSync(`${folder}/${tool.name}`))) return;
  throw new LabUnavailable(
    `The lab needs \`${tool.name}\`, which is not installed: \`apt-get install ${tool.package}\`.`,
  );
}

function trial(flags: readonly string[]): string | undefined {
  // Beyond making the namespace: some containers allow that, but then no link in it.
  const probe = ['ip', 'link', 'set', 'lo', 'up'];
  const tried = spawnSync('unshare', [...flags, '--', ...probe], {
    env: labEnvironment(),
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (tried.status === 0) return undefined;
  return tried.error?.message ?? (tried.stderr.trim().split('\n')[0] || `unshare ended with ${tried.status}`);
}

function refused(refusal: string): string {
  const remedies = SWITCHES.filter(({ path, forbids }) => setting(path) === forbids).map((s) => s.remedy);
  const remedy =
    remedies.length > 0
      ? `allow them with ${remedies.join(' and ')}, or run as root`
      : 'run as root, or in a container with CAP_SYS_ADMIN, CAP_NET_ADMIN and CAP_NET_RAW (`--privileged`)';
  return `The lab needs network namespaces, and this user may not make them (${refusal}): ${remedy}.`;
}

function setting(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
