/** The arguments of the command line are wrong. The message is one sentence for the user. */
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
 * The names of the errors that a user can mend. They are told apart by name, not by class: mocha may load the module that
 * throws one a second time, and with it a second class.
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

/** Prints on stderr what went wrong: one sentence, or the stack of a bug. */
export function tell(error: unknown): void {
  const { name, message, stack } = error as Error;
  if (EXPECTED.has(name)) process.stderr.write(`segment-arrives: ${sentence(message)}\n`);
  else process.stderr.write(`segment-arrives: this is a bug: ${stack ?? String(error)}\n`);
}

/** The message as one line that ends with a full stop. */
export function sentence(message: string): string {
  const line = message.trim().replace(/\s*\n\s*/g, '; ');
  return /[.?!]$/.test(line) ? line : `${line}.`;
}
