import type { CaseDeclaration, Condition } from '../../../lib/catalogue/case.ts';
import {
  anyOf,
  type ByProfile,
  byProfile,
  eitherWay,
  emptyAck,
  leftOpen,
  named,
  type Outcomes,
  permitted,
  recommended,
  resetOfAnyForm,
  type Subject,
  silence,
  synAck,
} from './expectations.ts';
import { PAWS, REOPENING, SYN, TIMESTAMPS_MISSING } from './rules.ts';
import type { Place } from './syn.ts';

/**
 * A SYN without other flags in TIME-WAIT, with no timestamps on either connection.
 *
 * RFC 793 and RFC 5961 treat TIME-WAIT like the other states. RFC 1122 lets any such SYN reopen the connection. Under RFC 6191
 * a SYN with a newer number should reopen it, and any other is dropped with no answer. RFC 6191 is required only with
 * timestamps, so without them the older answers are equally right. In RFC 9293 a SYN that is not newer opens nothing: its
 * fourth step accepts only new connections that meet the conditions of RFC 6191.
 */
export const synInTimeWait =
  (subject: Subject) =>
  (place: Place): ByProfile => {
    const older = olderAnswers(subject, place);
    return {
      ...older,
      rfc9293: place.newer
        ? anyOf(...reopened, ...olderThanRfc6191(subject, place))
        : anyOf(...droppedByRfc6191(subject), ...olderThanRfc6191(subject, place)),
    };
  };

/** New connections in TIME-WAIT, by the timestamp on the SYN and by its sequence number. */
export const newIncarnations = (subject: Subject): readonly CaseDeclaration[] => [
  {
    id: named(subject, 'syn.new-incarnation'),
    title: 'SYN of a new connection, beyond all numbers that the old one could have used',
    send: '<SEQ=RCV.NXT+RCV.WND+1000><CTL=SYN><MSS=1460>',
    expect: synInTimeWait(subject)(BEYOND),
    rules: [...SYN, ...REOPENING],
  },
  {
    id: named(subject, 'syn.first-timestamp'),
    title: 'SYN with a timestamp where the old connection had none',
    send: '<SEQ=RCV.NXT-2^30><CTL=SYN><TSVAL=ANY>',
    expect: { ...olderAnswers(subject, BEFORE), rfc9293: honoured(subject, BEFORE) },
    rules: [...SYN, ...REOPENING],
  },
  ...[
    { tsval: 'newer', sent: 'TS.RECENT+1', place: BEFORE, honour: true },
    { tsval: 'newer', sent: 'TS.RECENT+1', place: INSIDE, honour: true },
    { tsval: 'newer', sent: 'TS.RECENT+1', place: BEYOND, honour: true },
    { tsval: 'equal', sent: 'TS.RECENT', place: BEFORE, honour: false },
    { tsval: 'equal', sent: 'TS.RECENT', place: INSIDE, honour: true },
    { tsval: 'equal', sent: 'TS.RECENT', place: BEYOND, honour: true },
  ].map(({ tsval, sent, place, honour }) => ({
    id: named(subject, `syn.${tsval}-timestamp.${place.name}`),
    title: `SYN with ${tsval === 'newer' ? 'a newer' : 'the same'} timestamp and a SEQ ${place.words}`,
    condition: negotiated,
    send: `<SEQ=${place.seq}><CTL=SYN><TSVAL=${sent}>`,
    expect: {
      ...olderAnswers(subject, place),
      rfc9293: honour ? honoured(subject, place) : notHonoured(subject, place),
    },
    rules: [...SYN, ...REOPENING],
  })),
  ...[BEFORE, INSIDE, BEYOND].map((place) => ({
    id: named(subject, `syn.older-timestamp.${place.name}`),
    title: `SYN with an old timestamp and a SEQ ${place.words}`,
    condition: negotiated,
    send: `<SEQ=${place.seq}><CTL=SYN><TSVAL=TS.RECENT-1>`,
    expect: fromThePast(subject, place),
    rules: [...PAWS, ...SYN, ...REOPENING],
  })),
  ...[BEFORE, INSIDE, BEYOND].map((place) => ({
    id: named(subject, `syn.no-timestamp.${place.name}`),
    title: `SYN without the negotiated timestamp, with a SEQ ${place.words}`,
    condition: without,
    send: `<SEQ=${place.seq}><CTL=SYN>`,
    expect: withoutTimestamp(subject, place),
    rules: [...TIMESTAMPS_MISSING, ...SYN, ...REOPENING],
  })),
];

