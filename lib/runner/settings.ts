import { isIP } from 'node:net';
import { z } from 'zod';
import { DEFAULT_PROFILE, PROFILES, type Profile } from '../standard/profile.ts';
import { readTargetFile } from '../target/target-file.ts';
import { parseNoise } from '../tester/disturbed-link.ts';
import { parsePorts } from '../tester/ports.ts';

/** Wrong settings. The message is one sentence. */
export class SettingsError extends Error {
  override name = 'SettingsError';
  /** The wrong setting; undefined when several do not fit together. */
  readonly setting: WrongSetting | undefined;

  constructor(message: string, setting?: WrongSetting) {
    super(message);
    this.setting = setting;
  }
}

interface WrongSetting {
  readonly name: string;
  readonly value: string;
  readonly fault: string;
}

const port = z.coerce.number().int().min(1).max(65535);
const flag = z.union([z.boolean(), z.enum(['0', '1', 'false', 'true', ''])]).transform((value) => {
  return value === true || value === '1' || value === 'true';
});
const address = z.string().refine((text) => isIP(text) !== 0, 'not an IP address');

/** `192.0.2.2:10793` or `[2001:db8::2]:10793`. */
const endpoint = z.string().transform((text, context) => {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? '';
  const number = Number(match?.[3]);
  if (isIP(host) === 0 || !(number >= 1 && number <= 65535)) {
    context.addIssue({ code: 'custom', message: 'not of the form ADDRESS:PORT' });
    return z.NEVER;
  }
  return { address: host, port: number };
});

const families = z.string().transform((text, context) => {
  const chosen = text.split(',').map((part) => part.trim());
  if (chosen.length === 0 || chosen.some((part) => part !== '4' && part !== '6')) {
    context.addIssue({ code: 'custom', message: 'not 4, 6 or 4,6' });
    return z.NEVER;
  }
  return [...new Set(chosen.map((part) => (part === '4' ? 4 : 6)))].sort() as (4 | 6)[];
});

const seed = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 32 - 1);

/** A setting that a function reads, which throws when it is wrong. */
const readBy = <T>(read: (text: string) => T) =>
  z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });

function readShard(text: string): { part: number; of: number } {
  const [, part, of] = /^([1-9]\d{0,2})\/([1-9]\d{0,2})$/.exec(text) ?? [];
  if (Number(part) <= Number(of)) return { part: Number(part), of: Number(of) };
  throw new Error('not of the form PART/OF, as in 2/5');
}

const PREFIX = 'SEGMENT_ARRIVES_';

const schema = z.object({
  /** The target's addresses, one per family; absent: the lab. */
  target: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(address))
    .optional(),
  /** The lab's stack, when there is no target. */
  stack: z.string().default('linux'),
  /** The folder for the logs of the lab's stack. */
  logs: z.string().optional(),
  /** What it is called in reports; absent: its addresses. */
  targetName: z.string().optional(),
  upperTester: endpoint.optional(),
  /** A JSON file that describes the target. */
  targetFile: z.string().optional(),
  /** The words of a program that is the target, on a tap of the lab; as JSON. */
  tap: readBy((text) => z.array(z.string()).min(1).parse(JSON.parse(text))).optional(),
  openPort: port.optional(),
  /** A port of the tester's to which the target opens connections by itself. */
  await: port.optional(),
  closedPort: port.optional(),
  /** The tester's ports, `LOW-HIGH`; absent: those of the target file, or 10000-31999. */
  ports: readBy(parsePorts).optional(),
  family: families.default([4, 6]),
  profile: z.enum(PROFILES).optional(),
  strict: flag.default(false),
  /** Waits for every silence in full. */
  patient: flag.default(false),
  /** Runs the slow scenarios, too. */
  slow: flag.default(false),
  /** Also send from impossible source addresses to a target outside the lab. In the lab, the suite always does. */
  forgeSources: flag.default(false),
  /** Globs over case ids, comma separated. */
  only: z.string().optional(),
  /** A part of the cases, `PART/OF`: the second of five is `2/5`. */
  shard: readBy(readShard).optional(),
  seed: seed.optional(),
  reports: z.string().default('reports'),
  /** How many cases may run at once. */
  parallel: z.coerce.number().int().min(1).max(1000).optional(),
  /** Disturbs the path, to test the suite itself: `delay=20,jitter=5,loss=1,duplicate=1,reorder=1,seed=7`. */
  noise: readBy(parseNoise).optional(),
  /** Percent of TCP packets that the lab's link loses in each direction, to test the suite itself. */
  linkLoss: z.coerce.number().min(0).max(100).optional(),
});

