import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PROFILES } from '../standard/profile.ts';
import { parsePorts } from '../tester/ports.ts';

/** A target file that cannot be used; the message names the file and the field. */
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

/** RFC 1122 has applications send ASCII; what they wait for is taken octet by octet. */
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
    .describe("What it does with its own direction upon the tester's FIN; absent: not known"),
  closes: z
    .strictObject({
      upon: text
        .optional()
        .describe("Text of the tester's after which it closes; absent: it does so at once"),
      receives: z.boolean().optional().describe('After its FIN it goes on receiving: a half close'),
    })
    .optional()
    .describe('It closes first, by itself'),
  filler: text.optional().describe('Text that it takes without an answer, over and over'),
};

const service = z.strictObject({ port: port.describe('Where it listens'), ...application });
const services = z.array(service).min(1).describe('The first that fits a case is taken');

const driver = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('upper tester'),
    address: z
      .union([ipv4, ipv6])
      .optional()
      .describe('Where it takes commands; absent: an address of the target'),
    port: port.describe('Where it takes commands, by UDP'),
  }),
  z.strictObject({ kind: z.literal('services'), services }),
  z.strictObject({
    kind: z.literal('command'),
    run: z
      .string()
      .regex(/\{address\}/, 'names no {address}')
      .regex(/\{port\}/, 'names no {port}')
      .describe(
        "A shell command that makes the target connect to the tester's {address} and {port}; {family} is 4 or 6",
      ),
    sends: z.boolean().optional().describe('What is written to its standard input is sent'),
    halfCloses: z.boolean().optional().describe('The end of its standard input is a half close'),
    uponFin: application.uponFin,
    services: services.optional(),
  }),
  z.strictObject({
    kind: z.literal('await'),
    port: port.describe("The port of the tester's that the target calls by itself, time and again"),
    withinMs: z.int().min(1).optional().describe('How long its next call may take to come'),
    atOnce: z
      .boolean()
      .optional()
      .describe(
        'It calls again at once when a call is refused: then none is taken that has rung for a while',
      ),
    application: z.strictObject(application).optional().describe('What calls'),
    services: services.optional(),
  }),
]);

export const targetFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().min(1).describe('For people, with the version'),
    addresses: addresses.describe("The target's"),
    tester: addresses
      .optional()
      .describe("The tester's, as the target sees it; absent: by the routes towards the target"),
    driver: driver.describe("How the target's user is moved"),
    closedPort: port.optional().describe('A port that nobody listens on; absent: 1'),
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
        simultaneousOpen: z.boolean().optional(),
        timestamps: z.boolean().optional(),
        halfClose: z.boolean().optional(),
        resets: z
          .boolean()
          .optional()
          .describe('It resets what comes to a closed port; false: it is silent, and no filter is why'),
      })
      .optional()
      .describe('What it is known to have or not; cases about what it has not are inconclusive'),
    restart: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A shell command that starts the target again when a segment was the end of it, and returns when that is done; absent: the run ends there',
      ),
    profile: z.enum(PROFILES).optional().describe('The document that it claims to follow'),
  })
  .meta({
    title: 'A target of segment-arrives',
    description: 'A TCP to be tested, and how its states are reached',
  });

export type TargetFile = z.output<typeof targetFileSchema>;

/** The published form of the schema, for editors and other programs. */
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
    throw new TargetFileError(`${path}: no JSON: ${(error as Error).message}`);
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
