/**
 * Compares what `explain` says of the scenes with what they are: `node --import tsx bench/explain/check-scenes.ts FOLDER`. The cause that
 * is named first must be right in 95 of 100; what is certain must never be wrong, and nothing that real stacks did may deviate.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from '../../lib/explain/account.ts';
import { explainCapture } from '../../lib/explain/explain.ts';

interface Scene {
  readonly name: string;
  readonly cause: string;
  /** Causes that look the same on the wire. */
  readonly alike: readonly string[];
  readonly by: 'a' | 'b';
  readonly kind: string;
  /** Where what it is about comes by. */
  readonly places: string;
  readonly failed?: string;
}

const ADDRESSES = { a: ['10.7.0.1', '10.7.0.9'], b: ['10.7.0.2'] } as const;

const folder = process.argv[2] ?? '.';
const scenes: readonly Scene[] = JSON.parse(readFileSync(join(folder, 'scenes.json'), 'utf8'));
let right = 0;
let named = 0;
let all = 0;
let wrongCertain = 0;
let accused = 0;

for (const { name, cause, alike, by, kind, places, failed } of scenes) {
  if (failed) console.log(`${name}: the scene failed: ${failed}`);
  for (const place of places) {
    const accounts: Account[] = [];
    await explainCapture(join(folder, `${name}.${place}.pcap`), (account) => accounts.push(account));
    const mine = accounts.flatMap(({ ends, explanations }) =>
      explanations
        .filter((one) => (ADDRESSES[by] as readonly string[]).includes(ends[one.by].address))
        .filter((one) => one.kind === kind),
    );
    const told = accounts.flatMap(({ explanations }) => explanations);
    // What was lost before it came by cannot be explained.
    const isReset = kind === 'reset' && !mine.length;
    if (isReset && !told.some((one) => one.kind === 'reset')) continue;
    all += 1;
    const expected = [cause, ...alike];
    const exact =
      kind === 'none' ? told.every((one) => one.kind !== 'reset') : mine.some((one) => one.cause === cause);
    const fits = exact || mine.some((one) => expected.includes(one.cause));
    if (exact) named += 1;
    if (fits) right += 1;
    for (const one of told) {
      if (one.verdict === 'deviates') {
        accused += 1;
        console.log(`${name} at ${place}: ${one.segment.frame} ${one.kind} ${one.cause} is said to deviate`);
      }
    }
    for (const one of mine)
      if (one.sure === 'certain' && one.cause !== 'closed by its own reset' && !expected.includes(one.cause))
        wrongCertain += 1;
    if (!exact)
      console.log(
        `${fits ? 'alike' : 'WRONG'} ${name} at ${place}: ${cause}; found ${told.map((one) => `${one.segment.frame} ${one.kind}: ${one.cause} (${one.sure}) drawn by ${one.drawnBy}`).join(', ') || 'nothing'}`,
      );
  }
}

console.log(
  `${scenes.length} scenes, ${all} captures: named first ${named} (${((100 * named) / all).toFixed(1)} %), or one that looks the same ${right} (${((100 * right) / all).toFixed(1)} %); certain and wrong ${wrongCertain}; accused ${accused}`,
);
process.exitCode = right >= 0.95 * all && wrongCertain === 0 && accused === 0 ? 0 : 1;
