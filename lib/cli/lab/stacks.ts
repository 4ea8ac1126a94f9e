import { findStack, STACKS, type Stack } from '../../lab/index.ts';
import { UsageError } from '../failure.ts';

/**
 * A stack that can be started: all it needs is here.
 *
 * @throws UsageError with the line that installs what is missing
 */
export function readyStack(id: string): Stack {
  const stack = findStack(id);
  if (!stack)
    throw new UsageError(`unknown stack ${id}; there are ${STACKS.map((one) => one.id).join(', ')}`);
  const missing = stack.missing();
  if (missing.length === 0) return stack;
  throw new UsageError(`${id} needs packages that are not installed: apt-get install ${missing.join(' ')}`);
}

/** The name of its folder of reports, and of its baseline: `reference:rfc793` is `reference-rfc793`. */
export const folderOf = (id: string): string => id.replace(/[^a-z0-9._-]+/gi, '-');
