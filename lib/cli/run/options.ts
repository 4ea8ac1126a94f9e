import type { Allowed } from '../results/gate.ts';
import type { SettingOptions } from '../settings.ts';

export const FORMATS = ['progress', 'spec', 'dots', 'jsonl'] as const;

/** How a run is shown while it goes on. */
export type Format = (typeof FORMATS)[number];

/** The options of `run`, as commander hands them over. */
export interface RunOptions extends SettingOptions {
  readonly baseline?: string;
  readonly allow?: Allowed;
  readonly reportOnly?: boolean;
  readonly format: Format;
  readonly verbose?: boolean;
  readonly dryRun?: boolean;
}
