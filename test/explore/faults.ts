import { all, type Fault, has, hasNoText, ignore, inState, lacks, when } from '../../bench/mutants/tools.ts';
import { gt } from '../../lib/wire/seq.ts';

/** An ACK of octets never sent. */
export const isTooNew = all(
  has('ACK'),
  lacks('RST', 'SYN', 'FIN'),
  hasNoText,
  (tcb, { ack }) => gt(ack, tcb.sndNxt),
  inState('ESTABLISHED'),
);
/** It gets no answer. */
export const TOO_NEW_SILENT = when(isTooNew, ignore);
/** Another fault, of another stimulus. */
export const FIN_IGNORED = when(all(inState('ESTABLISHED'), has('FIN')), ignore);

export const both =
  (one: Fault, other: Fault): Fault =>
  (tcb, segment, next) =>
    one(tcb, segment, (...of) => other(...of, next));
