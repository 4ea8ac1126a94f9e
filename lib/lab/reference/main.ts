/**
 * The reference target's process: SEGMENT ARRIVES served as a TCP on raw sockets, and an upper tester to move its user.
 * It says `ready PORT` and ends with its standard input.
 */
import { parseArgs } from 'node:util';
import { adoptionNamed } from '../../standard/adoption.ts';
import { isProfile } from '../../standard/profile.ts';
import { RawLink, silenceKernel } from '../../tester/index.ts';
import { familyOf } from '../../wire/index.ts';
import { behaviourOfMutant } from './mutant-behaviour.ts';
import { LAST_PORT, Tcp } from './tcp.ts';
import { UpperTester } from './upper-tester.ts';

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: 'rfc9293' },
    /** The checks of RFC 5961 that it has adopted, e.g. `rst+ack` or `none`. */
    adopts: { type: 'string' },
    mutant: { type: 'string' },
    /** In seconds, of which TIME-WAIT lasts twice as many. */
    msl: { type: 'string' },
    /** Where the upper tester takes its commands; 0: any. */
    port: { type: 'string', default: '0' },
    /** Our addresses and the tester's, one of each per family. */
    local: { type: 'string', multiple: true, default: [] },
    tester: { type: 'string', multiple: true, default: [] },
  },
});

const { profile, adopts: checks, mutant: name, msl, port, local, tester } = values;
if (!isProfile(profile)) throw new Error(`unknown profile ${profile}`);
const mutant = name === undefined ? undefined : await behaviourOfMutant(name);
if (name !== undefined && !mutant) throw new Error(`no such mutant: ${name}`);
const adopts = checks === undefined ? undefined : adoptionNamed(checks);
if (checks !== undefined && !adopts) throw new Error(`not a choice of checks: ${checks}`);

const ends = local.map((address) => {
  const family = familyOf(address);
  const remote = tester.find((one) => familyOf(one) === family);
  if (remote === undefined) throw new Error(`no tester for ${address}`);
  return { family, local: address, remote };
});
const [first] = [...ends].sort((a, b) => a.family - b.family);
if (!first) throw new Error('no address');

const links = await Promise.all(ends.map((each) => RawLink.open({ ...each, fromAnyone: true })));
// Our own kernel knows none of the connections and must keep out of them all.
const rules = ends.map(({ family, remote }) => ({ family, target: remote, low: 1, high: LAST_PORT }));
silenceKernel(rules, { takesOver: true });
const timers = msl === undefined ? {} : { timeWait: 2000 * Number(msl) };
const tcp = new Tcp(links, profile, {
  ...(adopts ? { adopts } : {}),
  ...mutant,
  timers: { ...timers, ...mutant?.timers },
});
const upperTester = await UpperTester.open(tcp, {
  bind: first.local,
  port: Number(port),
  testers: tester,
  sockets: mutant?.sockets,
  drained: async () => void (await Promise.all(links.map((link) => link.drained()))),
});
for (const link of links) link.onFailure((error) => process.stderr.write(`${error.message}\n`));
process.stdout.write(`ready ${upperTester.port}\n`);

process.stdin.resume();
process.stdin.once('end', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
