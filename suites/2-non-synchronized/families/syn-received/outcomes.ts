/**
 * SYN-RECEIVED, step by step, for both ways into it. SND.UNA is ISS, SND.NXT is ISS+1, RCV.NXT is IRS+1.
 *
 * A reset after a passive open leads back to LISTEN. After an active open it means that the open was refused: CLOSED
 * (RFC 1122 4.2.2.11).
 */
import type { Outcome } from '../../../../lib/catalogue/case.ts';
import type { LeftOpen } from '../../../../lib/catalogue/left-open.ts';
import type { Origin, State } from '../../../../lib/standard/state.ts';

export const RESET_FROM_ACK: Outcome = { reply: '<SEQ=SEG.ACK><CTL=RST>', then: 'SYN-RECEIVED' };
export const RESET_FROM_SEQ: Outcome = {
  reply: '<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>',
  then: 'SYN-RECEIVED',
};
export const EMPTY_ACK: Outcome = { reply: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>', then: 'SYN-RECEIVED' };
export const DROPPED: Outcome = { reply: 'silence', then: 'SYN-RECEIVED' };
export const ESTABLISHED: Outcome = { reply: 'silence', then: 'ESTABLISHED' };
export const ESTABLISHED_WITH_ACK: Outcome = {
  reply: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>',
  then: 'ESTABLISHED',
};

export const afterReset = (origin: Origin): State => (origin === 'passive' ? 'LISTEN' : 'CLOSED');

export const permitted = (outcome: Outcome): Outcome => ({ ...outcome, level: 'permitted' });

/** An outcome that is allowed beside others because an RFC leaves it open. */
export const leftOpen = (by: LeftOpen, outcome: Outcome): Outcome => ({ ...outcome, leftOpen: by });
