import { relativeNotation, type SegmentNotation, type Variables } from '../../notation/index.ts';
import type { Entry } from '../../tester/index.ts';
import type { Role, WireRecord } from '../../verdict/observed.ts';

export interface Log {
  readonly entries: readonly Entry[];
  /** Of `performance.now()`: what the times count from. */
  readonly startedAt: number;
  /**
   * What relative numbers are relative to. Absent when no one TCB holds for all of them: then each is relative to the
   * SYNs before it.
   */
  readonly variables?: Variables;
  /** The stimulus as declared: its words are kept. */
  readonly send?: SegmentNotation;
  readonly roleOf: (entry: Entry, position: number) => Role;
}

/** The segments of a connection as results keep them. */
export function wireRecords({ entries, startedAt, variables, send, roleOf }: Log): WireRecord[] {
  const namesOf = variables ? always(variables) : initialNumbers();
  return entries.map((entry, position) => {
    const role = roleOf(entry, position);
    return {
      from: entry.from,
      at: Math.round((entry.at - startedAt) * 1000) / 1000,
      role,
      segment: entry.segment,
      relative: relativeTo(entry, namesOf(entry), role === 'stimulus' ? send : undefined),
      packet: Buffer.from(entry.packet).toString('base64'),
    };
  });
}

/** Windows are not compared: leaving them out keeps a segment short. */
function relativeTo(entry: Entry, names: Variables, declared: SegmentNotation | undefined): SegmentNotation {
  const { wnd: _, ...segment } = entry.segment;
  return relativeNotation(segment, names, entry.from, declared);
}

type NamesOf = (entry: Entry) => Variables;

/** Segments are named after the TCB; what the stimulus was is told by its own record. */
function always(variables: Variables): NamesOf {
  const { 'SEG.SEQ': _seq, 'SEG.ACK': _ack, 'SEG.LEN': _len, ...names } = variables;
  return () => names;
}

/** ISS and IRS by the latest SYN of either side, that of the segment itself included. */
function initialNumbers(): NamesOf {
  let names: Variables = {};
  return ({ from, segment }) => {
    if (segment.ctl.has('SYN')) names = { ...names, [from === 'target' ? 'ISS' : 'IRS']: segment.seq };
    return names;
  };
}
