import type { Control, Segment, Tcb } from '../../standard/tcb.ts';
import type { SentOptions } from './behaviour.ts';

/** A segment of our own accord: no reply. */
export const ownSegment = (tcb: Tcb, ctl: readonly Control[], seq: number, data = 0): Segment => ({
  seq,
  ack: ctl.includes('ACK') ? tcb.rcvNxt : 0,
  ctl: new Set(ctl),
  data,
  wnd: tcb.rcvWnd,
  urg: 0,
  security: tcb.security,
  precedence: tcb.precedence,
  checksumValid: true,
  unicast: true,
});

/**
 * The options of a segment of ours: the size of segments in a SYN; and timestamps, where they were negotiated or are offered,
 * but in a reset.
 */
export const optionsFor = (
  { timestamps, tsRecent }: Tcb,
  { ctl }: Segment,
  largestText: number,
): SentOptions => ({
  ...(ctl.has('SYN') ? { mss: largestText } : {}),
  ...(timestamps && !ctl.has('RST') ? { tsval: Date.now() >>> 0, tsecr: ctl.has('ACK') ? tsRecent : 0 } : {}),
});
