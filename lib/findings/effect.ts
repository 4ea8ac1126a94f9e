import { type ControlBit, parseSegment, printExpression, type SegmentNotation } from '../notation/index.ts';
import type { State } from '../standard/state.ts';
import type { Fault, Named } from '../verdict/fault.ts';
import type { ProfileVerdict } from '../verdict/result.ts';

/** The kinds of reply that findings tell apart. `again`: a segment that the target had sent before. */
export const REPLY_WORDS = [
  'silence',
  'ACK',
  'RST',
  'SYN,ACK',
  'SYN',
  'FIN',
  'text',
  'again',
  'several',
  'several RST',
] as const;
export type ReplyWord = (typeof REPLY_WORDS)[number];

/**
 * What went wrong with the connection: `lost`, it is gone; `kept`, it should be gone; `entered`, it entered another state;
 * `stayed`, it should have entered another state; `taken`, the target accepted text or a FIN that it must drop; `not taken`, the
 * other way round; `unknown`, the proof did not tell.
 */
export const STATE_EFFECTS = ['lost', 'kept', 'entered', 'stayed', 'taken', 'not taken', 'unknown'] as const;
export type StateEffect = (typeof STATE_EFFECTS)[number];

/** What may be wrong besides the kind of the reply and the state after. */
export type Extra = Exclude<Fault['kind'], 'field' | 'replies' | 'state' | 'RCV.NXT'>;

/** How a result differs from the expected outcome, apart from numbers. Absent parts do not differ. */
export interface Effect {
  readonly reply?: {
    /** Absent when the target replies the same, whatever reply is right. */ readonly due?: ReplyWord;
    readonly seen: ReplyWord;
  };
  /** The reply is of the right kind; this field of it is wrong. */
  readonly form?: { readonly of: ReplyWord /** Absent where several are. */; readonly field?: string };
  readonly state?: StateEffect;
  /** The fault, and for options the rule that is broken. */
  readonly extra?: Extra | `option: ${string}`;
}

/** What was due: the kind of the reply, and whether the state stays. Absent where there are several steps. */
export interface Due {
  readonly reply: ReplyWord;
  readonly then?: State;
}

const GONE: readonly (State | 'unknown')[] = ['CLOSED', 'LISTEN'];

function wordOf({
  ctl,
  data,
}: Pick<SegmentNotation, 'ctl'> & Pick<Partial<SegmentNotation>, 'data'>): ReplyWord {
  const has = (bit: ControlBit): boolean => ctl.includes(bit);
  if (has('RST')) return 'RST';
  if (has('SYN')) return has('ACK') ? 'SYN,ACK' : 'SYN';
  if (has('FIN')) return 'FIN';
  return data === undefined && has('ACK') ? 'ACK' : 'text';
}

function wordOfAll(reply: readonly SegmentNotation[]): ReplyWord {
  const words = reply.map(wordOf);
  const [only, ...others] = words;
  if (only === undefined) return 'silence';
  if (others.length === 0) return only;
  return words.every((word) => word === 'RST') ? 'several RST' : 'several';
}

/** Of replies of one kind, in what they differ. */
function wrongFieldOf([due]: readonly SegmentNotation[], [seen]: readonly SegmentNotation[]): string {
  if (!due || !seen) return 'number';
  if ([...due.ctl].sort().join() !== [...seen.ctl].sort().join()) return 'CTL';
  const differs = (key: 'seq' | 'ack'): boolean => JSON.stringify(due[key]) !== JSON.stringify(seen[key]);
  return differs('ack') ? 'ACK' : differs('seq') ? 'SEQ' : 'DATA';
}

export const dueOf = (named: Named): Due => ({
  reply: wordOfAll(named.reply),
  ...(named.then ? { then: named.then } : {}),
});

const segmentWith = (flags: string): Pick<SegmentNotation, 'ctl'> =>
  flags === 'none' ? { ctl: [] } : parseSegment(`<CTL=${flags}>`);

/** The outcome that a judgement measured against. */
export function outcomeOf(judgement: ProfileVerdict): Named | undefined {
  if (judgement.verdict === 'inconclusive') return undefined;
  return judgement.verdict === 'permitted' ? judgement.taken[0]?.outcome : judgement.outcome;
}

export function stateEffectOf(
  expected: State,
  observed: State | 'unknown',
  before: State | undefined,
): StateEffect {
  if (observed === 'unknown') return 'unknown';
  if (observed === before && !GONE.includes(expected)) return 'stayed';
  if (GONE.includes(observed) && !GONE.includes(expected)) return 'lost';
  if (GONE.includes(expected) && !GONE.includes(observed)) return 'kept';
  return observed === before ? 'stayed' : 'entered';
}

