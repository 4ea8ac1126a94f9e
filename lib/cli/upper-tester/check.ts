import { isIP } from 'node:net';
import pc from 'picocolors';
import { SettingsError, settingsFrom } from '../../runner/settings.ts';
import { TestabilityClient } from '../../target/testability/client.ts';
import { sourceTowards } from '../../tester/source-address.ts';
import { EXIT, UsageError } from '../failure.ts';
import { reachableStates } from './reachable.ts';
import { type Place, type Trial, Trials } from './trials.ts';

export interface CheckOptions {
  readonly target?: readonly string[];
}

/** Tries every primitive of an upper tester, and says which states it will reach. */
export async function check(endpoint: string, { target }: CheckOptions): Promise<number> {
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
  console.log('\n  states within reach of its user; which of them its TCP has, a run will tell:');
  for (const { state, lacks } of reachableStates(trials)) {
    const sign = lacks.length === 0 ? pc.green('✓') : pc.yellow('–');
    console.log(
      `  ${sign} ${state}${lacks.length === 0 ? '' : `: not without ${[...new Set(lacks)].join(', ')}`}`,
    );
  }
  if (trials.some(({ fault, optional }) => fault !== undefined && optional)) {
    console.log(
      `\n  ${pc.yellow('○')} the suite gets by without; what needs it is reported as beyond its capability`,
    );
  }
}
