import { parseReply } from '../../../lib/catalogue/resolve.ts';
import {
  type Case,
  type OutcomesByProfile,
  outcomesOf,
  type ResolvedOutcome,
  stimulusOf,
} from '../../../lib/catalogue/scenario.ts';
import { parseSegment } from '../../../lib/notation/index.ts';
import type { Haste } from '../../../lib/runner/trial/haste.ts';
import type { Awaited } from '../../../lib/runner/trial/kinds-of-waits.ts';
import { PROFILES } from '../../../lib/standard/profile.ts';

// Cases of one stimulus, as what a tester waits for.

export const outcome = (reply: string | string[]): ResolvedOutcome => ({
  ...{ reply: parseReply(reply), then: 'CLOSED', level: 'required' },
});
export const RESET = outcome('<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>');
export const SILENCE = outcome('silence');

export function caseOf(
  outcomes: readonly ResolvedOutcome[],
  send = '<SEQ=7><CTL=SYN>',
  id = 'closed.test',
): Case {
  const expect = Object.fromEntries(PROFILES.map((profile) => [profile, outcomes]));
  return {
    ...{ id, title: 'a title', state: 'CLOSED', conditions: [], beside: {} },
    ...{ rules: [], cite: ['RFC 793 3.4'], requirements: [], families: [4] },
    steps: [{ send: [parseSegment(send)] }, { expect: expect as unknown as OutcomesByProfile }],
  };
}

export const awaitedOf = (subject: Case): Awaited => ({
  ...{ place: subject, state: subject.state, done: [stimulusOf(subject)], isCase: true, isTimed: false },
  outcomes: outcomesOf(subject).rfc9293,
});

export const mayHasten = (haste: Haste, subject: Case, replies = 0): boolean =>
  haste.mayHasten(awaitedOf(subject), replies);
