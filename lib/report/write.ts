import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AcceptedDeviations } from './findings.ts';
import { junitXml } from './junit.ts';
import { markdownSummary } from './markdown.ts';
import { renderMatrix } from './matrix/render.ts';
import { captureName, encodePcapng, hasPackets } from './pcapng.ts';
import { writeResults, writeWhole } from './results.ts';
import type { ReportCase, Run } from './run.ts';
import { subjects } from './subject.ts';

export interface WriteOptions {
  readonly baseline?: AcceptedDeviations;
  /** Where the captures come from; made of the packets when absent. */
  readonly captures?: CaptureSource;
}

interface CaptureSource {
  has(result: ReportCase): boolean;
  read(result: ReportCase): Uint8Array;
}

const FROM_PACKETS: CaptureSource = { has: hasPackets, read: encodePcapng };

/**
 * Writes all reports but mochawesome.html: results.json, index.html, junit.xml, summary.md, and a capture for each case.
 * Removes the captures of an earlier run.
 *
 * @throws ReportError when a file cannot be written
 */
export function writeReports(
  directory: string,
  run: Run,
  { baseline, captures = FROM_PACKETS }: WriteOptions = {},
): void {
  writeResults(directory, run);
  writeWhole(
    join(directory, 'index.html'),
    renderMatrix([run], subjects(), [{ base: '', has: captures.has }]),
  );
  writeWhole(join(directory, 'junit.xml'), junitXml(run));
  writeWhole(join(directory, 'summary.md'), markdownSummary(run, baseline));
  removeCaptures(join(directory, 'pcap'));
  for (const result of run.cases) {
    if (captures.has(result)) writeWhole(join(directory, captureName(result)), captures.read(result));
  }
}

/** Other files in the folder are the user's. */
function removeCaptures(directory: string): void {
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory)) {
    if (/-ipv[46]\.pcapng$/.test(name)) rmSync(join(directory, name), { force: true });
  }
}
