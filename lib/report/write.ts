import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile } from '../standard/profile.ts';
import { junitXml } from './junit.ts';
import { markdownSummary } from './markdown.ts';
import { renderMatrix } from './matrix/render.ts';
import { captureName, encodePcapng, hasPackets } from './pcapng.ts';
import type { AcceptedDeviations } from './preflight-faults.ts';
import { EarlyLines, writeResults } from './results.ts';
import type { ReportCase, Run } from './run.ts';
import { subjects } from './subject.ts';
import { ReportError, writeWhole } from './write-whole.ts';

export interface WriteOptions {
  readonly baseline?: AcceptedDeviations;
  /** Where the captures come from; made of the packets when absent. */
  readonly captures?: CaptureSource;
  /** What has been made already. */
  readonly early?: EarlyParts;
}

interface CaptureSource {
  has(result: ReportCase): boolean;
  read(result: ReportCase): Uint8Array;
}

const FROM_PACKETS: CaptureSource = { has: hasPackets, read: encodePcapng };

/**
 * What is made of each result while the run goes on: its capture, and its line of results.json. What cannot be written then is left to
 * {@link writeReports}, which says why.
 */
export class EarlyParts {
  /** Of captures. */
  readonly names = new Set<string>();
  readonly lines: EarlyLines;
  readonly #directory: string;

  /** @param directory exists */
  constructor(directory: string, profile: Profile) {
    this.#directory = directory;
    this.lines = new EarlyLines(directory, profile);
  }

  add(result: ReportCase): void {
    this.lines.add(result);
    if (!hasPackets(result)) return;
    const name = captureName(result);
    try {
      writeWhole(join(this.#directory, name), encodePcapng(result));
      this.names.add(name);
    } catch (error) {
      if (!(error instanceof ReportError)) throw error;
    }
  }
}

/**
 * Writes all reports but mochawesome.html: results.json, index.html, junit.xml, summary.md, and a capture for each case.
 * Removes the captures of an earlier run.
 *
 * @throws ReportError when a file cannot be written
 */
export function writeReports(
  directory: string,
  run: Run,
  { baseline, captures = FROM_PACKETS, early }: WriteOptions = {},
): void {
  writeResults(directory, run, early?.lines);
  writeWhole(
    join(directory, 'index.html'),
    renderMatrix([run], subjects(), [{ base: '', has: captures.has }]),
  );
  writeWhole(join(directory, 'junit.xml'), junitXml(run));
  writeWhole(join(directory, 'summary.md'), markdownSummary(run, baseline));
  const written = early?.names ?? new Set();
  removeCaptures(directory, written);
  for (const result of run.cases) {
    const name = captureName(result);
    if (!written.has(name) && captures.has(result)) writeWhole(join(directory, name), captures.read(result));
  }
}

/** Other files in the folder are the user's. */
function removeCaptures(directory: string, kept: ReadonlySet<string>): void {
  const folder = join(directory, 'pcap');
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (/-ipv[46]\.pcapng$/.test(name) && !kept.has(`pcap/${name}`))
      rmSync(join(folder, name), { force: true });
  }
}
