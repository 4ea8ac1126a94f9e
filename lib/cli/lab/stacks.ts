import { findStack, STACKS, type Stack } from '../../lab/index.ts';
import { UsageError } from '../failure.ts';

/**
 * Stacks that can be started: all that they need is here.
 *
 * @throws UsageError with the one line that installs what is missing for all of them
 */
export async function readyStacks(ids: readonly string[]): Promise<Stack[]> {
  const stacks = await Promise.all([...new Set(ids)].map(knownStack));
  const lacking = stacks.filter((stack) => stack.missing().length > 0);
  if (lacking.length === 0) return stacks;
  const packages = [...new Set(lacking.flatMap((stack) => stack.missing()))];
  const who = `${lacking.map(({ id }) => id).join(' and ')} ${lacking.length === 1 ? 'needs' : 'need'}`;
  throw new UsageError(`${who} packages that are not installed: apt-get install ${packages.join(' ')}`);
}

async function knownStack(id: string): Promise<Stack> {
  const stack = await findStack(id);
  if (stack) return stack;
  throw new UsageError(`unknown stack ${id}; there are ${STACKS.map((one) => one.id).join(', ')}`);
}

/** The name of its folder of reports, and of its baseline: `reference:rfc793` is `reference-rfc793`. */
export const folderOf = (id: string): string => id.replace(/[^a-z0-9._-]+/gi, '-');
