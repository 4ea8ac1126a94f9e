import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PROFILES } from '../standard/profile.ts';
import { parsePorts } from '../tester/ports.ts';

/** A target file is wrong. The message names the file and the field. */
export class TargetFileError extends Error {
  override name = 'TargetFileError';
}

const port = z.int().min(1).max(65_535);
const ports = z.string().superRefine((text, context) => {
  try {
    parsePorts(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});
const rate = z.int().min(1);
const ipv4 = z.ipv4().describe('An IPv4 address');
const ipv6 = z.ipv6().describe('An IPv6 address');

const addresses = z
  .strictObject({ ipv4: ipv4.optional(), ipv6: ipv6.optional() })
  .refine((given) => given.ipv4 !== undefined || given.ipv6 !== undefined, 'needs ipv4, ipv6 or both');

/** One octet per character. */
const text = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^\p{ASCII}*$/u, 'not ASCII');

const application = {
  greets: z.boolean().optional().describe('It sends text as soon as a connection is established'),
  uponFin: z
    .enum(['stays', 'closes'])
    .optional()
    .describe("What it does after the tester's FIN: closes too, or stays open; absent: unknown"),
  closes: z
    .strictObject({
      upon: text.optional().describe('It closes after this text from the tester; absent: at once'),
      receives: z.boolean().optional().describe('After its FIN it goes on receiving (a half close)'),
    })
    .optional()
    .describe('It closes first, by itself'),
  filler: text.optional().describe('Text that it accepts without an answer, again and again'),
};

const applicationSchema = z.strictObject(application);
const service = z.strictObject({ port: port.describe('Where it listens'), ...application });
const services = z.array(service).min(1).describe('The first that fits a case is used');

const command = {
  run: z
    .string()
    .regex(/\{address\}/, 'lacks {address}')
    .regex(/\{port\}/, 'lacks {port}')
    .describe(
      "A shell command that makes the target connect to the tester's {address} and {port}; {family} is 4 or 6",
    ),
  sends: z.boolean().optional().describe('What is written to its standard input is sent'),
  halfCloses: z.boolean().optional().describe('The end of its standard input is a half close'),
  uponFin: application.uponFin,
};
const commandSchema = z.strictObject(command);

const driver = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('upper tester'),
    address: z
      .union([ipv4, ipv6])
      .optional()
      .describe('Where it takes commands; absent: an address of the target'),
    port: port.describe('Where it takes commands, by UDP'),
  }),
  z
    .strictObject({
      kind: z.literal('lines'),
      run: z
        .string()
        .min(1)
        .optional()
        .describe('A shell command whose standard input and output take lines'),
      port: port.optional().describe('A TCP port that takes lines'),
      address: z.union([ipv4, ipv6]).optional().describe('Whose port; absent: 127.0.0.1'),
    })
    .refine(({ run, port: given }) => run === undefined || given === undefined, 'has run and port: give one'),
  z.strictObject({ kind: z.literal('services'), services }),
  z.strictObject({ kind: z.literal('command'), ...command, services: services.optional() }),
  z.strictObject({
    kind: z.literal('await'),
    port: port.describe("The tester's port that the target calls by itself, again and again"),
    withinMs: z.int().min(1).optional().describe('How long until its next call'),
    atOnce: z
      .boolean()
      .optional()
      .describe('It calls again at once when a call is refused: the tester may then refuse old calls'),
    application: applicationSchema.optional().describe('What calls'),
    services: services.optional(),
  }),
]);

const targetFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().min(1).describe('For people, with the version'),
    addresses: addresses.describe("The target's"),
    tester: addresses
      .optional()
      .describe("The tester's, as the target sees it; absent: by the route to the target"),
    driver: driver.describe('How the application on the target is driven'),
    closedPort: port.optional().describe('A port without a listener; absent: 1'),
    testerPorts: ports.optional().describe("The tester's ports, LOW-HIGH; absent: 10000-31999"),
    limits: z
      .strictObject({
        connections: z.int().min(1).max(1000).optional().describe('At once; absent: 16'),
        resetsPerSecond: rate.optional(),
        challengeAcksPerSecond: rate.optional(),
        mslSeconds: z.number().min(0).optional().describe('Its MSL: TIME-WAIT lasts twice as long'),
      })
      .optional(),
    capabilities: z
      .strictObject({
        simultaneousOpen: z.boolean().optional().describe('Two SYNs that cross make a connection'),
        timestamps: z.boolean().optional().describe('Timestamps, when the tester offers them'),
        halfClose: z.boolean().optional().describe('The user can close one direction and go on receiving'),
        severalInFlight: z
          .boolean()
          .optional()
          .describe('More than one segment of its text may be unacknowledged'),
        resets: z
          .boolean()
          .optional()
          .describe('It resets segments to a closed port; false: it does not, and no filter is the cause'),
      })
      .optional()
      .describe('What it has or lacks; cases about what it lacks are inconclusive'),
    restart: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A shell command that restarts the target after a segment has killed it, and returns when it is up; absent: the run ends there',
      ),
    profile: z.enum(PROFILES).optional().describe('The document that it claims to follow'),
  })
  .meta({
    title: 'A target of segment-arrives',
    description: 'A TCP under test, and how its states are reached',
  });

export type TargetFile = z.output<typeof targetFileSchema>;
/** How an application behaves on its connections by itself. */
export type Application = Readonly<z.output<typeof applicationSchema>>;
/** A port of the target with an application. */
export type Service = Readonly<z.output<typeof service>>;
/** A shell command that makes the target connect. Its end closes the connection. */
export type Command = Readonly<z.output<typeof commandSchema>>;
/** What a target is known to have or lack. What is absent is tried. */
export type Capabilities = NonNullable<TargetFile['capabilities']>;

/** The published schema. */
export const targetFileJsonSchema = (): object => z.toJSONSchema(targetFileSchema, { io: 'input' });

/** @throws TargetFileError which names the field, as in `my-stack.json: driver.services[0].port: …` */
export function readTargetFile(path: string): TargetFile {
  let octets: string;
  try {
    octets = readFileSync(path, 'utf8');
  } catch (error) {
    throw new TargetFileError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  let value: unknown;
  try {
    value = JSON.parse(octets);
  } catch (error) {
    throw new TargetFileError(`${path}: not JSON: ${(error as Error).message}`);
  }
  return parseTargetFile(value, path);
}

/** @throws TargetFileError */
export function parseTargetFile(value: unknown, path: string): TargetFile {
  const parsed = targetFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => {
    const field = fieldOf(issue.path);
    return field ? `${field}: ${issue.message}` : issue.message;
  });
  throw new TargetFileError(`${path}: ${faults.join('; ')}`);
}

const fieldOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
