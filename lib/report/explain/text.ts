import type { Account } from '../../explain/account.ts';
import type { Cause } from '../../explain/cause.ts';
import type { CaptureFacts } from '../../explain/explain.ts';
import { aboutTexts, extentText, factTexts, outcomeText } from './about.ts';
import { CAUSE_NAMES } from './causes.ts';
import { endText } from './segments.ts';
import { eventText, explanationLines } from './sentences.ts';

/** How many connections and causes a capture has; for the summary. */
export class Tally {
  readonly causes = new Map<Cause, number>();
  readonly endings = new Map<string, number>();
  deviations = 0;
  connections = 0;

  add({ explanations, ending }: Account): void {
    this.connections += 1;
    this.endings.set(ending.kind, (this.endings.get(ending.kind) ?? 0) + 1);
    for (const { cause, verdict } of explanations) {
      this.causes.set(cause, (this.causes.get(cause) ?? 0) + 1);
      if (verdict === 'deviates') this.deviations += 1;
    }
  }
}

/** Whether a connection has anything that needs explaining. */
export const isNotable = ({ explanations }: Account): boolean => explanations.some(({ notable }) => notable);

/** What happened on a connection, as lines. @param all empty ACKs of every kind too */
export function accountLines(account: Account, all: boolean): string[] {
  const { index, opener = 0, explanations } = account;
  const other = opener === 0 ? 1 : 0;
  const lines = [
    `connection ${index}   ${endText(account, opener)} → ${endText(account, other)}   ${outcomeText(account)}`,
  ];
  const about = aboutTexts(account);
  if (about.length > 0 && (all || explanations.length > 0)) lines.push(`  ${about.join('; ')}`);
  for (const explanation of explanations) {
    if (!all && !explanation.notable) continue;
    const frame = `${explanation.segment.frame}`;
    lines.push(`  ${frame.padEnd(4)} ${eventText(account, explanation)}`);
    for (const [label, text] of explanationLines(account, explanation))
      lines.push(`       ${label.padEnd(7)} ${text}`);
  }
  return lines;
}

/** The end of the output: what there was in all, by cause. */
export function summaryLines(facts: CaptureFacts, tally: Tally): string[] {
  const lines = [extentText(facts), ...factTexts(facts).map((text) => `  ${text}`)];
  const causes = [...tally.causes].sort((one, other) => other[1] - one[1]);
  const width = Math.max(0, ...causes.map(([, count]) => `${count}`.length));
  for (const [cause, count] of causes) lines.push(`  ${`${count}`.padStart(width)}  ${CAUSE_NAMES[cause]}`);
  if (tally.deviations > 0) lines.push(`  ${tally.deviations} deviate: no profile allows them`);
  return lines;
}
