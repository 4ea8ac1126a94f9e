/** What the command line was given makes no sense; the message is one sentence for the user. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const EXIT = {
  /** All is as expected. */
  asExpected: 0,
  notAsExpected: 1,
  /** Bad arguments, target unreachable, no permission, nothing selected. */
  cannotTest: 2,
} as const;

/**
 * Failures that the user can do something about, by name: mocha may load the module that throws one a second time, so
 * that it is an instance of another class.
 */
const EXPECTED = new Set([
  'CatalogueError',
  'UsageError',
  'SettingsError',
  'CannotTest',
  'LabUnavailable',
  'ReportError',
  'BaselineError',
  'TargetFileError',
  'UpperTesterError',
  'UpperTesterAbsent',
  'UpperTesterNonsense',
  'UpperTesterRefused',
]);

/** Says on stderr what went wrong: in one sentence, unless it is a fault of ours. */
export function tell(error: unknown): void {
  const { name, message, stack } = error as Error;
  if (EXPECTED.has(name)) process.stderr.write(`segment-arrives: ${sentence(message)}\n`);
  else process.stderr.write(`segment-arrives: this is a bug: ${stack ?? String(error)}\n`);
}

/** One line that ends like a sentence, whoever wrote it. */
export function sentence(message: string): string {
  const line = message.trim().replace(/\s*\n\s*/g, '; ');
  return /[.?!]$/.test(line) ? line : `${line}.`;
}
