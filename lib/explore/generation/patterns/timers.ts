import type { State } from '../../../standard/state.ts';
import { SYNCHRONIZED } from '../../../standard/state.ts';
import type { Sequence } from '../../sequence.ts';
import { Course, type Drawing, plainPlace } from '../course.ts';
import { HANDSHAKE } from '../segments.ts';

// Sequences in which timers expire.

const WAITING_IN: readonly (readonly [number, State])[] = [
  ...[[2, 'SYN-SENT'] as const, [2, 'SYN-RECEIVED'] as const, [5, 'ESTABLISHED'] as const],
  ...[[3, 'CLOSE-WAIT'] as const, [1, 'FIN-WAIT-1'] as const, [1, 'FIN-WAIT-2'] as const],
  ...[[1, 'CLOSING'] as const, [1, 'LAST-ACK'] as const],
];
/** In milliseconds. */
const LONG = [1300, 2300, 3500, 3500, 5700, 7600] as const;
const CLOSED_WINDOW = '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><WND=0>';
const ALL_ACKED = '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>';
const TEXT = '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>';
const FIN = '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>';
const FIN_AGAIN = '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=FIN,ACK>';

/** What is sent stays unacknowledged, a window stays closed, or the connection idle. */
export function waiting(drawing: Drawing): Sequence | undefined {
  const { choice } = drawing;
  const state = choice.weighted(WAITING_IN);
  const place = plainPlace(drawing, state);
  if (!place) return undefined;
  const course = new Course(drawing, place);
  const sends = (): Course => course.call({ call: 'SEND', octets: choice.of([1, 10, 1000]) });
  if (choice.percent(30)) course.act();
  const what = choice.weighted([
    [4, 'SEND'],
    [3, 'CLOSE'],
    [3, 'KEEP-ALIVE'],
    [2, 'closed'],
    [2, 'nothing'],
  ] as const);
  if (SYNCHRONIZED.includes(state)) {
    // What is sent again acknowledges at least as much as at first.
    if (what === 'SEND' && choice.percent(30)) course.send(TEXT);
    if (what === 'closed') course.send(CLOSED_WINDOW);
    if (what === 'SEND' || what === 'closed') sends();
    if (what === 'CLOSE') course.call({ call: 'CLOSE' });
    if (what === 'KEEP-ALIVE') course.call({ call: what, value: choice.of([1, 1, 2]) });
    if (what === 'KEEP-ALIVE' && choice.percent(30)) course.call({ call: what, value: 0 });
  }
  course.wait(choice.of(LONG));
  const opening = HANDSHAKE[state];
  // What the user sends after a SYN that came again has a timer of its own (RFC 6298 (5.7)).
  if (opening && choice.percent(40)) {
    course.send(opening);
    sends().wait(choice.of(LONG));
  } else if (choice.percent(60)) course.act().wait(choice.of(LONG));
  return course.ends().sequence;
}

/** Long enough for the first retransmission; and for the one after it, where the first has shown how long the interval is. */
const ONCE_AGAIN = [1300, 1700, 2300] as const;
const TWICE_AGAIN = [3500, 3500, 5700] as const;

/** Text comes twice and is acknowledged: the acknowledgment tells no round trip, so the next text has the timer that there was. */
export function afterTextAgain(drawing: Drawing): Sequence | undefined {
  const { choice } = drawing;
  const place = plainPlace(drawing, 'ESTABLISHED', 'CLOSE-WAIT');
  if (!place) return undefined;
  const course = new Course(drawing, place);
  course.call({ call: 'SEND', octets: choice.of([1, 10, 1000]) }).wait(choice.of(ONCE_AGAIN));
  course.send(ALL_ACKED);
  if (choice.percent(30)) course.call({ call: 'CLOSE' });
  else course.call({ call: 'SEND', octets: choice.of([1, 10, 1000]) });
  return course.wait(choice.of(TWICE_AGAIN)).ends().sequence;
}

