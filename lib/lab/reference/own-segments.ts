import type { Control, Segment, Tcb } from '../../spec/tcb.ts';

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

/** With timestamps, where they were negotiated or are offered; a reset has none. */
export const stamped = ({ timestamps, tsRecent }: Tcb, segment: Segment): Segment =>
  timestamps && !segment.ctl.has('RST')
    ? { ...segment, tsval: Date.now() >>> 0, tsecr: segment.ctl.has('ACK') ? tsRecent : 0 }
    : segment;
