import { NotationError, parseSegment, printSegment, type SegmentNotation } from '../notation/index.ts';
import { PROFILES, type Profile } from '../standard/profile.ts';
import { citationsOf, RULE_IDS, type RuleId, requirementsOf } from '../standard/rules.ts';
import type { Origin, State } from '../standard/state.ts';
import type {
  ByProfile,
  DeclaredReply,
  PlaceDeclaration,
  ScenarioDeclaration,
  StateName,
  StepDeclaration,
  StepExpectation,
  StepOutcome,
} from './case.ts';
import { codesOf, ICMP_ERROR_NAMES } from '../wire/icmp.ts';
import { familiesOf } from './conditions.ts';
import { didYouMean } from '../did-you-mean.ts';
import {
  type Mark,
  type OutcomesByProfile,
  PLAIN_CALLS,
  type Place,
  type PlainCall,
  printCall,
  type Reply,
  type ResolvedOutcome,
  type Scenario,
  type Setting,
  SETTINGS,
  type Step,
  type UserCall,
} from './scenario.ts';
import { DeclarationError, knownWord } from './well-formed.ts';

/**
 * A scenario from its declaration. Here, and nowhere else, its notation is parsed.
 *
 * @throws DeclarationError, NotationError
 */
export function resolveScenario(declaration: ScenarioDeclaration): Scenario {
  const { id, title } = declaration;
  const place = resolvePlace(declaration);
  const beside = 'steps' in declaration ? (declaration.beside ?? {}) : {};
  const places = Object.entries(beside).map(([name, each]) => [name, resolvePlace(each)] as const);
  const written = 'steps' in declaration ? declaration.steps : [declaration, { expect: declaration.expect }];
  const steps = written.map(resolveStep);
  if (!steps.some((step) => 'expect' in step)) throw new DeclarationError('expects nothing');
  const last = steps.at(-1);
  if (last && !('expect' in last || 'state' in last)) {
    throw new DeclarationError('nothing is expected of the last step');
  }
  const unknown = steps.find(({ on }) => on !== undefined && !(on in beside))?.on;
  if (unknown !== undefined) throw new DeclarationError(`there is no connection ${unknown} beside the first`);
  const conditions = [place, ...places.map(([, each]) => each)].flatMap((each) => each.conditions);
  return {
    ...{ id, title, ...place, beside: Object.fromEntries(places), steps, ...ruled(declaration.rules) },
    families: familiesOf(conditions).filter(
      (family) =>
        (declaration.families?.includes(family) ?? true) &&
        steps.every((step) => !('icmp' in step) || codesOf(step.icmp)[family] !== undefined),
    ),
    ...('steps' in declaration && declaration.slow ? { slow: true } : {}),
  };
}

/**
 * The rules of a scenario, each once, and what follows from them.
 *
 * @throws DeclarationError when there are none, or one is unknown: the compiler says so too, but who runs a case need not compile.
 */
function ruled(rules: readonly RuleId[]): Pick<Scenario, 'rules' | 'cite' | 'requirements'> {
  if (rules.length === 0) throw new DeclarationError('names no rule');
  for (const rule of rules) knownWord('rule', rule, RULE_IDS);
  return { rules: [...new Set(rules)], cite: citationsOf(rules), requirements: requirementsOf(rules) };
}

function resolvePlace({ state, condition = [], closedBy }: PlaceDeclaration): Place {
  return {
    ...stateOf(state),
    ...(closedBy ? { closedBy } : {}),
    conditions: typeof condition === 'string' ? [condition] : condition,
  };
}

const ORIGINS: Partial<Record<StateName, Origin>> = {
  'SYN-RECEIVED (passive)': 'passive',
  'SYN-RECEIVED (active)': 'active',
};

function stateOf(name: StateName): Pick<Place, 'state' | 'origin'> {
  const origin = ORIGINS[name];
  return origin ? { state: 'SYN-RECEIVED', origin } : { state: name as State };
}

function resolveStep(step: StepDeclaration): Step {
  const on = step.on === undefined ? {} : { on: step.on };
  if ('send' in step) {
    const [first, ...others] = (typeof step.send === 'string' ? [step.send] : step.send).map(parseSegment);
    if (!first) throw new DeclarationError('a step sends nothing');
    return { ...on, send: [first, ...others], ...(step.spaced === undefined ? {} : { spaced: step.spaced }) };
  }
  if ('icmp' in step) return resolveIcmp(step, on);
  if ('crowd' in step) return { ...on, crowd: step.crowd, resets: step.resets };
  if ('user' in step) return { ...on, user: parseCall(step.user) };
  if ('wait' in step) return { ...on, wait: step.wait };
  if (!('expect' in step)) return { ...on, state: step.state };
  const { expect, then, on: _, ...terms } = step;
  return { ...on, expect: resolveExpectation(expect, then), ...terms };
}

function resolveIcmp(
  { icmp, about, otherPort }: Extract<StepDeclaration, { readonly icmp: unknown }>,
  on: Pick<Step, 'on'>,
): Step {
  if (!ICMP_ERROR_NAMES.includes(icmp))
    throw new DeclarationError(`no such ICMP error: ${icmp}${didYouMean(icmp, ICMP_ERROR_NAMES)}`);
  return { ...on, icmp, about: parseSegment(about), ...(otherPort ? { otherPort } : {}) };
}

