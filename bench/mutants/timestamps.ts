import { emptyAck, resetFor } from '../../lib/standard/segments.ts';
import { gt, lt } from '../../lib/wire/seq.ts';
import {
  all,
  answer,
  faulty,
  has,
  ignore,
  lacks,
  type Mutant,
  outcome,
  synchronized,
  taken,
  type Test,
  unseen,
} from './tools.ts';

const stamped: Test = ({ timestamps }) => timestamps;
const fromThePast: Test = all(
  synchronized,
  stamped,
  ({ tsRecent }, { tsval }) => tsval !== undefined && lt(tsval, tsRecent),
);
const unstamped: Test = all(synchronized, stamped, (_tcb, { tsval }) => tsval === undefined);

/** Timestamps: PAWS, and segments without them. */
export const TIMESTAMPS: readonly Mutant[] = [
  unseen(
    faulty(
      'paws-missing',
      'timestamps from the past are not noticed, but on a SYN',
      all(fromThePast, lacks('SYN')),
      taken((segment, { tsRecent }) => ({ ...segment, tsval: tsRecent })),
    ),
    'RFC 7323 section 5.3 speaks of TCPs that use PAWS: the verdict is `permitted`',
  ),
  faulty(
    'paws-silent',
    'a segment from the past is dropped without an ACK',
    all(fromThePast, lacks('RST')),
    ignore,
  ),
  faulty(
    'paws-on-rst',
    'a reset with a timestamp from the past is ignored',
    all(fromThePast, has('RST')),
    ignore,
  ),
  faulty(
    'paws-answers-rst',
    'a reset with a timestamp from the past is answered',
    all(fromThePast, has('RST')),
    answer(emptyAck),
  ),
  faulty('paws-resets', 'a segment from the past is reset', all(fromThePast, lacks('RST')), answer(resetFor)),
  faulty(
    'paws-unsigned',
    'timestamps are compared as plain numbers',
    all(synchronized, stamped, lacks('RST'), (_tcb, { tsval }) => tsval !== undefined),
    (tcb, segment, next) =>
      (segment.tsval ?? 0) < tcb.tsRecent
        ? outcome(emptyAck(tcb), tcb)
        : next(tcb, { ...segment, tsval: tcb.tsRecent }),
  ),
  faulty(
    'paws-takes-text',
    'text from the past is answered, but taken as well',
    all(fromThePast, lacks('RST')),
    (tcb, segment, next) => ({
      ...next(tcb, { ...segment, tsval: tcb.tsRecent }),
      reply: emptyAck(tcb),
    }),
  ),
  faulty(
    'paws-for-newer',
    'timestamps that are newer are taken for old ones',
    all(
      synchronized,
      stamped,
      lacks('RST'),
      ({ tsRecent }, { tsval }) => tsval !== undefined && gt(tsval, tsRecent),
    ),
    answer(emptyAck),
  ),
  faulty(
    'unstamped-rst-ignored',
    'a reset without the negotiated timestamp is ignored',
    all(unstamped, has('RST')),
    ignore,
  ),
  faulty(
    'unstamped-resets',
    'a segment without the negotiated timestamp is reset',
    all(unstamped, lacks('RST')),
    answer(resetFor),
  ),
  faulty(
    'unstamped-acked',
    'a segment without the negotiated timestamp is answered and dropped',
    all(unstamped, lacks('RST')),
    answer(emptyAck),
  ),
];
