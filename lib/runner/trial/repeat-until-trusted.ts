import { PROFILES, type Profile } from '../../standard/profile.ts';
import { pause } from '../../states/index.ts';
import type { PathQuality } from '../../tester/index.ts';
import { isBeyondCapability, keyOfReason, type Note, type Reason } from '../../verdict/reason.ts';
import {
  type CaseResult,
  type JudgedResult,
  type ProfileVerdict,
  whyInconclusive,
  withoutVerdict,
} from '../../verdict/result.ts';
import type { Futility } from './futility.ts';
import type { TargetWatch } from './target-watch.ts';

/** One attempt at a case, judged as if it were the only one. */
export interface Sample {
  readonly result: CaseResult;
  /** Silence where some profile asks for a reply: the next attempt waits until no rate limiter can be its cause. */
  readonly silent?: boolean;
}

/** The target died while the case was on the wire. The cause is looked for before the case is tried again. */
export class TargetDied extends Error {
  override name = 'TargetDied';
}

export interface Circumstances {
  /** The run's profile: a deviation under it is confirmed on a second connection. */
  readonly profile: Profile;
  readonly path: PathQuality;
  readonly watch?: TargetWatch | undefined;
  /** Why attempts at other cases have failed. */
  readonly futility?: Futility | undefined;
  /** Waits for some milliseconds; meanwhile other cases may run in this case's place. */
  readonly rest?: ((milliseconds: number) => Promise<void>) | undefined;
  /** Makes a first attempt that may be hasty; `isHasty` says whether it was. Undefined: it had no result. */
  readonly hastily?: (() => Promise<(Sample & { readonly isHasty: boolean }) | undefined>) | undefined;
  /**
   * Makes another one that may be hasty, to confirm what the first one accuses, which has waited in full or not. Undefined: it had no
   * result, or is not enough.
   */
  readonly again?: ((first: JudgedResult, hasWaited: boolean) => Promise<Sample | undefined>) | undefined;
}

// A spoilt attempt has no verdict, so another one changes none; but a run has to end.
const MOST_SPOILT = { clean: 4, disturbed: 12 };
// The tester was late: this machine is busy, which says nothing of the target, and passes.
const MOST_LATE = 12;
// More of it after each late attempt: so many at once may be what keeps the machine busy.
const LATE_PAUSE = 200;
// Where all attempts at other cases in the same state failed for the same reason.
const MOST_FUTILE = 1;
// Of observations that do not agree.
const MOST_COUNTED = { clean: 6, disturbed: 30 };
// Longer than any limiter of one reply per second.
const LIMITER_PAUSE = 1100;

/** An attempt that says something of the target. */
interface Judged extends Sample {
  readonly result: JudgedResult;
}

const isJudged = (sample: Sample): sample is Judged => sample.result.outcome === 'judged';

interface Tally {
  count: number;
  readonly sample: Judged;
}

type Tallies = ReadonlyMap<string, Tally>;

/**
 * Tries a case, each time on a fresh connection, until the result can be trusted.
 *
 * An observation is trusted when it was made more often than any other. How much more often depends on the path: on an
 * undisturbed path the first observation counts, on a path that disturbs 2 % of the exchanges it must lead by four. A deviation
 * must lead by one more, and the target must still be there.
 *
 * On an undisturbed path two different replies both come from the target. A majority does not excuse the wrong one, so there is
 * no verdict. A silence is an exception: a rate limiter may have caused it. So is the state after: it is proven by the target's
 * timers, which a busy machine may see late, so it must lead by two.
 *
 * A hasty attempt counts when it finds no deviation. A deviation that it finds counts once, if the next attempt finds the
 * same; otherwise it does not count. A second hasty attempt counts only when it finds the same.
 *
 * @throws TargetDied when the target died meanwhile, and goes on
 * @param once makes an attempt; its argument says how many attempts were spoilt before. Must not reject.
 */
