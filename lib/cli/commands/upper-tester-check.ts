import { isIP } from 'node:net';
import type { Command } from 'commander';
import pc from 'picocolors';
import { SettingsError, settingsFrom } from '../../runner/settings.ts';
import { TestabilityClient } from '../../target/testability/client.ts';
import { sourceTowards } from '../../tester/routing.ts';
import { EXIT, UsageError } from '../failure.ts';
import { list } from '../options.ts';
import { type Place, type Trial, Trials } from '../upper-tester/trials.ts';

const EXAMPLE = `
Example:
  segment-arrives upper-tester check 192.0.2.2:10793 --target 192.0.2.2,2001:db8::2`;

export function declare(command: Command): void {
  command
    .argument('<address:port>', 'where the upper tester listens for commands')
    .option(
      '--target <address>',
      'the addresses of the target, if they are not that of the upper tester; one for each family',
      list,
    )
    .addHelpText('after', EXAMPLE)
    .action(async (endpoint, options) => {
      process.exitCode = await check(endpoint, options);
    });
}

async function check(endpoint: string, { target }: { target?: readonly string[] }): Promise<number> {
  const at = parseEndpoint(endpoint);
  const places = (target ?? [at.address]).map(placeOf);
  const client = await TestabilityClient.open(at);
  try {
    const trials = new Trials(client);
    await trials.general();
    for (const place of places) await trials.over(place);
    await client.endTest().catch(() => undefined);
    print(trials.done);
    const isFault = ({ fault, optional }: Trial): boolean => fault !== undefined && !optional;
    return trials.done.some(isFault) ? EXIT.notAsExpected : EXIT.asExpected;
  } finally {
    client.dispose();
  }
}

function parseEndpoint(text: string): { address: string; port: number } {
  try {
    const { upperTester } = settingsFrom({ SEGMENT_ARRIVES_UPPER_TESTER: text });
    if (upperTester) return upperTester;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
  }
  throw new UsageError(`${text} is not of the form ADDRESS:PORT`);
}

function placeOf(address: string): Place {
  const family = isIP(address);
  if (family !== 4 && family !== 6) throw new UsageError(`--target ${address}: not an IP address`);
  const tester = sourceTowards(address);
  if (!tester) throw new UsageError(`this machine has no IPv${family} address towards ${address}`);
  return { family, target: address, tester };
}

function print(trials: readonly Trial[]): void {
  const width = Math.max(...trials.map(({ name }) => name.length));
  for (const { name, what, fault, optional } of trials) {
    const sign = fault === undefined ? pc.green('✓') : optional ? pc.yellow('○') : pc.red('✗');
    console.log(`  ${sign} ${name.padEnd(width)}  ${what}${fault === undefined ? '' : `: ${fault}`}`);
  }
  console.log('\n  states that this upper tester can reach; a run shows which of them the TCP reaches:');
  for (const { state, lacks } of reachableStates(trials)) {
    const sign = lacks.length === 0 ? pc.green('✓') : pc.yellow('–');
    console.log(
      `  ${sign} ${state}${lacks.length === 0 ? '' : `: not without ${[...new Set(lacks)].join(', ')}`}`,
    );
  }
  if (trials.some(({ fault, optional }) => fault !== undefined && optional)) {
    console.log(
      `\n  ${pc.yellow('○')} optional: the suite works without it, and reports what it cannot test`,
    );
  }
}

const ACCEPTS = ['CREATE_AND_BIND', 'LISTEN_AND_ACCEPT'];

/** The primitives that each state needs. */
const NEEDS: readonly { readonly state: string; readonly primitives: readonly string[] }[] = [
  { state: 'CLOSED', primitives: [] },
  { state: 'CLOSED, after a connection', primitives: ['CREATE_AND_BIND', 'CONNECT', 'CLOSE_SOCKET'] },
  { state: 'LISTEN', primitives: ACCEPTS },
  { state: 'SYN-SENT', primitives: ['CREATE_AND_BIND', 'CONNECT'] },
  { state: 'SYN-RECEIVED (passive)', primitives: ACCEPTS },
  { state: 'SYN-RECEIVED (active)', primitives: ['CREATE_AND_BIND', 'CONNECT'] },
  { state: 'ESTABLISHED', primitives: ACCEPTS },
  { state: 'FIN-WAIT-1', primitives: [...ACCEPTS, 'SHUTDOWN'] },
  { state: 'FIN-WAIT-2', primitives: [...ACCEPTS, 'SHUTDOWN'] },
  { state: 'CLOSE-WAIT', primitives: ACCEPTS },
  { state: 'CLOSING', primitives: [...ACCEPTS, 'SHUTDOWN'] },
  { state: 'LAST-ACK', primitives: [...ACCEPTS, 'SHUTDOWN'] },
  { state: 'TIME-WAIT', primitives: [...ACCEPTS, 'SHUTDOWN'] },
  { state: 'closed, not shut down', primitives: [...ACCEPTS, 'CLOSE_SOCKET'] },
  { state: 'text in flight', primitives: [...ACCEPTS, 'SEND_DATA'] },
  { state: 'zero receive window', primitives: [...ACCEPTS, 'receive buffer', 'reading'] },
  { state: 'zero receive window, in SYN-RECEIVED', primitives: [...ACCEPTS, 'zero window'] },
  { state: 'precedence of the connection', primitives: [...ACCEPTS, 'TOS'] },
];

interface Reachable {
  readonly state: string;
  /** The failed primitives that it needs; none: the state can be reached. */
  readonly lacks: readonly string[];
}

function reachableStates(trials: readonly Trial[]): Reachable[] {
  const failed = new Set(trials.filter(({ fault }) => fault !== undefined).map(({ name }) => name));
  return NEEDS.map(({ state, primitives }) => ({
    state,
    lacks: primitives.filter((primitive) => failed.has(primitive)),
  }));
}
