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

/** One attempt at a case, judged as if it were the only one; without a judgement it says nothing of the target. */
export interface Sample {
  readonly result: CaseResult;
  /** Silence where a reply may be asked for: the next attempt waits until every limiter of the target's has room. */
  readonly silent?: boolean;
}

/** The target died while the case was on the wire: who did it is found out before the case is tried again. */
export class TargetDied extends Error {
  override name = 'TargetDied';
}

export interface Circumstances {
  /** The one that the run is about: what it accuses of is looked at twice. */
  readonly profile: Profile;
  readonly path: PathQuality;
  readonly watch?: TargetWatch | undefined;
  /** What has come to nothing in other cases. */
  readonly futility?: Futility | undefined;
  /** Lets so many milliseconds pass in which nothing of the case is on the wire: others may take its place. */
  readonly rest?: ((milliseconds: number) => Promise<void>) | undefined;
  /** A first attempt that does not wait for silence, where it need not: `isHasty` if it did not; undefined: it came to nothing. */
  readonly hastily?: (() => Promise<(Sample & { readonly isHasty: boolean }) | undefined>) | undefined;
}

// What is spoilt says nothing of the rule, so that trying again bends no verdict; but a run has to end.
const MOST_SPOILT = { clean: 4, disturbed: 12 };
// Where other cases in the same state came to nothing for the same reason, each in all of its attempts.
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

/**
 * Has a case tried, each time on a fresh connection, until what is seen can be believed.
 *
 * An observation is believed when it was made more often than every other, by the lead that the path's quality asks for:
 * on a path that disturbs nothing the first one is, on one that disturbs 2 % of the exchanges one that leads by four. An
 * observation that accuses needs one more, and is only believed while the target is there to be accused.
 *
 * Where the path disturbs nothing, two replies that differ are both the target's own: no majority makes up for one that
 * should not have been sent, and there is no verdict. Only a silence may have been a limiter's doing. The state after is
 * another matter: it is proven by timers of the target's, which a busy machine may be late to see, so that two
 * connections more must speak for it than against it.
 *
 * A hasty attempt is believed when it acquits. What it accuses of counts as seen once, if the first patient attempt sees the
 * same; otherwise it counts for nothing.
 *
 * @throws TargetDied when the target died meanwhile, and goes on
 * @param once makes an attempt; it is told how many were spoilt before. Must not reject.
 */
export async function repeatUntilTrusted(
  { profile, path, watch, futility, rest = pause, hastily }: Circumstances,
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
  if (hastily) {
    const sample = await hastily();
    const isThere = watch?.epoch === seenIn && watch?.deaths.length === deaths && !watch?.lost;
    if (isThere && !sample?.isHasty) waited = sample;
    else if (isThere && sample && isJudged(sample) && !faultOf(sample, profile, true)) {
      if (!isDoubtful(sample) && !path.disturbed) return sample.result;
      hasty = sample;
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
      // It may have been going away when it was seen last.
      if (tallies.size > 0) notes.push({ kind: 'away before' });
      tallies.clear();
      seenIn = epoch;
    }
    const sample: Sample = waited ?? (await once(spoilt));
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
      const most = path.disturbed ? MOST_SPOILT.disturbed : isFutile ? MOST_FUTILE : MOST_SPOILT.clean;
      if (spoilt <= most) continue;
      if (faults.size === 1) futility?.note(state, fault);
      const isOpen = isJudged(sample) && epoch === watch?.epoch;
      return withNotes(isOpen ? sample : { result: withoutVerdict(sample.result, fault) }, notes);
    }
    count(tallies, sample);
    if (hasty && keyOf(hasty) === keyOf(sample)) count(tallies, hasty);
    hasty = undefined;
    const [first, second] = [...tallies.values()].sort((one, other) => other.count - one.count);
    if (!first) continue;
    const lead = first.count - (second?.count ?? 0);
    const contradicted = !path.disturbed && contradicts(tallies);
    const disputed = !path.disturbed && second !== undefined && !second.sample.silent;
    const due = path.lead + (disputed || isDoubtful(first.sample) ? 1 : 0);
    if (!contradicted && lead >= due) {
      if (!isDoubtful(first.sample) || (await stillThere(watch, epoch))) {
        return withNotes(first.sample, [...notes, ...agreement(first.count, tallies, path)]);
      }
      tallies.clear();
      spoilt += 1;
      notes.push({ kind: 'away meanwhile' });
    } else if (total(tallies) >= (path.disturbed ? MOST_COUNTED.disturbed : MOST_COUNTED.clean)) {
      return whatIsLeft([...tallies.values()], contradicted, notes);
    } else if (sample.silent) await rest(LIMITER_PAUSE);
  }
}