function resolveExpectation(expect: ByProfile<StepExpectation>, then: State | undefined): OutcomesByProfile {
  const isByProfile = typeof expect === 'object' && 'rfc793' in expect;
  const chain: Partial<Record<Profile, StepExpectation>> = isByProfile ? expect : { rfc793: expect };
  let inherited: readonly ResolvedOutcome[] = [];
  const entries = PROFILES.map((profile) => {
    const own = chain[profile];
    if (own !== undefined) inherited = listOf(own).map((one) => resolveOutcome(one, then));
    if (inherited.length === 0) throw new DeclarationError(`expects nothing under ${profile}`);
    return [profile, inherited] as const;
  });
  return Object.fromEntries(entries) as Record<Profile, readonly ResolvedOutcome[]>;
}

const listOf = (expectation: StepExpectation): readonly (string | StepOutcome)[] =>
  Array.isArray(expectation) ? expectation : [expectation as string | StepOutcome];

function resolveOutcome(outcome: string | StepOutcome, then: State | undefined): ResolvedOutcome {
  const written = typeof outcome === 'string' ? { reply: outcome } : outcome;
  const after = written.then ?? then;
  return {
    ...written,
    reply: parseReply(written.reply),
    ...(after === undefined ? {} : { then: after }),
    level: written.level ?? 'required',
  };
}

/** @throws NotationError */
export function parseReply(reply: DeclaredReply): Reply {
  if (reply === 'silence') return [];
  if (typeof reply !== 'string') return reply.map(parseSegment);
  if (!reply.startsWith('<'))
    throw new NotationError(`neither a segment nor silence${didYouMean(reply, ['silence'])}`, reply);
  return [parseSegment(reply)];
}

/** Reads what `printReply` has printed. @throws NotationError */
export const readReply = (text: string): Reply =>
  text === 'silence' ? [] : text.split(' ').map(parseSegment);

/** For people, and for JSON: the segments in the notation, or `silence`. */
export const printReply = (reply: Reply): string =>
  reply.length === 0 ? 'silence' : reply.map(printSegment).join(' ');

const SEND = /^SEND ([1-9][0-9]{0,9})(?: (PUSH|URGENT))?$/;
const SET = new RegExp(`^(${SETTINGS.join('|')}) ([0-9]{1,3})$`);

function parseCall(text: string): UserCall {
  const [, octets, mark] = SEND.exec(text) ?? [];
  if (octets !== undefined)
    return { call: 'SEND', octets: Number(octets), ...(mark ? { mark: mark as Mark } : {}) };
  const [, setting, value] = SET.exec(text) ?? [];
  if (setting !== undefined) return { call: setting as Setting, value: Number(value) };
  if ((PLAIN_CALLS as readonly string[]).includes(text)) return { call: text as PlainCall };
  throw new DeclarationError(`no such user call: ${text}${didYouMean(text, [...PLAIN_CALLS, 'SEND 1'])}`);
}

/** The declaration of a scenario: what JSON holds of it. `resolveScenario` gives back the same scenario. */
export function declarationOf(scenario: Scenario): ScenarioDeclaration {
  const { id, title, beside, steps, rules, families, slow } = scenario;
  const places = Object.entries(beside).map(([name, place]) => [name, placeOf(place)] as const);
  return {
    ...{ id, title, ...placeOf(scenario), rules, steps: steps.map(stepOf) },
    ...(places.length > 0 ? { beside: Object.fromEntries(places) } : {}),
    ...(families.length < familiesOf(scenario.conditions).length ? { families } : {}),
    ...(slow ? { slow } : {}),
  };
}

function placeOf({ state, origin, closedBy, conditions }: Place): PlaceDeclaration {
  return {
    state: nameOf({ state, ...(origin ? { origin } : {}) }),
    ...(conditions.length > 0 ? { condition: conditions } : {}),
    ...(closedBy ? { closedBy } : {}),
  };
}

/** A state as suites name it. */
export const nameOf = ({ state, origin }: Pick<Place, 'state' | 'origin'>): StateName =>
  (origin ? `${state} (${origin})` : state) as StateName;

const segmentsOf = (segments: readonly SegmentNotation[]): DeclaredReply => {
  const texts = segments.map(printSegment);
  return texts.length === 1 ? (texts[0] as string) : texts;
};

function stepOf(step: Step): StepDeclaration {
  if ('send' in step) return { ...step, send: segmentsOf(step.send) };
  if ('icmp' in step) return { ...step, about: printSegment(step.about) };
  if ('user' in step) return { ...step, user: printCall(step.user) };
  if (!('expect' in step)) return step;
  const { expect, ...rest } = step;
  const all = new Set(PROFILES.map((profile) => expect[profile]));
  const [first = []] = all;
  if (all.size > 1) {
    const entries = PROFILES.map((profile) => [profile, expect[profile].map(outcomeOf)] as const);
    return { ...rest, expect: Object.fromEntries(entries) as unknown as ByProfile<StepExpectation> };
  }
  // Outcomes of the same state are written as replies.
  const then = first[0]?.then;
  const isPlain = first.every((one) => one.then === then && one.level === 'required' && !isSpecial(one));
  if (!isPlain) return { ...rest, expect: first.map(outcomeOf) };
  const replies = first.map((one) => {
    const { reply } = outcomeOf(one);
    return typeof reply === 'string' ? reply : { reply };
  });
  return { ...rest, expect: replies, ...(then ? { then } : {}) };
}

const isSpecial = ({ when, leftOpen, ends, interval, with: aspects }: ResolvedOutcome): boolean =>
  [when, leftOpen, ends, interval, aspects].some((each) => each !== undefined);

function outcomeOf({ reply, level, ...rest }: ResolvedOutcome): StepOutcome {
  return {
    ...{ reply: reply.length === 0 ? 'silence' : segmentsOf(reply), ...rest },
    ...(level === 'required' ? {} : { level }),
  };
}
