import { findScenario } from '../catalogue/catalogue.ts';
import { isCase } from '../catalogue/scenario.ts';
import { CONDITION_IDS, CONDITIONS, type Condition } from '../catalogue/conditions.ts';
import type { Effect, ReplyWord, StateEffect } from '../findings/effect.ts';
import type { Finding } from '../findings/findings.ts';
import { TRAITS, type Trait } from '../findings/traits.ts';
import type { RuleId } from '../standard/rules.ts';
import { STATES, type State } from '../standard/state.ts';
import { OPTION_FAULTS, type OptionFault } from '../verdict/reply-options.ts';
import { say } from './say.ts';

const SEEN: Readonly<Record<ReplyWord, string>> = {
  silence: 'no reply',
  ACK: 'an ACK',
  RST: 'a reset',
  'SYN,ACK': 'a SYN,ACK',
  SYN: 'a SYN',
  FIN: 'a FIN',
  text: 'text',
  again: 'a retransmission',
  several: 'several segments',
  'several RST': 'several resets',
};

const DUE: Readonly<Record<ReplyWord, string>> = { ...SEEN, ACK: 'an empty ACK' };

/** What a stimulus does to the connection, and should not. */
const DOES: Readonly<Record<StateEffect, string>> = {
  lost: 'ends the connection',
  kept: 'does not end the connection',
  entered: 'changes the state',
  stayed: 'does not change the state',
  taken: 'is accepted',
  'not taken': 'is not accepted',
  unknown: 'leaves the state unclear',
};

const FIELDS: Readonly<Record<string, string>> = {
  CTL: 'wrong flags',
  DATA: 'a wrong number of octets',
  SEQ: 'a wrong SEQ',
  ACK: 'a wrong ACK',
};

interface Phrase {
  /** After the noun. */
  readonly after?: string;
  /** At the end, after all that is said of the segment. */
  readonly last?: string;
}

const PHRASES: Readonly<Record<Exclude<Trait, State | Condition>, Phrase>> = {
  RST: { after: 'with RST' },
  'no RST': {},
  SYN: { after: 'with SYN' },
  'no SYN': {},
  ACK: { after: 'with ACK' },
  'no ACK': { after: 'without ACK' },
  FIN: { after: 'with FIN' },
  URG: { after: 'with URG' },
  text: { after: 'with text' },
  'no text': { after: 'without text' },
  'neither text, SYN nor FIN': { after: 'without text' },
  'text, SYN or FIN': { after: 'with text or FIN' },
  'wrong checksum field': { after: 'with a checksum of zero' },
  'wrong checksum': { after: 'with a wrong checksum' },
  'wrong data offset': { after: 'with a wrong data offset' },
  'reserved bits': { after: 'with reserved bits set' },
  'own options': { after: 'with unusual options' },
  'a timestamp': { after: 'with a timestamp' },
  acceptable: { after: 'in the window' },
  unacceptable: { after: 'outside the window' },
  'before the window': { after: 'that begins before the window' },
  'one before the window': { after: 'at RCV.NXT-1' },
  'before and into the window': { after: 'that begins before the window and reaches into it' },
  'at RCV.NXT': { after: 'at RCV.NXT' },
  'past RCV.NXT': { after: 'past RCV.NXT' },
  'at the right edge': { after: 'at RCV.NXT+RCV.WND' },
  'across an edge': { after: 'that reaches across an edge of the window' },
  'at or past the right edge': { after: 'at RCV.NXT+RCV.WND or beyond' },
  'ACK beyond SND.NXT': { after: 'that acknowledges octets never sent' },
  'ACK of SND.UNA or older': { after: 'that acknowledges nothing new' },
  'ACK without the SYN': { after: 'that does not acknowledge the SYN' },
  'ACK older than SND.UNA': { after: 'with an old acknowledgment' },
  'ACK too old': { after: 'with an acknowledgment older than any window' },
  'ACK of all that was sent': { after: 'that acknowledges all that was sent' },
  'ACK within what was sent': {},
  'in no connection': { last: 'where there is no connection' },
  'in a connection': {},
  'in a synchronized state': { last: 'in a synchronized state' },
  'after the peer closed': { last: "after the peer's FIN" },
  'with or after the FIN of the peer': { last: "with or after the peer's FIN" },
  'after both sides closed': { last: 'after both FINs' },
  'after its user closed': { last: 'after its user has closed' },
  'while its FIN is unacknowledged': { last: 'while its FIN is unacknowledged' },
  'while it may receive': { last: 'while it may receive' },
  'after a passive OPEN': { last: 'in SYN-RECEIVED after a passive open' },
  'after an active OPEN': { last: 'in SYN-RECEIVED after an active open' },
};

/** Where a condition is more than a remark. */
const CONDITION_PHRASES: Partial<Record<Condition, string>> = {
  'zero-window': 'at a closed window',
  'user-closed': 'after its user has closed both directions',
  'wrong-checksum': 'with a wrong checksum',
  'text-unread': 'while its user calls no RECEIVE',
};