/** What every one of several observations accuses of is a fault, however they differ otherwise. */
function whatIsLeft(tallies: readonly Tally[], contradicted: boolean, notes: readonly Note[]): CaseResult {
  const first = tallies[0]?.sample;
  if (!first) throw new RangeError('nothing was observed');
  const reason = {
    kind: contradicted ? 'contradiction' : 'no agreement',
    seen: tallies.map(({ count, sample: { result } }) => ({
      ...{ count, kind: result.kind, replies: result.observed.length, stateAfter: result.stateAfter },
    })),
  } as const;
  const isGuilty = (profile: Profile): boolean =>
    tallies.every(({ sample }) => sample.result.judgements[profile].verdict === 'deviates');
  if (!PROFILES.some(isGuilty)) return withoutAgreement(first, reason, notes);
  const open: ProfileVerdict = { verdict: 'inconclusive', why: reason };
  const judgements = Object.fromEntries(
    PROFILES.map((profile) => [profile, isGuilty(profile) ? first.result.judgements[profile] : open]),
  ) as JudgedResult['judgements'];
  return withNotes({ result: { ...first.result, judgements } }, [...notes, reason]);
}

/** Why an attempt says nothing of the target, under the profile that the run is about; undefined where it does. */
function faultOf({ result }: Sample, profile: Profile, there: boolean): Reason | undefined {
  if (result.outcome !== 'judged') return result.why;
  return there ? whyInconclusive(result, profile) : { kind: 'target away' };
}

async function stillThere(watch: TargetWatch | undefined, epoch: number | undefined): Promise<boolean> {
  await watch?.check();
  return !watch?.lost && watch?.epoch === epoch;
}

/** A verdict that would accuse, or none at all; a limiter may also have made silence of what conforms. */
function accuses({ result: { judgements }, silent }: Judged, profile: Profile): boolean {
  const nowhere = PROFILES.every((one) => judgements[one].verdict !== 'conformant');
  return silent === true || nowhere || judgements[profile].verdict === 'deviates';
}

/** Whether replies differ, of which none is a silence that a limiter may have caused: in kind, or else in their fields. */
function contradicts(tallies: ReadonlyMap<string, Tally>): boolean {
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

function total(tallies: ReadonlyMap<string, Tally>): number {
  let sum = 0;
  for (const tally of tallies.values()) sum += tally.count;
  return sum;
}

function agreement(agreeing: number, tallies: ReadonlyMap<string, Tally>, path: PathQuality): Note[] {
  const connections = total(tallies);
  if (connections === 1) return [];
  const disturbed = path.disturbed ? { disturbed: path.percent() } : {};
  return [{ kind: 'confirmed', alike: agreeing, connections, ...disturbed }];
}

const withNotes = ({ result }: Sample, notes: readonly Note[]): CaseResult => ({
  ...result,
  notes: [...result.notes, ...notes],
});

/** Of several observations none is to be believed. */
const withoutAgreement = ({ result }: Sample, why: Reason, notes: readonly Note[]): CaseResult =>
  withNotes({ result: withoutVerdict(result, why) }, notes);
