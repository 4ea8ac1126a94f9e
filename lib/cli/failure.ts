/** Wrong arguments. The message is one sentence for the user. */
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

/** The names of errors that a user can mend. Names, not classes: mocha may load a module, and its class, a second time. */
const EXPECTED = new Set([
  'CatalogueError',
  'UsageError',
  'SettingsError',
  'CannotTest',
  'LabUnavailable',
  'LinesError',
  'ReportError',
  'BaselineError',
  'TargetFileError',
  'SshError',
  'UpperTesterError',
  'UpperTesterAbsent',
  'UpperTesterNonsense',
  'UpperTesterRefused',
]);

/** Prints an error on stderr: one sentence, or the stack of a bug. */
export function tell(error: unknown): void {
  const { name, message, stack } = error as Error;
  if (EXPECTED.has(name)) process.stderr.write(`segment-arrives: ${sentence(message)}\n`);
  else process.stderr.write(`segment-arrives: this is a bug: ${stack ?? String(error)}\n`);
}

/** A message as one line with a full stop. */
export function sentence(message: string): string {
  const line = message.trim().replace(/\s*\n\s*/g, '; ');
  return /[.?!]$/.test(line) ? line : `${line}.`;
}
