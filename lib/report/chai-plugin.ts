import {
  type ConcreteSegment,
  compareReply,
  evaluateSegment,
  parseSegment,
  type Variables,
} from '../notation/index.ts';
import { DEFAULT_PROFILE, type Profile } from '../standard/profile.ts';
import { kindOf } from '../verdict/judge.ts';
import { type CaseResult, type Kind, type Seen, seenOf, standingOf, verdictOf } from '../verdict/result.ts';
import { explain } from './explain.ts';
import { say } from './say.ts';
import { findSubject } from './subject.ts';

declare global {
  namespace Chai {
    interface Assertion {
      /** Exactly one reset and, when given, as the notation says: `reset('<SEQ=SEG.ACK><CTL=RST>')`. */
      reset(notation?: string): Assertion;
      /** Exactly one acknowledgment without text, and as the notation says; by default SND.NXT and RCV.NXT. */
      emptyAck(notation?: string): Assertion;
      /** No reply at all. */
      silence: Assertion;
      /** The verdict under a profile is conformant, or permitted unless `strict`. */
      conformTo(profile: Profile, options?: { strict?: boolean }): Assertion;
    }
  }
}

const EMPTY_ACK = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';

/** Assertions about the result of a case; a failure prints the rule, the expected, the observed and all segments. */
export const tcpAssertions: Chai.ChaiPlugin = (chai) => {
  const { Assertion } = chai;

  const replyOfKind = (
    assertion: Chai.AssertionStatic,
    kind: Kind,
    what: string,
    notation?: string,
  ): void => {
    const result = subjectOf(assertion);
    const seen = seenOf(result);
    const replies = repliesOf(seen);
    const [reply] = replies;
    const ofKind = replies.length === 1 && kindOf(replies) === kind;
    const mismatches =
      seen && ofKind && reply && notation ? compareReply(parseSegment(notation), reply, seen.variables) : [];
    const faults = mismatches.map((mismatch) => say.fault({ kind: 'field', ...mismatch }));
    (assertion as unknown as Chai.AssertionPrototype).assert(
      ofKind && mismatches.length === 0,
      `expected ${what}${notation ? ` ${notation}` : ''}${faults.length > 0 ? `: ${faults.join('; ')}` : ''}\n${explained(result)}`,
      `expected no ${what}\n${explained(result)}`,
      notation ?? what,
      repliesText(seen),
    );
  };

  Assertion.addMethod('reset', function (this: Chai.AssertionStatic, notation?: string) {
    replyOfKind(this, 'rst', 'a reset', notation);
  });
  Assertion.addMethod('emptyAck', function (this: Chai.AssertionStatic, notation: string = EMPTY_ACK) {
    replyOfKind(this, 'empty-ack', 'an empty ACK', notation);
  });
  Assertion.addProperty('silence', function (this: Chai.AssertionStatic) {
    const result = subjectOf(this);
    const seen = seenOf(result);
    (this as unknown as Chai.AssertionPrototype).assert(
      seen?.observed.length === 0,
      `expected silence\n${explained(result)}`,
      `expected a reply\n${explained(result)}`,
      'silence',
      repliesText(seen),
    );
  });
  Assertion.addMethod(
    'conformTo',
    function (this: Chai.AssertionStatic, profile: Profile, { strict = false }: { strict?: boolean } = {}) {
      const result = subjectOf(this);
      const verdict = verdictOf(result, profile);
      (this as unknown as Chai.AssertionPrototype).assert(
        standingOf(result, profile, strict) === 'passed',
        `${verdict} under ${profile}\n${explained(result, profile)}`,
        `${verdict} under ${profile}, but should not be\n${explained(result, profile)}`,
        'conformant',
        verdict,
      );
    },
  );
};

const subjectOf = (assertion: Chai.AssertionStatic): CaseResult =>
  (assertion as unknown as { _obj: CaseResult })._obj;

const explained = (result: CaseResult, profile = DEFAULT_PROFILE): string =>
  explain(result, findSubject(result.id), profile);

const repliesText = (seen: Seen | undefined): string =>
  seen ? seen.observed.join(' and ') || 'silence' : 'not run';

function repliesOf(seen: Seen | undefined): ConcreteSegment[] {
  const none: Variables = {};
  return (seen?.observed ?? []).map((text) => evaluateSegment(parseSegment(text), none));
}
