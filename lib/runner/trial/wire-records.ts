import {
  type ConcreteSegment,
  relativeNotation,
  type SegmentNotation,
  type Variables,
} from '../../notation/index.ts';
import type { Entry, IcmpSent } from '../../tester/index.ts';
import type { Role, WireRecord } from '../../verdict/observed.ts';

export interface Log {
  readonly entries: readonly Entry[];
  /** Of `performance.now()`: what the times count from. */
  readonly startedAt: number;
  /**
   * The TCB that relative numbers refer to. Absent when no single TCB fits all segments: then each number is relative to the SYNs
   * before it.
   */
  readonly variables?: Variables;
  /** The stimulus as declared: its words are kept. */
  readonly send?: SegmentNotation;
  /** Told where several connections are in play. */
  readonly testerPort?: number | undefined;
  readonly roleOf: (entry: Entry, position: number) => Role;
}

/** The segments of a connection as results keep them. */
export function wireRecords({ entries, startedAt, variables, send, testerPort, roleOf }: Log): WireRecord[] {
  const namesOf = variables ? always(variables) : initialNumbers();
  return entries.map((entry, position) => {
    const role = roleOf(entry, position);
    return {
      from: entry.from,
      at: millisecondsAfter(startedAt, entry.at),
      role,
      segment: entry.segment,
      ...(testerPort === undefined ? {} : { ports: { tester: testerPort, target: entry.peerPort } }),
      relative: relativeTo(entry, namesOf(entry), role === 'stimulus' ? send : undefined),
      packet: Buffer.from(entry.packet).toString('base64'),
    };
  });
}

/** The ICMP errors that were sent on a connection, among its segments in the order of their times. */
export function withIcmpSent(
  records: readonly WireRecord[],
  sent: readonly IcmpSent[],
  { entries, startedAt }: Pick<Log, 'entries' | 'startedAt'>,
): WireRecord[] {
  const messages = sent.map(({ name, segment, at, packet }): WireRecord => {
    const namesOf = initialNumbers();
    let names: Variables = {};
    for (const entry of entries) if (entry.at <= at) names = namesOf(entry);
    return {
      ...{ from: 'tester', at: millisecondsAfter(startedAt, at), role: 'stimulus', segment, icmp: name },
      relative: relativeNotation(withoutWindow(segment), names, 'target'),
      packet: Buffer.from(packet).toString('base64'),
    };
  });
  return [...records, ...messages].sort((one, other) => one.at - other.at);
}

export const millisecondsAfter = (start: number, at: number): number =>
  Math.round((at - start) * 1000) / 1000;

/** Windows are not compared: leaving them out keeps a segment short. */
function relativeTo(entry: Entry, names: Variables, declared: SegmentNotation | undefined): SegmentNotation {
  return relativeNotation(withoutWindow(entry.segment), names, entry.from, declared);
}

const withoutWindow = ({ wnd: _, ...segment }: ConcreteSegment): ConcreteSegment => segment;

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