export async function repeatUntilTrusted(
  { profile, path, watch, futility, rest = pause, hastily, again }: Circumstances,
  once: (spoilt: number) => Promise<Sample>,
): Promise<CaseResult> {
  const notes: Note[] = [];
  const tallies = new Map<string, Tally>();
  const faults = new Set<string>();
  let spoilt = 0;
  let seenIn = watch?.epoch;
  const deaths = watch?.deaths.length;
  const isDoubtful = (sample: Judged): boolean => accuses(sample, profile);
  let last: Sample | undefined;
  /** A first attempt that has waited, after all. */
  let waited: Sample | undefined;
  let hasty: Judged | undefined;
  /** The first attempt, whose result a hasty one may confirm. */
  let unconfirmed: Judged | undefined;
  let hasWaited = false;
  const confirmation = async (): Promise<Sample | undefined> => {
    const second = unconfirmed && !path.disturbed && (await again?.(unconfirmed.result, hasWaited));
    const isSame = unconfirmed && second && isJudged(second) && keyOf(second) === keyOf(unconfirmed);
    unconfirmed = undefined;
    return isSame ? second : undefined;
  };
  if (hastily) {
    const sample = await hastily();
    const isThere = watch?.epoch === seenIn && watch?.deaths.length === deaths && !watch?.lost;
    if (isThere && !sample?.isHasty) waited = sample;
    else if (isThere && sample && isJudged(sample) && !faultOf(sample, profile, true)) {
      if (!isDoubtful(sample) && !path.disturbed) return sample.result;
      hasty = sample;
      unconfirmed = sample;
      if (sample.silent) await rest(LIMITER_PAUSE);
    }
  }
  for (;;) {
    if (watch?.lost)
      return withoutAgreement(
        last ?? (await once(spoilt)),
        { kind: 'target lost', cause: watch.lost },
        notes,
      );
    if (watch?.deaths.length !== deaths) throw new TargetDied();
    const epoch = watch?.epoch;
    if (epoch !== seenIn) {
      // The target may have been going away during the last observation.
      if (tallies.size > 0) notes.push({ kind: 'away before' });
      tallies.clear();
      seenIn = epoch;
    }
    const isFirst = waited !== undefined;
    const sample: Sample = waited ?? (await confirmation()) ?? (await once(spoilt));
    waited = undefined;
    last = sample;
    const fault = faultOf(sample, profile, epoch === watch?.epoch);
    if (fault && isBeyondCapability(fault)) return withNotes(sample, notes);
    if (fault || !isJudged(sample)) {
      spoilt += 1;
      if (fault) {
        notes.push({ kind: 'void attempt', attempt: spoilt + total(tallies), why: fault });
        faults.add(keyOfReason(fault));
      }
      await watch?.check();
      if (!fault || watch?.lost || watch?.deaths.length !== deaths) continue;
      const { state } = sample.result;
      const isFutile = !path.disturbed && faults.size === 1 && futility?.knows(state, fault);
      const isLate = fault.kind === 'tester late' || fault.kind === 'stimulus late';
      const most = path.disturbed ? MOST_SPOILT.disturbed : isLate ? MOST_LATE : MOST_SPOILT.clean;
      if (spoilt <= (isFutile ? MOST_FUTILE : most)) {
        if (isLate) await rest(LATE_PAUSE * spoilt);
        continue;
      }
      if (faults.size === 1 && fault.kind !== 'tester late') futility?.note(state, fault);
      const isOpen = isJudged(sample) && epoch === watch?.epoch;
      return withNotes(isOpen ? sample : { result: withoutVerdict(sample.result, fault) }, notes);
    }
    count(tallies, sample);
    if (isFirst) {
      unconfirmed = sample;
      hasWaited = true;
    }
    if (hasty && keyOf(hasty) === keyOf(sample)) count(tallies, hasty);
    hasty = undefined;
    const [first, second] = [...tallies.values()].sort((one, other) => other.count - one.count);
    if (!first) continue;
    const lead = first.count - (second?.count ?? 0);
    const contradicted = !path.disturbed && contradicts(tallies);
    const disputed = !path.disturbed && second !== undefined && !second.sample.silent;
    const due = path.lead + (disputed || isDoubtful(first.sample) ? 1 : 0);
    const isAgreed = !contradicted && lead >= due;
    const isEnough = total(tallies) >= (path.disturbed ? MOST_COUNTED.disturbed : MOST_COUNTED.clean);
    if (isAgreed && !isDoubtful(first.sample)) return agreed(first, tallies, notes, path);
    if (isAgreed || isEnough) {
      // What differs may be a target that went away in between.
      if (await stillThere(watch, epoch)) {
        if (isAgreed) return agreed(first, tallies, notes, path);
        return whatIsLeft([...tallies.values()], contradicted, notes);
      }
      tallies.clear();
      spoilt += 1;
      notes.push({ kind: 'away meanwhile' });
    } else if (sample.silent) await rest(LIMITER_PAUSE);
  }
}

