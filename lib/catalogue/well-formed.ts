import { type Expression, mentions, type SegmentNotation, VARIABLES } from '../notation/index.ts';
import { PROFILES, STRENGTH } from '../standard/profile.ts';
import { STATES, type State } from '../standard/state.ts';
import type {
  CaseDeclaration,
  PlaceDeclaration,
  ScenarioDeclaration,
  StepDeclaration,
  StepOutcome,
  StepsDeclaration,
} from './case.ts';
import { CONDITION_IDS } from './conditions.ts';
import { didYouMean } from '../did-you-mean.ts';
import { LEFT_OPEN } from './left-open.ts';
import { ASPECTS, CLOSED_BY, type Scenario } from './scenario.ts';

// The compiler finds most of these mistakes, too, but who tries a case need not compile.

/** A declaration that is wrong; the message says in what. */
export class DeclarationError extends Error {
  override name = 'DeclarationError';
}

/** @throws DeclarationError when the word is none of those; the message says which is near */
export function knownWord(what: string, word: string, words: readonly string[]): void {
  if (!words.includes(word)) throw new DeclarationError(`no such ${what}: ${word}${didYouMean(word, words)}`);
}

type KeysOf<Declared> = Declared extends unknown ? keyof Declared : never;

/** The properties that there may be, and the words that each is made of; null where another check reads the value. */
type Form<Declared = Record<string, unknown>> = Readonly<Record<KeysOf<Declared>, readonly string[] | null>>;

const PLACE: Form<PlaceDeclaration> = {
  state: [
    ...STATES.filter((state) => state !== 'SYN-RECEIVED'),
    'SYN-RECEIVED (passive)',
    'SYN-RECEIVED (active)',
  ],
  condition: CONDITION_IDS,
  closedBy: CLOSED_BY,
};
const ABOUT = { ...PLACE, id: null, title: null, rules: null, families: null };
const CASE: Form<CaseDeclaration> = { ...ABOUT, send: null, expect: null };
const STEPS: Form<StepsDeclaration> = { ...ABOUT, steps: null, beside: null, slow: null };
const VERBS = { send: null, icmp: null, crowd: null, user: null, state: STATES, expect: null, wait: null };
const STEP: Form<StepDeclaration> = {
  ...{ ...VERBS, spaced: null, on: null, about: null, otherPort: ['target', 'tester'], then: STATES },
  resets: ['each', 'at the end'],
  ...{ within: null, notBefore: null, settled: null, next: null, newIss: null, delivered: null },
};
const OUTCOME: Form<StepOutcome> = {
  ...{ reply: null, then: STATES, level: Object.keys(STRENGTH) },
  ...{ when: null, leftOpen: Object.keys(LEFT_OPEN), ends: null, interval: null, with: null },
};
const ASPECT: Form = Object.fromEntries(ASPECTS.map((aspect) => [aspect, null]));
const BY_PROFILE: Form = Object.fromEntries(PROFILES.map((profile) => [profile, null]));

function check(written: object, form: Form, needed: readonly string[] = []): void {
  for (const [name, value] of Object.entries(written)) {
    knownWord('property', name, Object.keys(form));
    const words = form[name];
    if (words)
      for (const word of [value].flat()) knownWord(name === 'then' ? 'state' : name, String(word), words);
  }
  const missing = needed.find((name) => !(name in written));
  if (missing !== undefined) throw new DeclarationError(`${missing} is missing`);
}

/**
 * Checks the properties of a declaration, and the words that are their values.
 *
 * @throws DeclarationError
 */
export function checkWords(declaration: ScenarioDeclaration): void {
  if (!('steps' in declaration)) {
    check(declaration, CASE, ['title', 'send', 'expect', 'rules']);
    checkExpectation(declaration.expect, ['reply', 'then']);
    return;
  }
  check(declaration, STEPS, ['title', 'rules']);
  for (const place of Object.values(declaration.beside ?? {})) check(place, PLACE, ['state']);
  for (const step of declaration.steps) {
    check(step, STEP);
    if (!Object.keys(VERBS).some((verb) => verb in step))
      throw new DeclarationError(`a step has none of ${Object.keys(VERBS).join(', ')}`);
    if ('expect' in step) checkExpectation(step.expect, ['reply']);
  }
}

function checkExpectation(expect: unknown, needed: readonly string[]): void {
  const isByProfile = isObject(expect) && PROFILES.some((profile) => profile in expect);
  if (isByProfile) check(expect, BY_PROFILE, ['rfc793']);
  for (const outcome of isByProfile ? Object.values(expect).flat() : [expect].flat())
    if (isObject(outcome)) {
      check(outcome, OUTCOME, needed);
      if ('with' in outcome && isObject(outcome.with)) check(outcome.with, ASPECT);
    }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** What a TCB holds before the peer's SYN. */
const BEFORE_SYN: Partial<Record<State, readonly string[]>> = {
  LISTEN: [],
  'SYN-SENT': ['ISS', 'SND.UNA', 'SND.NXT', 'RCV.WND'],
};

/**
 * Checks that the first segment and its reply are written in variables that have a value: those of the TCB before the segment.
 *
 * @throws DeclarationError
 */
export function checkVariables({ state, steps: [first, second] }: Scenario): void {
  const known = BEFORE_SYN[state];
  if (!known || !first || !('send' in first)) return;
  const outcomes = second && 'expect' in second ? Object.values(second.expect).flat() : [];
  for (const segment of [...first.send, ...outcomes.flatMap(({ reply }) => reply)])
    for (const variable of VARIABLES)
      if (!variable.startsWith('SEG.') && !known.includes(variable) && uses(segment, variable))
        throw new DeclarationError(
          `${variable} has no value in ${state} before the segment arrives; a reply is written with SEG.SEQ, SEG.ACK and SEG.LEN`,
        );
}

const uses = (segment: SegmentNotation, variable: (typeof VARIABLES)[number]): boolean =>
  Object.values(segment).some(
    (value) => isObject(value) && 'kind' in value && mentions(value as Expression, variable),
  );
