import type { Variable } from '../notation/types.ts';
import type { Tcb } from './tcb.ts';

/** The variables of the connection, without those of a segment (SEG.SEQ, SEG.ACK, SEG.LEN). */
export type TcbVariable = Exclude<Variable, `SEG.${string}`>;

/** The values of the TCB by the names of the notation. */
export const tcbVariables = (tcb: Tcb): Record<TcbVariable, number> => ({
  'SND.UNA': tcb.sndUna,
  'SND.NXT': tcb.sndNxt,
  'SND.WND': tcb.sndWnd,
  'MAX.SND.WND': tcb.maxSndWnd,
  ISS: tcb.iss,
  'RCV.NXT': tcb.rcvNxt,
  'RCV.WND': tcb.rcvWnd,
  'RCV.MSS': Math.min(tcb.largestText, tcb.rcvWnd),
  IRS: tcb.irs,
  'TS.RECENT': tcb.tsRecent,
});
