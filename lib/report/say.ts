import { printReply } from '../catalogue/resolve.ts';
import { printSegment, type SegmentNotation } from '../notation/index.ts';
import type { Evidence } from '../verdict/evidence.ts';
import type { Fault, Named } from '../verdict/fault.ts';
import type { PreflightFault, WrongField } from '../verdict/preflight-fault.ts';
import type { Lack, Obstacle } from '../verdict/lack.ts';
import type { Absence, Count, Death, Ending, Loss, LossCause, Note, Reason } from '../verdict/reason.ts';
import type { OptionFault } from '../verdict/reply-options.ts';
import type { ProfileVerdict } from '../verdict/result.ts';
import type { Disturbed, DriverName } from '../verdict/target-facts.ts';
import type { Run } from './run.ts';
import {
  EVIDENCE_SENTENCES,
  LACK_SENTENCES,
  OBSTACLE_SENTENCES,
  OPTION_SENTENCES,
  STEP_WORDS,
} from './words.ts';

/*
 * The sentences of all reports, each made of typed values. No code reads one back: a test replaces all of them by nonsense,
 * and every report must hold the same numbers, groups and verdicts.
 */

const shown = (replies: readonly SegmentNotation[]): string =>
  replies.map(printSegment).join(' and ') || 'silence';

const outcomeText = ({ reply, then }: Named): string => `${printReply(reply)}${then ? `, then ${then}` : ''}`;

const endingText = ({ exitCode, signal }: Ending): string =>
  signal === undefined ? `it ended with exit code ${exitCode}` : `it was ended by ${signal}`;

const driverText = ({ name, address }: DriverName): string =>
  address === undefined ? name : `${name} at ${address}`;

function absenceText(absence: Absence): string {
  switch (absence.what) {
    case 'process':
      return 'its process has ended';
    case 'address':
      return `${absence.address} does not answer any more`;
    case 'driver':
      return `${driverText(absence.driver)} does not answer any more`;
  }
}

function lossCauseText(cause: LossCause): string {
  switch (cause.kind) {
    case 'absent': {
      const since = cause.ending ? endingText(cause.ending) : `for ${cause.seconds} s`;
      return `${absenceText(cause.absence)}, ${since}`;
    }
    case 'absent after a restart':
      return `the suite restarted it, and then ${absenceText(cause.absence)}`;
    case 'restart failed':
      return `the suite could not restart it: ${cause.told}`;
    case 'driver failed after a restart':
      return `the suite restarted it, and then ${cause.told}`;
    case 'no culprit':
      return `it died ${cause.deaths} times, and the suite found no segment that kills it`;
    case 'no time':
      return `it died ${cause.deaths} times, and the search for the cause takes too long`;
  }
}

const timesText = (count: number): string => (count === 1 ? 'once' : `${count} times`);

/** Each way of ending once. */
function endingsText(deaths: readonly Death[]): string {
  const endings = deaths.map(({ ending }) => (ending ? endingText(ending) : 'it answered nothing any more'));
  return [...new Set(endings)].join('; ');
}

/** Deaths of one kind, in one line. */
function deathsText(kind: Death['cause']['kind'], deaths: readonly Death[]): string {
  const head = `the target died ${timesText(deaths.length)}`;
  const how = endingsText(deaths);
  if (kind === 'preflight') {
    return `${head} before the first case (${how}): it is up again, and the preflight began again`;
  }
  if (kind === 'unknown') {
    const likely = mostOften(
      deaths.flatMap(({ cause }) => (cause.kind === 'unknown' ? (cause.likely ?? []) : [])),
    );
    const onTheWire = likely.length > 0 ? `; on the wire then: ${named(likely)}` : '';
    return `${head} and the suite found no segment that kills it (${how}): it is up again, and the suite ran the cases on the wire again${onTheWire}`;
  }
  const culprits = deaths.flatMap(({ cause }) => (cause.kind === 'segment' ? [cause] : []));
  return `${head} in a case (${how}) and is up again: ${named(culprits)}`;
}

const DEATH_KINDS = ['unknown', 'preflight', 'segment'] as const;