/** What is sent stays unacknowledged for several intervals. */
export function sentAgainAndAgain(drawing: Drawing): Sequence | undefined {
  const { choice } = drawing;
  const place = plainPlace(drawing, 'SYN-SENT', 'SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT');
  if (!place) return undefined;
  const course = new Course(drawing, place);
  if (SYNCHRONIZED.includes(place.state))
    course.call(choice.percent(70) ? { call: 'SEND', octets: choice.of([1, 10, 1000]) } : { call: 'CLOSE' });
  return course.wait(choice.of([3500, 4500, 7600])).ends().sequence;
}

/** Milliseconds in which a keep-alive must come where the user has asked for one after a second. */
const KEPT_ALIVE = 2700;

/** Nothing happens on the connection until a keep-alive is due, or would be if the user had not turned them off again. */
export function idle(drawing: Drawing): Sequence | undefined {
  const place = plainPlace(drawing, 'ESTABLISHED', 'CLOSE-WAIT', 'FIN-WAIT-2');
  if (!place) return undefined;
  const course = new Course(drawing, place).call({ call: 'KEEP-ALIVE', value: 1 });
  if (drawing.choice.percent(35)) course.call({ call: 'KEEP-ALIVE', value: 0 });
  return course.wait(KEPT_ALIVE).ends().sequence;
}

/** Of the interval of keep-alives, in milliseconds of each second: something arrives after the one, and nothing for the other. */
const BUSY = 650;
const IDLE = 1100;

/** What arrives begins the interval of keep-alives anew (RFC 9293 section 3.8.4). */
export function heardMeanwhile(drawing: Drawing): Sequence | undefined {
  const { choice } = drawing;
  const place = plainPlace(drawing, 'ESTABLISHED', 'CLOSE-WAIT');
  if (!place) return undefined;
  const every = choice.of([1, 1, 2]);
  const course = new Course(drawing, place).call({ call: 'KEEP-ALIVE', value: every });
  course.wait(BUSY * every).send(ALL_ACKED);
  return course.wait(IDLE * every).ends().sequence;
}

/** 2 MSL that are longer take longer than exploration has. */
const MOST_2_MSL = 8000;
/** Of 2 MSL: the FIN comes again before they are over, and once more after they would be if they had not begun anew. */
const SHARE = 0.56;
/** How much longer than 2 MSL it takes until they are over without doubt, in milliseconds. */
const BEYOND = 1500;
/** Less than 2 MSL can be (RFC 791 section 3.2 counts the life of a packet in whole seconds). */
const LEAST = 1700;

/** The FIN comes again while TIME-WAIT lasts, and after it. */
export function lingering(drawing: Drawing): Sequence | undefined {
  const { choice, twoMsl } = drawing;
  const place = plainPlace(drawing, 'TIME-WAIT', 'FIN-WAIT-2', 'CLOSING');
  if (!place) return undefined;
  const course = new Course(drawing, place);
  if (place.state === 'FIN-WAIT-2') course.send(FIN);
  if (place.state === 'CLOSING') course.send(ALL_ACKED);
  const isKnown = twoMsl !== undefined && twoMsl <= MOST_2_MSL;
  if (!isKnown) course.wait(LEAST).send(FIN_AGAIN);
  else if (choice.percent(50)) course.wait(twoMsl + BEYOND).send(FIN_AGAIN);
  else
    course
      .wait(Math.round(twoMsl * SHARE))
      .send(FIN_AGAIN)
      .wait(Math.round(twoMsl * SHARE))
      .send(FIN_AGAIN);
  return course.ends().sequence;
}

/** In turn: the more likely a pattern is to show something, the more often it is here. */
export const TIMERS = [
  sentAgainAndAgain,
  waiting,
  lingering,
  idle,
  waiting,
  afterTextAgain,
  waiting,
  heardMeanwhile,
  lingering,
  waiting,
] as const;
