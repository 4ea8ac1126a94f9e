/**
 * Compares what `explain` says of the scenes with what they are: `node --import tsx bench/explain/check-scenes.ts FOLDER...`.
 *
 * A capture counts once. It is right when the cause that is named first is the scene's; or when the scene says that its cause looks the
 * same on the wire as others, one of these is named first, `explain` is not certain of it, and the scene's cause is among its candidates.
 * 95 of 100 must be right. What is certain must never be wrong, and nothing that a stack did as the RFCs ask may deviate. A capture in
 * which the reset that the scene is about did not come by says nothing, and is left out. Where both ends close, an ACK that is late may draw
 * a reset: then that must be explained by the FINs.
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
  /** The address of who does what is to be explained. */
  readonly by: string;
  readonly kind: string;
  /** Where what it is about comes by. */
  readonly places: readonly string[];
  /** How many resets of that end came by, by place. */
  readonly resets: Readonly<Record<string, number>>;
  /** What the stack does here that contradicts the RFCs. */
  readonly deviates: string | null;
  readonly mayDeviate: string | null;
  /** The reset that the scene is about: the first of its sender, or the second. */
  readonly about: number;
  readonly failed: string | null;
}

const percent = (part: number, whole: number): string =>
  `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`;

const sum = {
  ...{ captures: 0, named: 0, right: 0, wronglyCertain: 0, leftOut: 0 },
  ...{ accused: 0, deviations: 0, found: 0, failed: 0 },
};
const kinds = new Set<string>();

async function check(folder: string, scene: Scene): Promise<void> {
  const { name, cause, alike, by, kind, places, resets, about, deviates } = scene;
  const expected = [cause, ...alike];
  for (const place of places) {
    const accounts: Account[] = [];
    await explainCapture(join(folder, `${name}.${place}.pcap`), (account) => accounts.push(account));
    const told = accounts.flatMap(({ explanations }) => explanations);
    const accused = told.filter(({ verdict }) => verdict === 'deviates');
    if (deviates) {
      sum.deviations += 1;
      if (accused.length > 0) sum.found += 1;
      else console.log(`acquitted: ${name} at ${place}, though ${deviates}`);
    } else if (!scene.mayDeviate) {
      sum.accused += accused.length;
      for (const { segment, kind, cause } of accused)
        console.log(`ACCUSED ${name} at ${place}: ${segment.frame} ${kind} ${cause}`);
    }
    if (kind === 'reset' && (resets[place] ?? 0) < about) {
      sum.leftOut += 1;
      continue;
    }
    sum.captures += 1;
    kinds.add(name);
    const mine = accounts.flatMap(({ ends, explanations }) =>
      explanations.filter((one) => one.kind === kind && ends[one.by].address === by),
    );
    const resetsOf = (address: string) =>
      accounts.flatMap(({ ends, explanations }) =>
        explanations.filter((one) => one.kind === 'reset' && ends[one.by].address === address),
      );
    const named =
      kind === 'none'
        ? resetsOf(by).every(({ cause }) => cause === 'closed by FINs')
        : mine.some((one) => one.cause === cause);
    const fits = mine.some(
      (one) => alike.includes(one.cause) && one.sure !== 'certain' && one.candidates.includes(cause as never),
    );
    if (named) sum.named += 1;
    if (named || fits) sum.right += 1;
    // Resets after the first one answer what came to a connection that the first one had ended.
    sum.wronglyCertain += mine.filter(
      ({ sure, cause: found }, index) =>
        sure === 'certain' &&
        !expected.includes(found) &&
        !(index > 0 && found === 'closed by its own reset'),
    ).length;
    if (named) continue;
    const found = told.map(
      (one) =>
        `${one.segment.frame} ${one.kind}: ${one.cause} (${one.sure}; ${one.candidates.join(', ')}) drawn by ${one.drawnBy}`,
    );
    console.log(
      `${fits ? 'alike' : 'WRONG'} ${name} at ${place}: ${cause}; found ${found.join(' | ') || 'nothing'}`,
    );
  }
}

for (const folder of process.argv.slice(2)) {
  const { stack, scenes } = JSON.parse(readFileSync(join(folder, 'scenes.json'), 'utf8')) as {
    stack: string;
    scenes: Scene[];
  };
  console.log(`\n${stack} (${folder}): ${scenes.length} scenes`);
  for (const scene of scenes) {
    if (scene.failed) {
      sum.failed += 1;
      console.log(`${scene.name}: the scene failed: ${scene.failed}`);
    } else await check(folder, scene);
  }
}
const { captures, named, right, wronglyCertain, leftOut, accused, deviations, found, failed } = sum;
console.log(
  `\n${kinds.size} kinds of scenes, ${captures} captures: the cause is named first in ${percent(named, captures)}, or one that looks the same in ${percent(right, captures)}; certain and wrong ${wronglyCertain}; accused without ground ${accused}; deviations seen ${found} of ${deviations}; without the reset ${leftOut}`,
);
process.exitCode = right >= 0.95 * captures && wronglyCertain === 0 && accused === 0 && failed === 0 ? 0 : 1;
