import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Account } from '../../explain/account.ts';
import { explainCapture } from '../../explain/explain.ts';
import { explanationPage } from '../../report/explain/page.ts';
import {
  type ExplainedConnection,
  explainedCapture,
  explainedConnection,
} from '../../report/explain/json.ts';
import { accountLines, isNotable, summaryLines, Tally } from '../../report/explain/text.ts';
import { EXIT, UsageError } from '../failure.ts';

interface ExplainOptions {
  readonly all?: boolean;
  readonly connection?: number;
  readonly json?: boolean;
  readonly html?: string;
}

/** So many connections are kept back to be printed in their order; of a larger capture they are printed as they end. */
const KEPT_BACK = 1000;
/** So many are printed, unless all are asked for. */
const PRINTED = 50;
/** A page has no more ladders than a browser can show. */
const DRAWN = 300;

const EXAMPLES = `
Examples:
  segment-arrives explain trace.pcapng
  tcpdump -w - 'tcp or icmp or icmp6' | segment-arrives explain -
  segment-arrives explain trace.pcap.gz --connection 3 --all
  segment-arrives explain trace.pcap --html trace.html

Exit codes:
  0  the capture was explained; a damaged one, up to the damage
  2  it is no capture, or cannot be read`;

export function declare(command: Command): void {
  command
    .argument('<capture>', 'a pcap or pcapng file, also gzipped; - is standard input')
    .option('--all', 'also unremarkable connections, and every empty ACK that acknowledges nothing new')
    .option('--connection <number>', 'only this connection', numberOf)
    .option('--json', 'print JSON; schemas/explanation.schema.json describes it')
    .option('--html <file>', 'write a page with a ladder for each connection')
    .addHelpText('after', EXAMPLES)
    .action(async (file, options) => {
      process.exitCode = await explain(file, options);
    });
}

function numberOf(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new UsageError(`--connection ${value}: not a number from 1 on`);
}

async function explain(file: string, options: ExplainOptions): Promise<number> {
  const { all = false, connection, json = false, html } = options;
  const live = file === '-';
  const tally = new Tally();
  const wanted = (account: Account) =>
    connection === undefined ? all || isNotable(account) : account.index === connection;
  const print = (account: Account) => {
    process.stdout.write(`${accountLines(account, all || connection !== undefined).join('\n')}\n\n`);
  };
  let kept: Account[] | undefined = live && !json && !html ? undefined : [];
  let told = 0;
  let left = 0;
  const exported: ExplainedConnection[] = [];
  const facts = await explainCapture(
    file,
    (account) => {
      tally.add(account);
      if (!wanted(account)) return;
      if (json) return void exported.push(explainedConnection(account));
      if (!all && connection === undefined && told >= (html ? DRAWN : PRINTED)) {
        left += 1;
        return;
      }
      told += 1;
      kept?.push(account);
      if (kept && kept.length <= KEPT_BACK) return;
      for (const one of kept ?? [account]) print(one);
      kept = undefined;
    },
    { ladders: html !== undefined, live },
  ).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EISDIR' || error.code === 'EACCES')
      throw new UsageError(`${file}: it cannot be read (${error.code})`);
    if (error.name === 'NoCapture') throw new UsageError(`${file}: ${error.message}`);
    throw error;
  });
  if (connection !== undefined && connection > facts.connections)
    throw new UsageError(`--connection ${connection}: the capture has ${facts.connections}`);
  const accounts = kept?.sort((one, other) => one.index - other.index) ?? [];
  if (json) {
    exported.sort((one, other) => one.connection - other.connection);
    process.stdout.write(`${JSON.stringify(explainedCapture(facts, tally, exported), null, 1)}\n`);
    return EXIT.asExpected;
  }
  if (html !== undefined) {
    writeFileSync(html, explanationPage(file, facts, tally, accounts));
    process.stdout.write(`${html}: ${accounts.length} of ${facts.connections} connections\n`);
    return EXIT.asExpected;
  }
  for (const account of accounts) print(account);
  if (left > 0)
    process.stdout.write(`${left} more connections have a reset or something unusual: --all prints them\n`);
  process.stdout.write(`${summaryLines(facts, tally).join('\n')}\n`);
  return EXIT.asExpected;
}