const agreed = ({ count, sample }: Tally, tallies: Tallies, notes: readonly Note[], path: PathQuality) =>
  withNotes(sample, [...notes, ...agreement(count, tallies, path)]);

/** Observations differ, but a profile under which all of them have the same verdict has it: each of them is right, or each is wrong. */
function whatIsLeft(tallies: readonly Tally[], contradicted: boolean, notes: readonly Note[]): CaseResult {
  const first = tallies[0]?.sample;
  if (!first) throw new RangeError('nothing was observed');
  const reason = {
    kind: contradicted ? 'contradiction' : 'no agreement',
    seen: tallies.map(({ count, sample: { result } }) => ({
      ...{ count, kind: result.kind, replies: result.observed.length, stateAfter: result.stateAfter },
    })),
  } as const;
  const isDecided = (profile: Profile): boolean => {
    const { verdict } = first.result.judgements[profile];
    return (
      verdict !== 'inconclusive' &&
      tallies.every(({ sample }) => sample.result.judgements[profile].verdict === verdict)
    );
  };
  if (!PROFILES.some(isDecided)) return withoutAgreement(first, reason, notes);
  const open: ProfileVerdict = { verdict: 'inconclusive', why: reason };
  const judgements = Object.fromEntries(
    PROFILES.map((profile) => [profile, isDecided(profile) ? first.result.judgements[profile] : open]),
  ) as JudgedResult['judgements'];
  return withNotes({ result: { ...first.result, judgements } }, [...notes, reason]);
}

/** Why an attempt gives no verdict under the run's profile; undefined where it does. */
function faultOf({ result }: Sample, profile: Profile, there: boolean): Reason | undefined {
  if (result.outcome !== 'judged') return result.why;
  return there ? whyInconclusive(result, profile) : { kind: 'target away' };
}

async function stillThere(watch: TargetWatch | undefined, epoch: number | undefined): Promise<boolean> {
  await watch?.check();
  return !watch?.lost && watch?.epoch === epoch;
}

/** A verdict that needs confirmation: a deviation, or a silence that a rate limiter may have caused. */
function accuses({ result: { judgements }, silent }: Judged, profile: Profile): boolean {
  const nowhere = PROFILES.every((one) => judgements[one].verdict !== 'conformant');
  return silent === true || nowhere || judgements[profile].verdict === 'deviates';
}

/** Whether replies differ, in kind or in their fields; a silence that a rate limiter may have caused does not count. */
function contradicts(tallies: Tallies): boolean {
  const seen = [...tallies.values()]
    .filter(({ sample }) => !sample.silent)
    .map(({ sample }) => sample.result);
  const differ = (one: JudgedResult, other: JudgedResult): boolean =>
    one.kind !== other.kind ||
    one.observed.length !== other.observed.length ||
    (one.stateAfter === other.stateAfter && one.stateAfter !== 'unknown');
  return seen.some((one, index) => seen.slice(0, index).some((other) => differ(one, other)));
}

const keyOf = ({ result: { judgements, kind, observed, stateAfter } }: Judged): string =>
  JSON.stringify([PROFILES.map((profile) => judgements[profile].verdict), kind, observed.length, stateAfter]);

function count(tallies: Map<string, Tally>, sample: Judged): void {
  const key = keyOf(sample);
  const tally = tallies.get(key);
  if (tally) tally.count += 1;
  else tallies.set(key, { count: 1, sample });
}

function total(tallies: Tallies): number {
  let sum = 0;
  for (const tally of tallies.values()) sum += tally.count;
  return sum;
}

function agreement(agreeing: number, tallies: Tallies, path: PathQuality): Note[] {
  const connections = total(tallies);
  if (connections === 1) return [];
  const disturbed = path.disturbed ? { disturbed: path.percent() } : {};
  return [{ kind: 'confirmed', alike: agreeing, connections, ...disturbed }];
}

const withNotes = ({ result }: Sample, notes: readonly Note[]): CaseResult => ({
  ...result,
  notes: [...result.notes, ...notes],
});

/** None of several observations can be trusted. */
const withoutAgreement = ({ result }: Sample, why: Reason, notes: readonly Note[]): CaseResult =>
  withNotes({ result: withoutVerdict(result, why) }, notes);