const isState = (trait: Trait): trait is State => (STATES as readonly string[]).includes(trait);
const isCondition = (trait: Trait): trait is Condition =>
  (CONDITION_IDS as readonly string[]).includes(trait);

function phraseOf(trait: Trait): Phrase {
  if (isState(trait)) return { last: `in ${trait}` };
  if (!isCondition(trait)) return PHRASES[trait];
  const phrase = CONDITION_PHRASES[trait];
  return phrase ? { last: phrase } : { last: `(${CONDITIONS[trait].text})` };
}

const ACKS = TRAITS.filter((trait) => trait.startsWith('ACK '));

/** What says less than another trait that is there, too. */
const SAID_BY: Partial<Record<Trait, readonly Trait[]>> = {
  'across an edge': ['before and into the window', 'zero-window'],
  unacceptable: ['at the right edge', 'at or past the right edge', 'one before the window', 'zero-window'],
  'before the window': ['one before the window', 'before and into the window'],
  acceptable: ['before and into the window'],
  'at or past the right edge': ['at the right edge'],
  'past RCV.NXT': ['at the right edge', 'at or past the right edge', 'unacceptable'],
  'ACK of SND.UNA or older': [
    'ACK older than SND.UNA',
    'ACK too old',
    'ACK within what was sent',
    'ACK without the SYN',
  ],
  'ACK older than SND.UNA': ['ACK too old'],
  'wrong checksum': ['wrong checksum field'],
  'wrong-checksum': ['wrong checksum'],
  'with or after the FIN of the peer': ['FIN', 'after the peer closed', 'after both sides closed'],
  'no text': ['RST', 'SYN', 'neither text, SYN nor FIN'],
  'text, SYN or FIN': ['text', 'SYN', 'FIN'],
  'neither text, SYN nor FIN': ['RST'],
  'after the peer closed': ['after both sides closed', 'CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'],
  'no ACK': ['RST', 'SYN'],
  ACK: ['RST', 'FIN', 'text', ...ACKS],
  'SYN-RECEIVED': ['after a passive OPEN', 'after an active OPEN'],
};

const NOUNS = [
  [['RST'], 'a reset'],
  [['SYN', 'ACK'], 'a SYN,ACK'],
  [['SYN'], 'a SYN'],
  [['FIN'], 'a FIN'],
  [['text'], 'text'],
  [['neither text, SYN nor FIN', 'ACK'], 'an empty ACK'],
  [['neither text, SYN nor FIN'], 'an empty segment'],
] as const satisfies readonly (readonly [readonly Trait[], string])[];