const negotiated: Condition = 'timestamps';
const without: Condition = 'no-timestamp';

const BEFORE = {
  name: 'older-seq',
  words: 'below RCV.NXT',
  seq: 'RCV.NXT-2^30',
  inWindow: false,
  newer: false,
} as const;
const INSIDE = {
  name: 'newer-seq',
  words: 'in the window',
  seq: 'RCV.NXT+RCV.WND/2',
  inWindow: true,
  newer: true,
} as const;
const BEYOND = {
  name: 'seq-beyond-window',
  words: 'beyond the window',
  seq: 'RCV.NXT+RCV.WND+1000',
  inWindow: false,
  newer: true,
} as const;

/** The answers without RFC 6191: as in any other synchronized state, and RFC 1122 permits reopening. */
const olderAnswers = ({ state }: Subject, { inWindow }: Place): ByProfile => {
  const letter = inWindow ? resetOfAnyForm(false) : [emptyAck(state)];
  return byProfile({
    rfc793: letter,
    rfc1122: [...letter, ...leftOpen('reopening by choice', ...permitted(synAck))],
    rfc5961: [emptyAck(state), ...leftOpen('reopening by choice', ...permitted(synAck))],
  });
};

/** The steps of RFC 9293 itself, for a TCP without RFC 6191. */
const olderThanRfc6191 = ({ state }: Subject, { inWindow }: Place): Outcomes =>
  inWindow ? eitherWay('syn', [emptyAck(state)], resetOfAnyForm(false)) : [emptyAck(state)];

/** What RFC 6191 does with a newer SYN, and with another SYN. */
const reopened = leftOpen('RFC 6191 by choice', ...recommended(synAck));
const droppedByRfc6191 = ({ state }: Subject): Outcomes =>
  leftOpen('RFC 6191 by choice', ...recommended(silence(state)));

/** RFC 6191 opens the connection. It SHOULD be followed where there are timestamps. */
const honoured = (subject: Subject, place: Place): Outcomes =>
  anyOf(...reopened, ...permitted(...olderThanRfc6191(subject, place)));

/** RFC 6191 drops the SYN with no answer. */
const notHonoured = (subject: Subject, place: Place): Outcomes =>
  anyOf(...droppedByRfc6191(subject), ...permitted(...olderThanRfc6191(subject, place)));

/**
 * Where PAWS is used, RFC 7323 first acknowledges a segment with an old timestamp. Without PAWS, the older answers are equally
 * right. RFC 6191, which SHOULD be followed where there are timestamps, drops the SYN with no answer.
 */
function fromThePast(subject: Subject, place: Place): ByProfile {
  const refused = emptyAck(subject.state);
  const older = olderAnswers(subject, place);
  return byProfile({
    rfc793: anyOf(refused, ...leftOpen('PAWS', ...permitted(...older.rfc793))),
    rfc1122: anyOf(refused, ...leftOpen('PAWS', ...permitted(...older.rfc1122))),
    rfc5961: anyOf(refused, ...leftOpen('PAWS', ...permitted(...older.rfc5961))),
    rfc9293: anyOf(...droppedByRfc6191(subject), ...permitted(refused, ...olderThanRfc6191(subject, place))),
  });
}

/**
 * RFC 7323 says that a segment without the timestamp SHOULD be dropped with no answer. RFC 6191 names this very SYN, and
 * opens the connection when its number is newer.
 */
function withoutTimestamp(subject: Subject, place: Place): ByProfile {
  const dropped = leftOpen('timestamp missing', ...recommended(silence(subject.state)));
  const older = olderAnswers(subject, place);
  return byProfile({
    rfc793: [...dropped, ...permitted(...older.rfc793)],
    rfc1122: [...dropped, ...permitted(...older.rfc1122)],
    rfc5961: [...dropped, ...permitted(...older.rfc5961)],
    rfc9293: place.newer
      ? [...dropped, ...honoured(subject, place)]
      : anyOf(...dropped, ...notHonoured(subject, place)),
  });
}
