import { printConcrete, printRelative, type Variables } from '../notation/index.ts';
import type { Entry } from '../tester/index.ts';
import type { Role, WireRecord } from '../verdict/result.ts';

export interface Log {
  readonly entries: readonly Entry[];
  /** Of `performance.now()`: what the times count from. */
  readonly startedAt: number;
  /** What relative numbers are relative to. */
  readonly variables: Variables;
  readonly roleOf: (entry: Entry, position: number) => Role;
}

/** The segments of a connection as results keep them. */
export function wireRecords({ entries, startedAt, variables, roleOf }: Log): WireRecord[] {
  // Segments are named after the TCB; what the stimulus was is told by its own record.
  const { 'SEG.SEQ': _seq, 'SEG.ACK': _ack, 'SEG.LEN': _len, ...names } = variables;
  return entries.map((entry, position) => {
    // Windows are not compared: leaving them out keeps a segment short.
    const { wnd: _wnd, ...segment } = entry.segment;
    return {
      from: entry.from,
      at: Math.round((entry.at - startedAt) * 1000) / 1000,
      role: roleOf(entry, position),
      segment: printConcrete(entry.segment),
      relative: printRelative(segment, names, entry.from),
      packet: Buffer.from(entry.packet).toString('base64'),
    };
  });
}