/** `a SYN at RCV.NXT+RCV.WND in TIME-WAIT`. */
function stimulusText(where: readonly Trait[]): string {
  const all = (traits: readonly Trait[]): boolean => traits.every((trait) => where.includes(trait));
  const [nouns, noun] = NOUNS.find(([traits]) => all(traits)) ?? [[], 'a segment'];
  const rest = TRAITS.filter(
    (trait) =>
      where.includes(trait) &&
      !(nouns as readonly Trait[]).includes(trait) &&
      !SAID_BY[trait]?.some((other) => where.includes(other)),
  );
  const phrases = rest.map(phraseOf);
  const told = phrases.flatMap(({ after }) => after ?? []);
  // Only the first clause has its `that`, and its `without`: `that begins before the window and acknowledges nothing new`.
  const that = told.findIndex((word) => word.startsWith('that '));
  const without = told.findIndex((word) => word.startsWith('without '));
  const joined = told.map((word, at) => {
    if (at > that && that >= 0) return word.replace(/^that /, 'and ');
    return at === without + 1 && without >= 0 ? word.replace(/^without /, 'or ') : word;
  });
  return [noun, ...joined, ...phrases.flatMap(({ last }) => last ?? [])].join(' ');
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The title of a finding: `No reply to a segment without ACK outside the window; an empty ACK is due`. */
export function findingTitle({
  effect,
  effects,
  where,
  cases,
  after,
  flags,
  verdict,
  rule,
}: Finding): string {
  const example = cases[0] && findScenario(cases[0].id);
  const [most = {}] = effects;
  const whole = Object.keys(effect).length > 0 ? effect : most;
  // Of several steps there is no stimulus to tell of.
  if (where.length === 0 && example && !isCase(example)) {
    const course = verdict === 'permitted' ? 'not as recommended' : 'not as expected';
    return `${capital(differs(whole) ?? course)}: “${example.title}”`;
  }
  const what = stimulusText(where);
  if (effect.form?.field === 'CTL' && flags) {
    return `${flags.seen} in place of ${flags.due} in reply to ${what}`;
  }
  if (Object.keys(effect).length > 0) {
    const into = effect.state === 'entered' && after.length < 4 ? ` to ${after.join(' or ')}` : '';
    return capital(effectText(effect, effects, what).replace(DOES.entered, `${DOES.entered}${into}`));
  }
  const field = rule && FIELD_OF_STEP[rule];
  if (field && where.every((trait) => phraseOf(trait).after === undefined)) {
    const seen = [...new Set(effects.map(differs))].slice(0, 2).join(', ');
    return `Wrong handling of the ${field} of ${what}: ${seen}`;
  }
  return `${capital(what)} ${[...new Set(effects.map(deed))].slice(0, 2).join(', or ')}`;
}

/** What a step of SEGMENT ARRIVES looks at: all that is known of stimuli that have nothing but the step in common. */
const FIELD_OF_STEP: Partial<Record<RuleId, string>> = {
  '3.10.7.4 first': 'sequence number',
  '3.10.7.4 second': 'RST bit',
  '3.10.7.4 fourth': 'SYN bit',
  '3.10.7.4 fifth': 'ACK field',
  '3.10.7.4 eighth': 'FIN bit',
};

function effectText({ reply, form, state, extra }: Effect, effects: readonly Effect[], what: string): string {
  if (extra !== undefined) return extraText(extra, what);
  if (reply) {
    const after = state ? `, which ${DOES[state]}` : '';
    const seen = SEEN[reply.seen];
    // `A reset to a SYN` may be read as a SYN that is reset, and `a reset at RCV.NXT` is a stimulus.
    const to = reply.seen === 'silence' ? 'to' : 'in reply to';
    return `${seen} ${to} ${what}${after}; ${dueText(reply, effects)} is due`;
  }
  if (form) return `${fieldText(form.field)} in ${DUE[form.of]} to ${what}`;
  return state ? `${what} ${DOES[state]}` : `wrong handling of ${what}`;
}

const fieldText = (field: string | undefined): string =>
  field === undefined ? 'wrong fields' : (FIELDS[field] ?? `another ${field}`);

function dueText({ due, seen }: NonNullable<Effect['reply']>, effects: readonly Effect[]): string {
  if (due) return due === seen ? 'something else' : DUE[due];
  const all = new Set(effects.flatMap(({ reply }) => (reply?.due ? [DUE[reply.due]] : [])));
  return [...all].slice(0, 2).join(' or ') || 'something else';
}

/** @param what the stimulus; absent where there are several steps */
function extraText(extra: NonNullable<Effect['extra']>, what?: string): string {
  const to = what === undefined ? '' : ` to ${what}`;
  if (extra === 'death') return what === undefined ? 'the target dies' : `the target dies of ${what}`;
  if (extra === 'ICMP') return what === undefined ? 'an ICMP message' : `an ICMP message in answer${to}`;
  if (extra === 'ISS') return 'a reopened connection takes an ISS that is too low';
  if (extra === 'time') return `the reply${to} comes at the wrong time`;
  if (extra === 'aspect') return `something beside the reply${to} is not as asked`;
  if (extra === 'back-off') return 'the timer does not back off';
  if (extra === 'ISN') return 'two SYNs have the same ISS';
  if (extra === 'delivered') return 'its user is not given what was sent';
  const option = OPTION_FAULTS.find((fault): fault is OptionFault => extra === `option: ${fault}`);
  return `wrong options in a reply${to}${option ? `: ${say.option(option)}` : ''}`;
}

const inPlaceOf = (due: ReplyWord, seen: ReplyWord): string =>
  [due, seen].includes('silence')
    ? `${SEEN[seen]} where ${DUE[due]} is due`
    : `${SEEN[seen]} in place of ${DUE[due]}`;

/** `gets no reply where an empty ACK is due`. */
function deed({ reply, form, state, extra }: Effect): string {
  if (reply?.due) return `gets ${inPlaceOf(reply.due, reply.seen)}`;
  if (form) return `gets ${DUE[form.of]} with ${fieldText(form.field)}`;
  if (state) return DOES[state];
  return extra ? 'gets a reply with wrong options' : 'is not handled as recommended';
}

/** Without a stimulus: `no reply where an empty ACK is due`; undefined where the effect does not tell. */
function differs({ reply, form, state, extra }: Effect): string | undefined {
  if (extra !== undefined) return extraText(extra);
  if (reply?.due) return inPlaceOf(reply.due, reply.seen);
  if (form) return `${fieldText(form.field)} in ${DUE[form.of]}`;
  return state && WITHOUT_STIMULUS[state];
}

const WITHOUT_STIMULUS: Readonly<Record<StateEffect, string>> = {
  lost: 'the connection is lost',
  kept: 'the connection goes on',
  entered: 'another state',
  stayed: 'the state does not change',
  taken: 'the target accepts what it must drop',
  'not taken': 'the target drops what it must accept',
  unknown: 'the state afterwards is unclear',
};
