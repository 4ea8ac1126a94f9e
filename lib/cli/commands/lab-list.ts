import type { Command } from 'commander';
import pc from 'picocolors';
import { STACKS } from '../../lab/stacks/index.ts';
import { EXIT } from '../failure.ts';

export function declare(command: Command): void {
  command
    .option('--json', 'JSON, for programs')
    .addHelpText('after', '\nExample:\n  segment-arrives lab list')
    .action((options) => {
      process.exitCode = listStacks(options);
    });
}

function listStacks({ json }: { json?: boolean }): number {
  const stacks = STACKS.map((stack) => ({
    id: stack.id,
    what: stack.what,
    packages: [...stack.packages],
    missing: [...stack.missing()],
  }));
  if (json) {
    process.stdout.write(`${JSON.stringify({ stacks }, null, 1)}\n`);
    return EXIT.asExpected;
  }
  const width = Math.max(...stacks.map(({ id }) => id.length));
  for (const { id, what, packages, missing } of stacks) {
    const here =
      missing.length === 0 ? pc.green('installed') : pc.yellow(`apt-get install ${missing.join(' ')}`);
    const needs = packages.length === 0 ? '' : `needs ${packages.join(', ')}; `;
    process.stdout.write(
      `  ${pc.bold(id.padEnd(width))}  ${what}\n  ${' '.repeat(width)}  ${needs}${here}\n`,
    );
  }
  return EXIT.asExpected;
}
