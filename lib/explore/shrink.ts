import type { Place } from '../catalogue/scenario.ts';
import { parseExpression, type SegmentNotation } from '../notation/index.ts';
import type { State } from '../standard/state.ts';
import { type Sequence, type SequenceStep, sequenceText } from './sequence.ts';

/** Nearer places come first: every sequence is told from the nearest that shows it. */
export const NEAREST: readonly State[] = [
  'ESTABLISHED',
  'CLOSE-WAIT',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
  'SYN-RECEIVED',
  'SYN-SENT',
  'LISTEN',
  'CLOSED',
];

/** How far a state lies from the nearest. */
const distance = ({ state }: Place): number => NEAREST.indexOf(state);

/** Each state as its recipe reaches it. */
export const PLAIN: readonly Place[] = NEAREST.map((state) => ({
  state,
  ...(state === 'SYN-RECEIVED' ? { origin: 'passive' as const } : {}),
  conditions: [],
}));

/** Sequences that are simpler in one thing, the boldest first. */
export function* simpler(sequence: Sequence): Generator<Sequence> {
  const { numbers, ...any } = sequence;
  const kept = numbers === undefined ? {} : { numbers };
  if (numbers !== undefined) yield any;
  for (const one of simplerInSteps(sequence)) yield { ...one, ...kept };
}

function* simplerInSteps(sequence: Sequence): Generator<Sequence> {
  const { place, steps } = sequence;
  yield* withFewerConnections(sequence);
  const count = steps.length;
  for (let size = Math.floor(count / 2); size >= 1; size = Math.floor(size / 2))
    for (let from = 0; from + size <= count; from += size)
      if (count > size) yield { ...sequence, steps: [...steps.slice(0, from), ...steps.slice(from + size)] };
  // A recipe may lead to where the first step does.
  if (count > 1)
    for (const one of PLAIN)
      if (one.state !== place.state) yield { ...sequence, place: one, steps: steps.slice(1) };
  for (const nearer of nearerThan(place)) yield { ...sequence, place: nearer };
  for (const [index, step] of steps.entries())
    for (const one of simplerSteps(step))
      yield { ...sequence, steps: [...steps.slice(0, index), one, ...steps.slice(index + 1)] };
}

/** Without one of the connections, or one of them alone. */
function* withFewerConnections({ place, beside = {}, steps }: Sequence): Generator<Sequence> {
  for (const [name, own] of Object.entries(beside)) {
    const alone = steps.flatMap(({ on, ...step }) => (on === name ? [step as SequenceStep] : []));
    if (alone.length > 0) yield { place: own, steps: alone };
    const { [name]: _, ...others } = beside;
    const rest = steps.filter(({ on }) => on !== name);
    const kept = Object.keys(others).length > 0 ? { beside: others } : {};
    if (rest.length > 0) yield { place, ...kept, steps: rest };
  }
}

function* nearerThan(place: Place): Generator<Place> {
  if (place.conditions.length > 0) yield { ...place, conditions: [] };
  for (const state of NEAREST.slice(0, distance(place))) {
    // Its recipe has another origin.
    if (state === 'SYN-RECEIVED') yield { state, origin: 'passive', conditions: place.conditions };
    else yield { state, conditions: place.conditions };
  }
  if (place.origin === 'active') yield { ...place, origin: 'passive' };
}

function* simplerSteps(step: SequenceStep): Generator<SequenceStep> {
  if ('send' in step) {
    const [first, ...others] = step.send;
    if (others.length > 0) {
      yield { ...step, send: [first] };
      return;
    }
    for (const one of simplerSegments(first)) yield { ...step, send: [one] };
  } else if ('user' in step) {
    const { user } = step;
    if (!('octets' in user)) return;
    const { mark: _, ...plain } = user;
    if (user.mark) yield { ...step, user: plain };
    for (const octets of [1, 10, 1000])
      if (octets < user.octets) yield { ...step, user: { ...user, octets } };
  } else if ('wait' in step && step.wait > 20) yield { ...step, wait: Math.floor(step.wait / 2) };
}

const OPTIONAL = [
  'reserved',
  'offset',
  'checksum',
  'opt',
  'tsval',
  'tsecr',
  'mss',
  'wnd',
  'urg',
  'data',
] as const satisfies readonly (keyof SegmentNotation)[];

function* simplerSegments(segment: SegmentNotation): Generator<SegmentNotation> {
  for (const field of OPTIONAL) {
    if (segment[field] === undefined) continue;
    const { [field]: _, ...rest } = segment;
    yield rest;
  }
  for (const control of ['ECE', 'CWR', 'PSH', 'URG', 'SYN', 'FIN', 'RST'] as const)
    if (segment.ctl.includes(control))
      yield { ...segment, ctl: segment.ctl.filter((one) => one !== control) };
  if (segment.ctl.length === 0) yield { ...segment, ctl: ['ACK'], ack: parseExpression('SND.NXT') };
  for (const [field, choices] of SIMPLE) {
    const own = segment[field];
    if (own === undefined) continue;
    for (const text of choices) {
      const choice = parseExpression(text);
      if (JSON.stringify(choice) === JSON.stringify(own)) break;
      yield { ...segment, [field]: choice };
    }
  }
}

/** Values from the simplest on. */
const SIMPLE: readonly (readonly ['seq' | 'ack' | 'data' | 'wnd' | 'urg', readonly string[]])[] = [
  ['seq', ['RCV.NXT', 'RCV.NXT-1', 'RCV.NXT+1', 'RCV.NXT+10', 'RCV.NXT+2^30']],
  ['ack', ['SND.NXT', 'SND.UNA', 'SND.NXT+1', 'SND.UNA-1', 'SND.NXT+2^30']],
  ['data', ['1', '10']],
  ['wnd', ['0', '1']],
  ['urg', ['1']],
];

/** What a try of a sequence must show to be worth going on with. */
export type Fails = (sequence: Sequence) => Promise<boolean>;

export interface Shrunk {
  readonly sequence: Sequence;
  /** How many were tried. */
  readonly tries: number;
}

/**
 * The simplest sequence that still fails: steps are removed, places come nearer, fields become plain, until nothing can go.
 *
 * @param most tries; what was found by then is the result
 * @param beside how many are tried at once
 */
export async function shrink(sequence: Sequence, fails: Fails, most: number, beside = 4): Promise<Shrunk> {
  const tried = new Set([sequenceText(sequence)]);
  let best = sequence;
  let tries = 0;
  for (let goesOn = true; goesOn && tries < most; ) {
    goesOn = false;
    const candidates = [...simpler(best)].filter((one) => {
      const text = sequenceText(one);
      const isNew = !tried.has(text);
      tried.add(text);
      return isNew;
    });
    for (let at = 0; at < candidates.length && tries < most; at += beside) {
      const some = candidates.slice(at, at + beside);
      tries += some.length;
      const failing = await Promise.all(some.map(fails));
      const found = some.find((_, index) => failing[index]);
      if (!found) continue;
      best = found;
      goesOn = true;
      // Those that were not tried yet may be tried from here.
      for (const one of candidates.slice(at + beside)) tried.delete(sequenceText(one));
      break;
    }
  }
  return { sequence: best, tries };
}