// An ACK that is not at SND.NXT, or acknowledges less than RCV.NXT, is wrong where none is due, too.
const WRONG_SEQ = { of: 'ACK', field: 'SEQ' } as const;
const WRONG_ACK = { of: 'ACK', field: 'ACK' } as const;
const isBehind = (ack: string): boolean => ack.startsWith('RCV.NXT-');
const isBeside = (seq: string | undefined): boolean =>
  seq !== undefined && seq !== 'SND.NXT' && seq.startsWith('SND.');

/** The difference between what was due and what came. @param before the state that the stimulus met */
export function effectOf(
  faults: readonly Fault[],
  outcome: Named | undefined,
  before: State | undefined,
): Effect {
  const effect: { -readonly [Key in keyof Effect]: Effect[Key] } = {};
  for (const fault of faults) {
    switch (fault.kind) {
      case 'replies': {
        const due = wordOfAll(fault.expected[0] ?? []);
        const seen = fault.again ? 'again' : wordOfAll(fault.observed);
        if (due !== seen) {
          effect.reply ??= { due, seen };
          const { seq, ack } = fault.observed[0] ?? {};
          if (seen === 'ACK' && seq && isBeside(printExpression(seq))) effect.form ??= WRONG_SEQ;
          if (seen === 'ACK' && ack && isBehind(printExpression(ack))) effect.form ??= WRONG_ACK;
        } else effect.form ??= { of: due, field: wrongFieldOf(fault.expected[0] ?? [], fault.observed) };
        break;
      }
      case 'field': {
        const of = outcome ? dueOf(outcome).reply : 'text';
        const flags = faults.find((one) => one.kind === 'field' && one.field === 'CTL');
        const text = faults.find((one) => one.kind === 'field' && one.field === 'DATA');
        const seen = flags
          ? wordOf(segmentWith((flags as { readonly observed: string }).observed))
          : text
            ? 'text'
            : of;
        if (seen !== of) {
          effect.reply ??= { due: of, seen };
          if (seen === 'ACK' && fault.field === 'SEQ' && isBeside(fault.relative)) effect.form ??= WRONG_SEQ;
        } else effect.form ??= { of, field: fault.field };
        break;
      }
      case 'state':
        effect.state = stateEffectOf(fault.expected, fault.observed, before);
        break;
      case 'RCV.NXT':
        effect.state ??= fault.offset > 0 ? 'taken' : 'not taken';
        break;
      case 'option':
        effect.extra = `option: ${fault.rule}`;
        break;
      default:
        effect.extra = fault.kind;
    }
  }
  return effect;
}

/** Whether a conformant result could have had the effect: the same reply was right for it. */
export function couldHave(effect: Effect, due: Due, before: State | undefined): boolean {
  if (effect.reply?.due && effect.reply.due !== due.reply) return false;
  if (effect.reply && effect.reply.seen === due.reply) return false;
  if (effect.form && !effect.reply && effect.form.of !== due.reply) return false;
  const { then = before } = due;
  switch (effect.state) {
    case 'lost':
      return then !== undefined && !GONE.includes(then);
    case 'kept':
      return then !== undefined && GONE.includes(then);
    case 'entered':
      return then === before;
    case 'stayed':
      return then !== before;
    default:
      return true;
  }
}

/** Whether an effect is such a one. */
export const includes = (whole: Effect, part: Effect): boolean =>
  (part.reply === undefined ||
    (part.reply.seen === whole.reply?.seen && (part.reply.due ?? whole.reply.due) === whole.reply.due)) &&
  (part.form === undefined ||
    (part.form.of === whole.form?.of && (part.form.field ?? whole.form.field) === whole.form.field)) &&
  (part.state ?? whole.state) === whole.state &&
  (part.extra ?? whole.extra) === whole.extra;

/** What two effects have in common; empty where it is nothing. */
export function common(one: Effect, other: Effect): Effect {
  const [reply, form] = [one.reply, one.form];
  const sameReply = reply && reply.seen === other.reply?.seen ? reply : undefined;
  const sameForm = form && form.of === other.form?.of ? form : undefined;
  return {
    ...(sameReply
      ? { reply: sameReply.due === other.reply?.due ? sameReply : { seen: sameReply.seen } }
      : {}),
    ...(sameForm ? { form: sameForm.field === other.form?.field ? sameForm : { of: sameForm.of } } : {}),
    ...(one.state && one.state === other.state ? { state: one.state } : {}),
    ...(one.extra && one.extra === other.extra ? { extra: one.extra } : {}),
  };
}
