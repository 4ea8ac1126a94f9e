/**
 * Explains captures that were damaged at random: `node --import tsx bench/explain/mutate-captures.ts [COUNT] [FIRST] [CAPTURE...]`.
 * They are those of the tests, and others that are named. Each is cut, has octets changed, frames shuffled, doubled or left out.
 * None may make `explain` crash, take longer than two seconds, or more memory than the bound. A failure names its number:
 * `mutate-captures.ts 1 NUMBER` plays it alone.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Account } from '../../lib/explain/account.ts';
import { NoCapture } from '../../lib/explain/capture/records.ts';
import { CaptureExplainer } from '../../lib/explain/explain.ts';
import { numbersFrom } from '../../lib/random.ts';
import { explainedCapture, explainedConnection } from '../../lib/report/explain/json.ts';
import { explanationPage } from '../../lib/report/explain/page.ts';
import { accountLines, summaryLines, Tally } from '../../lib/report/explain/text.ts';

const [count = '100000', first = '0', ...more] = process.argv.slice(2);
const LONGEST = 2000;
const MOST_MEMORY = 300e6;
const PAGES = 100;

/** Numbers below another, which a seed decides. */
function randomOf(seed: number): (below: number) => number {
  const next = numbersFrom(seed);
  return (below) => next() % below;
}

/** The header of a pcap file, and its frames, each with what is before it. */
function framesOf(capture: Buffer): Buffer[] | undefined {
  if (capture.length < 24 || capture.readUInt32LE(0) !== 0xa1b2c3d4) return undefined;
  const parts = [capture.subarray(0, 24)];
  for (let at = 24; at + 16 <= capture.length; ) {
    const end = at + 16 + capture.readUInt32LE(at + 8);
    parts.push(capture.subarray(at, end));
    at = end;
  }
  return parts;
}

function shuffled(parts: Buffer[], below: (limit: number) => number): Buffer {
  const [header, ...frames] = parts;
  for (let times = 1 + below(frames.length); times > 0; times -= 1) {
    const at = below(frames.length);
    const [frame] = frames.splice(at, 1);
    if (!frame) break;
    const kind = below(4);
    // Left out, doubled, or elsewhere.
    if (kind === 1) frames.push(frame, frame);
    else if (kind > 1) frames.splice(below(frames.length + 1), 0, frame);
    if (frames.length === 0) break;
  }
  return Buffer.concat([header as Buffer, ...frames]);
}

function mutated(capture: Buffer, below: (limit: number) => number): Buffer {
  const parts = framesOf(capture);
  const changed = parts && below(2) === 0 ? shuffled(parts, below) : Buffer.from(capture);
  const kind = below(4);
  if (kind === 0) return changed.subarray(0, below(changed.length));
  for (let flips = kind === 1 ? 0 : 1 + below(30); flips > 0; flips -= 1) {
    const at = below(changed.length);
    changed[at] = kind === 2 ? below(256) : (changed[at] as number) ^ (1 << below(8));
  }
  return changed;
}

const folder = fileURLToPath(new URL('../../test/explain/captures/', import.meta.url));
const captures = readdirSync(folder)
  .filter((name) => /pcap/.test(name))
  .map((name) => join(folder, name))
  .concat(more)
  .map((name) => readFileSync(name));

let failed = 0;
let none = 0;
let slowest = 0;
let largest = 0;
for (let number = Number(first); number < Number(first) + Number(count); number += 1) {
  const below = randomOf(number);
  const capture = mutated(captures[below(captures.length)] as Buffer, below);
  const began = performance.now();
  try {
    const accounts: Account[] = [];
    const tally = new Tally();
    const explainer = new CaptureExplainer((account) => accounts.push(account), { ladders: true });
    // As a pipe brings it.
    const piece = 1 + below(capture.length + 1);
    for (let at = 0; at < capture.length; at += piece) explainer.push(capture.subarray(at, at + piece));
    const facts = explainer.end();
    for (const account of accounts) {
      tally.add(account);
      accountLines(account, true);
    }
    summaryLines(facts, tally);
    if (number % PAGES === 0) {
      explanationPage('mutant', facts, tally, accounts);
      JSON.stringify(explainedCapture(facts, tally, accounts.map(explainedConnection)));
    }
  } catch (error) {
    if (error instanceof NoCapture) none += 1;
    else {
      failed += 1;
      console.log(`${number}: ${(error as Error).stack}`);
    }
  }
  const took = performance.now() - began;
  const { rss } = process.memoryUsage();
  if (took > LONGEST || rss > MOST_MEMORY) {
    failed += 1;
    console.log(`${number}: ${took.toFixed(0)} ms, ${(rss / 1e6).toFixed(0)} MB`);
  }
  slowest = Math.max(slowest, took);
  largest = Math.max(largest, rss);
}
console.log(
  `${count} captures: ${failed} failed; ${none} were none any more; the slowest took ${slowest.toFixed(0)} ms; ${(largest / 1e6).toFixed(0)} MB at most`,
);
process.exitCode = failed === 0 ? 0 : 1;
