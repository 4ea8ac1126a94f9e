/**
 * Compares what `explain` says of the captures of a run with the run's verdicts: `node --import tsx bench/explain/check-run.ts REPORTS`. It
 * sees the packets alone. It must name the stimulus as what drew a reset or an empty ACK, and agree with the run on whether the target
 * deviates under every profile, in 98 of 100 cases.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Explanation } from '../../lib/explain/account.ts';
import { explainCapture } from '../../lib/explain/explain.ts';
import { captureName } from '../../lib/report/pcapng.ts';
import { readResults } from '../../lib/report/results.ts';
import { PROFILES } from '../../lib/standard/profile.ts';
import { verdictOf } from '../../lib/verdict/result.ts';

const folder = process.argv[2] ?? 'reports';
let cases = 0;
let agreed = 0;
let replies = 0;
let named = 0;

for (const result of readResults(join(folder, 'results.json')).cases) {
  const file = join(folder, captureName(result));
  const { outcome, records } = result;
  if (outcome !== 'judged' || !existsSync(file)) continue;
  const explanations: Explanation[] = [];
  await explainCapture(file, (account) => explanations.push(...account.explanations));
  // Frames are the records in their order. A silence goes by the segment that got no answer.
  const isTargets = ({ kind, segment }: Explanation): boolean =>
    (records[segment.frame - 1]?.from === 'target') !== (kind === 'silence');
  const accused = explanations.some((one) => one.verdict === 'deviates' && isTargets(one));
  const deviates = PROFILES.every((profile) => verdictOf(result, profile) === 'deviates');
  cases += 1;
  if (accused === deviates) agreed += 1;
  else
    console.log(
      `${result.id} IPv${result.family}: ${accused ? 'accused, but conforms' : 'deviates, but not accused'}`,
    );
  const stimuli = records.flatMap(({ role }, index) => (role === 'stimulus' ? [index + 1] : []));
  if (stimuli.length !== 1) continue;
  records.forEach(({ role }, index) => {
    const found = role === 'reply' && explanations.find((one) => one.segment.frame === index + 1);
    // An ordinary acknowledgment needs no explanation.
    if (!found || found.kind === 'silence') return;
    replies += 1;
    if (found.drawnBy === stimuli[0]) named += 1;
    else
      console.log(`${result.id} IPv${result.family}: ${index + 1} is said to be drawn by ${found.drawnBy}`);
  });
}

const percent = (part: number, whole: number): string =>
  `${part} of ${whole} (${((100 * part) / whole).toFixed(2)} %)`;
console.log(`agrees in ${percent(agreed, cases)}; names the stimulus in ${percent(named, replies)}`);
process.exitCode = agreed >= 0.98 * cases && named >= 0.98 * replies ? 0 : 1;
