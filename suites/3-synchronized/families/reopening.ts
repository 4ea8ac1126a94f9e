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
 * What a SYN alone brings about in TIME-WAIT, no timestamps on either connection.
 *
 * RFC 793 and RFC 5961 treat TIME-WAIT like the other states. RFC 1122 lets any such SYN open the connection anew. With
 * RFC 6191 it should when its number is newer, and is dropped without a word when it is not; that algorithm is asked for
 * where there are timestamps, so that without them the older answers are as right. In RFC 9293 a SYN that is not newer
 * opens nothing: its fourth step accepts new connections that meet the expectations of RFC 6191, and no others.
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
  words: 'older than the last of the old connection',
  seq: 'RCV.NXT-2^30',
  inWindow: false,
  newer: false,
} as const;
const INSIDE = {
  name: 'newer-seq',
  words: 'newer and in the window',
  seq: 'RCV.NXT+RCV.WND/2',
  inWindow: true,
  newer: true,
} as const;
const BEYOND = {
  name: 'seq-beyond-window',
  words: 'newer and beyond the window',
  seq: 'RCV.NXT+RCV.WND+1000',
  inWindow: false,
  newer: true,
} as const;

/** The answers without RFC 6191: like in any other synchronized state, with the leave of RFC 1122 to reopen. */
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

/** What RFC 6191 does with a SYN that is newer, and with one that is not. */
const reopened = leftOpen('RFC 6191 by choice', ...recommended(synAck));
const droppedByRfc6191 = ({ state }: Subject): Outcomes =>
  leftOpen('RFC 6191 by choice', ...recommended(silence(state)));

/** RFC 6191, which should be followed where there are timestamps, opens the connection. */
const honoured = (subject: Subject, place: Place): Outcomes =>
  anyOf(...reopened, ...permitted(...olderThanRfc6191(subject, place)));

/** RFC 6191 drops the SYN without a word. */
const notHonoured = (subject: Subject, place: Place): Outcomes =>
  anyOf(...droppedByRfc6191(subject), ...permitted(...olderThanRfc6191(subject, place)));

/**
 * RFC 7323 acknowledges what its timestamp proves old, before anything else, where PAWS is used; without, the older answers
 * are as right. RFC 6191, which should be followed where there are timestamps, drops it without a word.
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
 * RFC 7323 has a segment without the timestamp dropped without a word, which is a SHOULD; RFC 6191 names this very SYN
 * and opens the connection when its number is newer.
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
