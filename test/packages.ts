import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { missingOf } from '../lib/lab/namespaces/enter.ts';

const has = (name: string, file: string) => (): boolean => missingOf({ [name]: file }).length === 0;

/** The library of a compiler's address sanitizer, which Debian packs apart; the name alone where the compiler knows of none. */
export const sanitizerOf = (compiler: string): string => {
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch;
  const name = `libclang_rt.asan-${machine}.a`;
  return spawnSync(compiler, [`-print-file-name=${name}`], { encoding: 'utf8' }).stdout?.trim() || name;
};

/**
 * The Debian packages that some tests need, each with a check for it. README and .ci/run name the same packages. The packages
 * that the suite itself needs are not among them.
 */
export const TEST_PACKAGES = {
  // Other C compilers, which warn of other things.
  clang: has('clang', 'clang'),
  // Its sanitizers' libraries: the compiler knows where they are, and prints the bare name where they are not.
  'libclang-rt-dev': () => existsSync(sanitizerOf('clang')),
  'musl-tools': has('musl-tools', 'musl-gcc'),
  nftables: has('nftables', 'nft'),
  'liblwip-dev': has('liblwip-dev', '/usr/include/lwip/lwipopts.h'),
  'libxml2-utils': has('libxml2-utils', 'xmllint'),
  // Asks Python, because a user's own Python has its own packages.
  'python3-yaml': () => spawnSync('python3', ['-c', 'import yaml']).status === 0,
  tshark: has('tshark', 'tshark'),
  chromium: has('chromium', '/usr/bin/chromium'),
  // Other programs of this name have no -N.
  'netcat-openbsd': () => /-\S*N/.test(spawnSync('nc', ['-h'], { encoding: 'utf8' }).stderr ?? ''),
  // inetd knows its services by the names in /etc/services.
  netbase: has('netbase', '/etc/services'),
  'openbsd-inetd': has('openbsd-inetd', '/usr/sbin/inetd'),
  'nginx-light': has('nginx-light', '/usr/sbin/nginx'),
  'openssh-server': has('openssh-server', '/usr/sbin/sshd'),
} as const;

export type TestPackage = keyof typeof TEST_PACKAGES;

/** Skips a test, or all tests after a hook, and prints why. */
export function skipBecause(test: Mocha.Context, reason: string): never {
  console.log(`      skipped: ${reason}`);
  return test.skip();
}

/** The command that installs the missing packages of these; undefined when none is missing. */
export function installing(...names: readonly TestPackage[]): string | undefined {
  const missing = names.filter((name) => !TEST_PACKAGES[name]());
  return missing.length > 0 ? `apt-get install ${missing.join(' ')}` : undefined;
}

/** Skips a test, or all tests after a hook, when a package is not installed, and names the package. */
export function skipWithout(test: Mocha.Context, name: TestPackage): void {
  const missing = installing(name);
  if (missing !== undefined) skipBecause(test, missing);
}