/** Each case once, those first that are there most often. */
function mostOften<T extends { readonly id: string; readonly family: 4 | 6 }>(
  cases: readonly T[],
): readonly T[] {
  const times = new Map<string, { readonly one: T; count: number }>();
  for (const one of cases) {
    const key = `${one.id} ${one.family}`;
    const known = times.get(key) ?? { one, count: 0 };
    times.set(key, known);
    known.count += 1;
  }
  return [...times.values()].toSorted((a, b) => b.count - a.count).map(({ one }) => one);
}

function named(cases: readonly { readonly id: string; readonly family: 4 | 6 }[]): string {
  const names = cases.slice(0, NAMED).map(({ id, family }) => `${id} IPv${family}`);
  const more = cases.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const countText = ({ count, kind, replies, stateAfter }: Count): string =>
  `${count === 1 ? 'once' : `${count} times`} ${kind === 'silence' ? kind : `${replies} x ${kind}`}, then ${stateAfter}`;

const disturbedText = ({ lost, doubled, reordered }: Disturbed): string =>
  `${lost} lost, ${doubled} doubled, ${reordered} out of order`;

function obstacleText(obstacle: Obstacle): string {
  switch (obstacle.what) {
    case 'no answer':
      return `no ${obstacle.awaited} within ${obstacle.within} ms`;
    case 'open window':
      return `the target's first window is not zero but ${obstacle.octets} octets`;
    case 'text not at once':
      return `the target does not send ${obstacle.octets} octets of text at once`;
    case 'upper tester':
      return `the upper tester answered ${obstacle.primitive} with ${obstacle.answer}`;
    case 'as told':
      return obstacle.told;
    default:
      return OBSTACLE_SENTENCES[obstacle.what];
  }
}

function fieldText({ field, expected, observed }: WrongField): string {
  if (field === 'ACK') return `acknowledges ${observed} instead of ${expected}`;
  return `has ${field}=${observed} instead of ${expected}`;
}

function whatIsWrong({ step, observed, wrong }: Pick<PreflightFault, 'step' | 'observed' | 'wrong'>): string {
  const { what, reply } = STEP_WORDS[step];
  if (step === 'RST to a closed port') return `it answers ${what}`;
  if (step === 'ACK to SYN-RECEIVED') return `its user is not told of a connection after ${what}`;
  if (step === 'OPEN' || step === 'CLOSE') return `its user calls ${step}, and no ${reply} comes`;
  if (observed.length === 0) return `it does not answer ${what}`;
  if (wrong.length === 0) return `its ${reply} is wrong`;
  return `its ${reply} ${wrong.map(fieldText).join(' and ')}`;
}

const withDue = (expected: string, due: number | undefined): string =>
  due === undefined || String(due) === expected ? expected : `${expected} (${due})`;

function plainFault(fault: Fault): string {
  switch (fault.kind) {
    case 'field':
      return `${fault.field} is ${fault.observed}, not ${withDue(fault.expected, fault.due)}`;
    case 'replies': {
      const count = fault.observed.length > 1 ? `${fault.observed.length} replies: ` : '';
      const seen = `observed ${count}${shown(fault.observed)}${fault.again ? ' again' : ''}`;
      return fault.step === undefined
        ? seen
        : `expected ${fault.expected.map(printReply).join(' or ')}, ${seen}`;
    }
    case 'ICMP':
      return `observed ${fault.message}`;
    case 'option':
      return OPTION_SENTENCES[fault.rule];
    case 'ISS':
      return `the new ISS ${fault.iss} is not larger than ${fault.old}, the last number of the old connection`;
    case 'state':
      return `the state after is ${fault.observed}, not ${fault.expected}`;
    case 'RCV.NXT': {
      const octets = Math.abs(fault.offset);
      return `RCV.NXT is then ${fault.observed}: ${octets} ${octets === 1 ? 'octet' : 'octets'} too ${fault.offset > 0 ? 'high' : 'low'}`;
    }
    case 'time':
      return fault.limit === 'within'
        ? `the reply came after ${fault.observed} ms, not within ${fault.expected} ms`
        : `the reply came after ${fault.observed} ms, before ${fault.expected} ms had passed`;
    case 'back-off':
      return `it was sent again after ${fault.observed} ms, where ${fault.before} ms had passed the time before`;
    case 'ISN':
      return `the ISS ${fault.iss} is that of another SYN of the target's`;
    case 'delivered':
      return fault.wrongAt === undefined
        ? `the target's user was given ${fault.observed} octets of text, not ${fault.expected}`
        : `the target's user was given other octets than were sent, from octet ${fault.wrongAt} on`;
    case 'aspect':
      return aspectText(fault);
    case 'death': {
      const how = fault.ending ? endingText(fault.ending) : 'it answers nothing any more';
      return `the target died: ${how}, in ${fault.deaths} of ${fault.trials} ${fault.trials === 1 ? 'attempt' : 'attempts'} with no other case on the wire`;
    }
  }
}

function aspectText({ aspect, expected, observed }: Extract<Fault, { kind: 'aspect' }>): string {
  switch (aspect) {
    case 'edge':
      return Number(observed) < 0
        ? `the right edge of its window went back by ${-Number(observed)} octets`
        : `the right edge of its window moved by ${observed} octets, a silly step`;
    case 'window':
      return "its window is scaled, where the tester's SYN has no window scale";
    case 'after':
      return `the reply came after ${observed} ms, before ${expected} ms had passed`;
    case 'ttl':
      return `the time to live is ${observed}, where its user has asked for ${expected}`;
    case 'diffserv':
      return `the Diffserv field is ${observed}, where its user has asked for ${expected}`;
    case 'told':
      return `the target's user was told: ${observed}; it should be told: ${expected}`;
    case 'mss':
      return /^[0-9]/.test(observed)
        ? `its MSS option is ${observed}, more than an IP packet holds`
        : `the MSS option of its SYN is ${observed}`;
    case 'ecn':
      return observed === 'other bits'
        ? 'its SYN,ACK has CWR, which neither agrees to ECN nor declines it'
        : `its SYN,ACK has ECN ${observed}`;
    case 'iss':
      return expected === 'later'
        ? 'its ISS is not later than the one before between the same ports'
        : 'its ISSs between different ports lie close together';
    case 'segments':
      return `it has sent ${observed} acknowledgments where ${expected} would do`;
    case 'answer':
      return `the call was answered: ${observed}; the answer should be: ${expected}`;
  }
}

const stepped = (step: number | undefined, text: string): string =>
  step === undefined ? text : `step ${step}: ${text}`;

function alternatives(count: number): string {
  if (count <= 0) return '';
  return count === 1
    ? ' (and not the other allowed outcome)'
    : ` (and none of the ${count} other allowed outcomes)`;
}

/** So many cases that were on the wire are named. */
const NAMED = 3;

export const say = {
  /** Slow cases that were not asked for. */
  slowUnasked: ({ slowUnasked = 0 }: Pick<Run, 'slowUnasked'>): string[] =>
    slowUnasked === 0
      ? []
      : [`${slowUnasked} slow ${slowUnasked === 1 ? 'case was' : 'cases were'} not asked for (--slow)`],

  driver: driverText,

  path: disturbedText,

  evidence: (proof: readonly Evidence[]): string => proof.map((one) => EVIDENCE_SENTENCES[one]).join(', '),

  option: (rule: OptionFault): string => OPTION_SENTENCES[rule],

  fault: (fault: Fault): string => stepped(fault.step, plainFault(fault)),

  /**
   * What was wrong, or which choice the target did not take; empty when the case conforms. @param whole also names an outcome
   * that is the only one
   */
  judgement(judgement: Exclude<ProfileVerdict, { readonly verdict: 'inconclusive' }>, whole = true): string {
    switch (judgement.verdict) {
      case 'conformant':
        return '';
      case 'permitted':
        return judgement.taken
          .map(({ step, outcome, better }) => {
            const rather = better.length > 0 ? `; better: ${better.map(outcomeText).join(' or ')}` : '';
            return stepped(step, `${outcomeText(outcome)} is permitted${rather}`);
          })
          .join('; ');
      case 'deviates': {
        const { outcome, others, faults } = judgement;
        if (faults.length === 0) return 'no outcome applies';
        const head = outcome && (whole || others > 0) ? `expected ${outcomeText(outcome)}: ` : '';
        return `${head}${faults.map((one) => say.fault(one)).join('; ')}${alternatives(others)}`;
      }
    }
  },

  lack(lack: Lack): string {
    switch (lack.what) {
      case 'tester address':
        return `the tester has no IPv${lack.family} address`;
      case 'calls over the family':
        return `the target does not connect over IPv${lack.family}`;
      case 'way in over the family':
        return `nothing forwards connections to the target over IPv${lack.family}`;
      case 'kind of listener':
        return `the target has no listener of this kind: ${lack.listener}`;
      case 'choice of port':
        return `the target connects only to port ${lack.ports.join(' and ')}, and chooses when`;
      case 'upper tester':
        return `the target's upper tester cannot ${lack.ability} (${lack.answer})`;
      case 'closed window':
        return `the target's window did not close: it still advertises ${lack.octets} octets`;
      case 'window of one segment':
        return `the target's smallest window, ${lack.octets} octets, is more than a segment holds`;
      case 'as told':
        return lack.told;
      default:
        return LACK_SENTENCES[lack.what];
    }
  },

  reason(reason: Reason): string {
    switch (reason.kind) {
      case 'not capable':
        return say.lack(reason.lack);
      case 'not reached':
        return obstacleText(reason.obstacle);
      case 'failed':
      case 'engine lost':
        return reason.told;
      case 'SYN cookies':
        return 'the target answers with SYN cookies, so it has no TCB in SYN-RECEIVED';
      case 'blocked':
        return `blocked by: ${say.preflightFault(reason.by)}`;
      case 'not proven':
        return `the state after could not be proven: ${say.evidence(reason.proof)}`;
      case 'packets dropped':
        return "the tester's receive queue dropped packets";
      case 'acknowledgment lost':
        return 'the path lost an acknowledgment of the tester before the stimulus';
      case 'text not told':
        return 'on a path that loses packets, the text that the user was given may have been lost on its way back';
      case 'checksum right by accident':
        return 'the checksum that the suite made wrong is right by accident';
      case 'socket failed':
        return `the tester's socket failed: ${reason.told}`;
      case 'not sent':
        return `a segment could not be sent: ${reason.told}`;
      case 'path refuses':
        return `the path refuses segments: ${reason.told}`;
      case 'tester late':
        return `the tester was ${reason.milliseconds} ms late`;
      case 'stimulus late':
        return "the stimulus was so late that the target's timer may have sent what came back";
      case 'target away':
        return 'the target was unreachable for a while';
      case 'contradiction':
        return `the target's answers contradict each other: ${reason.seen.map(countText).join('; ')}`;
      case 'no agreement':
        return `the observations do not agree: ${reason.seen.map(countText).join('; ')}`;
      case 'died at times':
        return `the target died in ${reason.deaths} of ${reason.trials} attempts with no other case on the wire`;
      case 'dies on the way':
        return `the target dies on the way to ${reason.state}: seen twice, with no other case on the wire`;
      case 'target lost':
        return say.lossCause(reason.cause);
    }
  },

  note(note: Note): string {
    switch (note.kind) {
      case 'void attempt':
        return `attempt ${note.attempt} proves nothing: ${say.reason(note.why)}`;
      case 'away before':
        return 'earlier observations do not count: the target was unreachable in between';
      case 'away meanwhile':
        return 'no observation counts: the target was unreachable for a while';
      case 'confirmed': {
        const text = `confirmed on ${note.alike} of ${note.connections} connections`;
        return note.disturbed
          ? `${text}, since the path disturbs segments (in percent: ${disturbedText(note.disturbed)})`
          : text;
      }
      default:
        return say.reason(note);
    }
  },

  lossCause: (cause: LossCause): string => `the target was lost: ${lossCauseText(cause)}`,

  /** The reason, and the cases that may have to do with it. */
  loss({ cause, onTheWire }: Loss): string {
    if (onTheWire.length === 0) return say.lossCause(cause);
    return `${say.lossCause(cause)}; on the wire then: ${named(onTheWire)}`;
  },

  /** Deaths after which the target came back, a line for each kind of cause; unexplained ones first. */
  deaths: (deaths: readonly Death[] = []): string[] =>
    DEATH_KINDS.map((kind) => ({ kind, own: deaths.filter(({ cause }) => cause.kind === kind) }))
      .filter(({ own }) => own.length > 0)
      .map(({ kind, own }) => deathsText(kind, own)),

  /** A fault of the preflight in one line: `its SYN,ACK acknowledges SEG.SEQ instead of SEG.SEQ+1, over IPv4`. */
  preflightFault: (fault: Pick<PreflightFault, 'step' | 'family' | 'observed' | 'wrong'>): string =>
    `${whatIsWrong(fault)}, over IPv${fault.family}`,
};