type Parsed = z.output<typeof schema>;

/** The settings of a run, from the command line, mocha or an editor. */
export interface Settings extends Omit<Parsed, 'seed' | 'family' | 'profile'> {
  readonly profile: Profile;
  readonly families: readonly (4 | 6)[];
  readonly seed: number;
}

/** Whether the target is a stack of the lab. */
export const usesLab = ({ target, targetFile, tap }: Settings): boolean =>
  target === undefined && (targetFile === undefined || tap !== undefined);

/** The names of all settings. */
export const SETTING_NAMES = Object.keys(schema.shape) as (keyof typeof schema.shape)[];

/** The environment variable of a setting: `upperTester` is SEGMENT_ARRIVES_UPPER_TESTER. */
export const variableOf = (name: string): string =>
  PREFIX + name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

/**
 * Reads the settings from the environment.
 *
 * @throws SettingsError for the first wrong one; TargetFileError
 */
export function settingsFrom(environment: NodeJS.ProcessEnv): Settings {
  const given: Record<string, string> = {};
  for (const name of SETTING_NAMES) {
    const value = environment[variableOf(name)];
    if (value !== undefined && value !== '') given[name] = value;
  }
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0]);
    const value = given[name] ?? '';
    const fault = explain(name, issue?.message);
    throw new SettingsError(`${variableOf(name)}=${value}: ${fault}`, { name, value, fault });
  }
  const { seed: chosen, family, profile, ...rest } = parsed.data;
  const file = rest.targetFile === undefined ? undefined : readTargetFile(rest.targetFile);
  const known = family.filter((each) => file?.addresses[`ipv${each}`]);
  return check({
    ...rest,
    profile: profile ?? file?.profile ?? DEFAULT_PROFILE,
    // Where there is none of them, whoever opens the target says so.
    families: known.length > 0 ? known : family,
    seed: chosen ?? randomSeed(),
  });
}

/** The message for a target without a driver. */
export const NO_DRIVER =
  'a target needs --upper-tester ADDRESS:PORT, or --open-port PORT of a listener, or --await PORT to which it opens connections';

function check(settings: Settings): Settings {
  checkPorts(settings);
  const { target, families, upperTester, openPort, await: called } = settings;
  if (!target) return settings;
  if (settings.targetFile !== undefined) {
    throw new SettingsError('a target file names the addresses: give either --target-file or --target');
  }
  if (!upperTester && openPort === undefined && called === undefined) throw new SettingsError(NO_DRIVER);
  if (upperTester && called !== undefined) {
    throw new SettingsError(
      'an upper tester calls when it is told to: give either --upper-tester or --await',
    );
  }
  const known = families.filter((family) => target.some((one) => isIP(one) === family));
  if (known.length === 0)
    throw new SettingsError('the target has no address of the families that were asked for');
  return { ...settings, families: known };
}

function checkPorts({ ports: range, await: called }: Settings): void {
  if (range === undefined || called === undefined || called < range.low || called > range.high) return;
  throw new SettingsError(
    `the port of --await, ${called}, lies within --ports: the target has it, and no other connection may`,
  );
}

function explain(name: string, message = 'not valid'): string {
  if (name === 'profile') return `unknown profile; the profiles are ${PROFILES.join(', ')}`;
  return message;
}

const randomSeed = (): number => Math.floor(Math.random() * 2 ** 32);
