import { expect } from 'chai';
import { CASES } from '../../bench/cases.ts';
import { parseReply, printReply } from '../../lib/catalogue/resolve.ts';
import { outcomesOf, type ResolvedOutcome, stimulusOf } from '../../lib/catalogue/scenario.ts';
import { evaluateSegment, parseSegment, type Variables } from '../../lib/notation/index.ts';
import { ADOPTIONS, counts, type KnownAdoption } from '../../lib/standard/adoption.ts';
import { PROFILES } from '../../lib/standard/profile.ts';
import { STATES, type State } from '../../lib/standard/state.ts';
import { segLen } from '../../lib/standard/tcb.ts';
import { tcbVariables } from '../../lib/standard/variables.ts';
import { judge } from '../../lib/verdict/judge.ts';
import { add } from '../../lib/wire/seq.ts';
import { encounterOf } from '../catalogue/agreement/encounters.ts';
import { oncePerChoice } from '../catalogue/agreement/once-per-choice.ts';

/** Each adoption that may be known of a target, and none known. */
const KNOWN: readonly KnownAdoption[] = [{}, ...ADOPTIONS];

/** Far from every number that an outcome can ask for. */
const ASTRAY = 0x12345678;

/** Replies of each kind, with the numbers that the documents give them. */
const EACH_KIND = [
  'silence',
  '<SEQ=SEG.ACK><CTL=RST>',
  '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>',
  '<SEQ=SND.NXT><ACK=SEG.SEQ+1><CTL=SYN,ACK>',
];

const segmentOf = (reply: string, variables: Variables) =>
  evaluateSegment(parseSegment(reply), variables, () => 0);

/** Why a target could not fail by these outcomes: the kinds, fields and states that accept any reply. */
function indifferences(
  outcomes: readonly ResolvedOutcome[],
  variables: Variables,
  known: KnownAdoption,
): string[] {
  const relevant = outcomes.filter((outcome) => counts(outcome, known));
  const passes = (reply: ReturnType<typeof segmentOf> | 'silence', stateAfter: State): boolean =>
    judge(
      outcomes,
      {
        ...{ state: 'ESTABLISHED', variables, acknowledges: true },
        replies: reply === 'silence' ? [] : [reply],
        retransmissions: [],
        stateAfter,
        // The mildest verdict: RCV.NXT and a new ISS are not compared, and LISTEN counts as CLOSED.
        opening: true,
        listening: true,
      },
      known,
    ).verdict !== 'deviates';
  const found: string[] = [];
  if (relevant.length === 0) found.push('nothing is expected');
  for (const { reply, then = 'CLOSED' } of relevant) {
    const [segment] = reply;
    const right = segment ? evaluateSegment(segment, variables, () => 0) : 'silence';
    if (STATES.every((state) => passes(right, state))) found.push(`any state after ${printReply(reply)}`);
    if (!segment || right === 'silence') continue;
    const { seq, ack } = segment;
    const wrong = { ...right, ...(seq ? { seq: add(right.seq, ASTRAY) } : {}) };
    if (!ack && !seq) found.push(`no number in ${printReply(reply)}`);
    if (seq && passes(wrong, then)) found.push(`any SEQ in ${printReply(reply)}`);
    if (ack && passes({ ...right, ack: add(right.ack, ASTRAY) }, then))
      found.push(`any ACK in ${printReply(reply)}`);
  }
  const kinds = EACH_KIND.map((reply) => (reply === 'silence' ? reply : segmentOf(reply, variables)));
  if (STATES.every((state) => kinds.every((reply) => passes(reply, state)))) found.push('any kind of reply');
  return found;
}

describe('every case can be failed', function () {
  // Every outcome of every case in many ways: this takes seconds, and several times that on a busy machine.
  this.timeout(300_000);

  it('by the numbers of each reply that it allows, and by the state after it', () => {
    const found = CASES.flatMap((subject) => {
      const { tcb, segmentOf: of } = encounterOf(subject, 0);
      const segment = of(stimulusOf(subject), tcb);
      const variables = {
        ...tcbVariables(tcb),
        'SEG.SEQ': segment.seq,
        'SEG.ACK': segment.ack,
        'SEG.LEN': segLen(segment),
      };
      return PROFILES.flatMap((profile) =>
        oncePerChoice(KNOWN, (known) =>
          indifferences(outcomesOf(subject)[profile], variables, known),
        ).flatMap((all, index) =>
          all.map((what) => `${subject.id} by ${profile}, ${JSON.stringify(KNOWN[index])}: ${what}`),
        ),
      );
    });
    expect(found, found.slice(0, 20).join('\n')).to.have.length(0);
  });

  it('and one that could not be is found', () => {
    const variables = { 'SND.NXT': 10, 'RCV.NXT': 20, 'SEG.SEQ': 20, 'SEG.ACK': 11, 'SEG.LEN': 5 };
    const of = (reply: string, states: readonly State[] = ['CLOSED']): readonly ResolvedOutcome[] =>
      states.map((then) => ({ reply: parseReply(reply), then, level: 'permitted' }));
    expect(indifferences([], variables, {})).to.deep.equal(['nothing is expected']);
    expect(indifferences(of('<CTL=RST>'), variables, {})).to.deep.equal(['no number in <CTL=RST>']);
    expect(indifferences(of('silence', STATES), variables, {})).to.include('any state after silence');
    expect(indifferences(of('<SEQ=ANY><ACK=5><CTL=RST,ACK>'), variables, {})).to.deep.equal([
      'any SEQ in <SEQ=ANY><ACK=5><CTL=RST,ACK>',
    ]);
    expect(
      indifferences(
        EACH_KIND.flatMap((reply) => of(reply, STATES)),
        variables,
        {},
      ),
    ).to.include('any kind of reply');
    expect(indifferences(of('<SEQ=SEG.ACK><CTL=RST>'), variables, {})).to.deep.equal([]);
  });
});
