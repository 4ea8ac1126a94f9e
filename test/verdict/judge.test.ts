import { expect } from 'chai';
import { parseReply } from '../../lib/catalogue/resolve.ts';
import type { ResolvedOutcome } from '../../lib/catalogue/scenario.ts';
import type { State } from '../../lib/standard/state.ts';
import type { Fault, FieldFault } from '../../lib/verdict/fault.ts';
import { type Judgement, judge, kindOf, type Observation, repliesRuleOut } from '../../lib/verdict/judge.ts';
import { segment } from '../tester/memory-link.ts';

const outcome = (reply: string, then: ResolvedOutcome['then'], rest: Partial<ResolvedOutcome> = {}) =>
  ({ reply: parseReply(reply), then, level: 'required', ...rest }) as ResolvedOutcome;

const CHALLENGE = outcome('<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>', 'ESTABLISHED');
const RESET = outcome('<SEQ=SEG.ACK><CTL=RST>', 'CLOSED');
const SILENCE = outcome('silence', 'ESTABLISHED');

const observed = (replies: readonly string[], rest: Partial<Observation> = {}): Observation => ({
  state: 'ESTABLISHED',
  acknowledges: true,
  variables: { 'SND.NXT': 10, 'RCV.NXT': 20, 'SEG.SEQ': 20, 'SEG.ACK': 11, 'SEG.LEN': 5 },
  replies: replies.map(segment),
  ...{ retransmissions: [], stateAfter: 'ESTABLISHED', opening: false, listening: true },
  ...rest,
});

const ACK = '<SEQ=10><ACK=20><CTL=ACK>';

const faultsIn = (judgement: Judgement): readonly Fault[] =>
  judgement.verdict === 'deviates' ? judgement.faults : [];

describe('the kind of what was observed', () => {
  for (const [kind, ...replies] of [
    ['silence'],
    ['rst', '<SEQ=1><CTL=RST>', '<SEQ=2><ACK=3><CTL=RST,ACK>'],
    ['empty-ack', ACK],
    ['syn-ack', '<SEQ=1><ACK=2><CTL=SYN,ACK>'],
    ['other', '<SEQ=1><CTL=SYN>'],
    ['other', '<SEQ=1><ACK=2><CTL=ACK><DATA=1>'],
    ['other', '<SEQ=1><ACK=2><CTL=FIN,ACK>'],
    ['other', ACK, '<SEQ=1><CTL=RST>'],
  ] as const) {
    it(`is ${kind} for ${replies.join(' ') || 'nothing'}`, () => {
      expect(kindOf(replies.map(segment))).to.equal(kind);
    });
  }
});

describe('the interval of a timer', () => {
  const waited = (interval: ResolvedOutcome['interval'], level: ResolvedOutcome['level'] = 'required') =>
    outcome(ACK, 'ESTABLISHED', { ...(interval ? { interval } : {}), level });
  const judged = (outcomes: readonly ResolvedOutcome[], last: number, before?: number) =>
    judge(outcomes, observed([ACK], { interval: { last, ...(before === undefined ? {} : { before }) } }), {});

  it('is long enough, give or take what clocks are coarse by', () => {
    expect(judged([waited({ atLeast: 1000 })], 500).verdict).to.equal('conformant');
    expect(judged([waited({ times: 2 })], 1650, 1000).verdict).to.equal('conformant');
    expect(judged([waited({ times: 2 })], 10).verdict).to.equal('conformant');
  });

  it('is too short, and the fault says by what', () => {
    expect(faultsIn(judged([waited({ atLeast: 1000 })], 490))).to.deep.equal([
      { kind: 'time', limit: 'not before', expected: 1000, observed: 490 },
    ]);
    expect(faultsIn(judged([waited({ times: 2 })], 1500, 1000))).to.deep.equal([
      { kind: 'back-off', before: 1000, observed: 1500 },
    ]);
  });

  it('is permitted where a SHOULD asks for a longer one', () => {
    const outcomes = [waited({ atLeast: 1000 }, 'recommended'), waited(undefined, 'permitted')];
    expect(judged(outcomes, 200).verdict).to.equal('permitted');
    expect(judged(outcomes, 1000).verdict).to.equal('conformant');
  });
});

describe('a judgement', () => {
  it('knows RCV.NXT by the last of several acknowledgments', () => {
    const twice = {
      ...CHALLENGE,
      reply: parseReply(['<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', '<SEQ=SND.NXT><ACK=RCV.NXT+2><CTL=ACK>']),
    };
    const replies = ['<SEQ=10><ACK=21><CTL=ACK>', '<SEQ=10><ACK=22><CTL=ACK>'];
    const judgement = judge([twice], observed(replies, { rcvNxtAfter: 22, listening: false }), {});
    expect(judgement.verdict).to.equal('conformant');
  });

  it('is conformant where reply, numbers and state are as asked for', () => {
    expect(judge([CHALLENGE], observed([ACK]), {})).to.deep.equal({
      verdict: 'conformant',
      outcome: { reply: CHALLENGE.reply, then: 'ESTABLISHED' },
    });
    expect(judge([SILENCE], observed([]), {}).verdict).to.equal('conformant');
  });

  it('says which field is not, and what it should be', () => {
    const judgement = judge([CHALLENGE], observed(['<SEQ=10><ACK=21><CTL=ACK>']), {});
    expect(judgement).to.deep.equal({
      verdict: 'deviates',
      outcome: { reply: CHALLENGE.reply, then: 'ESTABLISHED' },
      others: 0,
      faults: [
        {
          ...{ kind: 'field', field: 'ACK', expected: 'RCV.NXT', due: 20 },
          ...{ observed: '21', relative: 'RCV.NXT+1' },
        },
      ],
    });
  });

  it('deviates by the state after', () => {
    expect(faultsIn(judge([CHALLENGE], observed([ACK], { stateAfter: 'CLOSED' }), {}))).to.deep.equal([
      { kind: 'state', expected: 'ESTABLISHED', observed: 'CLOSED' },
    ]);
  });

  it('takes CLOSED for LISTEN only where a LISTEN outlives the connection', () => {
    const back = outcome('silence', 'LISTEN');
    const gone = { stateAfter: 'CLOSED' } as const;
    expect(judge([back], observed([], gone), {}).verdict).to.equal('conformant');
    expect(judge([back], observed([], { ...gone, listening: false }), {}).verdict).to.equal('deviates');
  });

  it('deviates by a RCV.NXT that the outcome does not move', () => {
    expect(faultsIn(judge([SILENCE], observed([], { rcvNxtAfter: 25 }), {}))).to.deep.equal([
      { kind: 'RCV.NXT', observed: 25, offset: 5 },
    ]);
    expect(faultsIn(judge([SILENCE], observed([], { rcvNxtAfter: 17 }), {}))).to.deep.equal([
      { kind: 'RCV.NXT', observed: 17, offset: -3 },
    ]);
    expect(judge([SILENCE], observed([], { rcvNxtAfter: 20 }), {}).verdict).to.equal('conformant');
    const taken = outcome('<SEQ=SND.NXT><ACK=SEG.SEQ+SEG.LEN><CTL=ACK>', 'ESTABLISHED');
    const after = observed(['<SEQ=10><ACK=25><CTL=ACK>'], { rcvNxtAfter: 25 });
    expect(judge([taken], after, {}).verdict).to.equal('conformant');
  });

  it('deviates by a second reply', () => {
    expect(faultsIn(judge([CHALLENGE], observed([ACK, ACK]), {}))).to.deep.equal([
      { kind: 'replies', expected: [CHALLENGE.reply], observed: [...CHALLENGE.reply, ...CHALLENGE.reply] },
    ]);
  });

  it('takes several acknowledgments for the last one, where each says more', () => {
    const taken = outcome('<SEQ=SND.NXT><ACK=RCV.NXT+5><CTL=ACK>', 'ESTABLISHED');
    const both = observed(['<SEQ=10><ACK=24><CTL=ACK>', '<SEQ=10><ACK=25><CTL=ACK>']);
    expect(judge([taken], both, {}).verdict).to.equal('conformant');
  });

  it('finds an acknowledgment that rides on what is sent anyway', () => {
    const taken = outcome('<SEQ=SND.NXT><ACK=RCV.NXT+5><CTL=ACK>', 'ESTABLISHED');
    const riding = observed([], { retransmissions: [segment('<SEQ=9><ACK=25><CTL=FIN,ACK>')] });
    expect(judge([taken], riding, {}).verdict).to.equal('conformant');
    expect(
      judge([CHALLENGE], observed([], { retransmissions: [segment('<SEQ=9><ACK=20><CTL=FIN,ACK>')] }), {})
        .verdict,
    ).to.equal('deviates');
  });

  it('finds it where a connection opens, too, even at a number that the tester had thought of before', () => {
    const opened = outcome('<SEQ=SND.NXT><ACK=SEG.SEQ+1><CTL=ACK>', 'ESTABLISHED');
    const variables = { 'SND.NXT': 10, 'RCV.NXT': 0, 'SEG.SEQ': 4_294_967_295, 'SEG.ACK': 10, 'SEG.LEN': 1 };
    const retransmissions = [segment('<SEQ=10><ACK=0><CTL=ACK,PSH><DATA=113>')];
    const seen = { variables, retransmissions, opening: true };
    expect(judge([opened], observed([], seen), {}).verdict).to.equal('conformant');
    expect(judge([opened], observed([], { ...seen, opening: false }), {}).verdict).to.equal('deviates');
  });

  it('names what was sent again too soon instead of the reply that was due', () => {
    const fin = segment('<SEQ=9><ACK=20><CTL=FIN,ACK>');
    const again = observed([], { retransmissions: [fin], provoked: [fin] });
    const judgement = judge([CHALLENGE], again, {});
    expect(faultsIn(judgement)).to.deep.equal([
      {
        ...{ kind: 'replies', expected: [CHALLENGE.reply], again: true },
        observed: parseReply('<SEQ=SND.NXT-1><ACK=RCV.NXT><CTL=FIN,ACK>'),
      },
    ]);
    expect(judge([SILENCE], again, {}).verdict, 'when to send again is its own affair').to.equal(
      'conformant',
    );
  });

  it('wants a connection that is reopened to begin beyond all numbers that the old one used', () => {
    const reopened = outcome('<ACK=SEG.SEQ+1><CTL=SYN,ACK>', 'SYN-RECEIVED');
    // SND.NXT is 10: the FIN of the old connection had the number 9.
    const withIss = (iss: number, old = 10) =>
      judge(
        [reopened],
        observed([`<SEQ=${iss}><ACK=21><CTL=SYN,ACK>`], {
          variables: { ISS: 4_294_967_290, 'SND.NXT': old, 'RCV.NXT': 20, 'SEG.SEQ': 20, 'SEG.LEN': 1 },
          stateAfter: 'SYN-RECEIVED',
        }),
        {},
      );
    expect(withIss(10).verdict, 'the next number').to.equal('conformant');
    expect(withIss(1_000_000).verdict).to.equal('conformant');
    expect(withIss(0, 0).verdict, 'the next number, where numbers wrap around').to.equal('conformant');
    expect(faultsIn(withIss(9)), 'the last number').to.deep.equal([{ kind: 'ISS', iss: 9, old: 9 }]);
    expect(withIss(4_294_967_295, 0).verdict, 'the last number, where they do').to.equal('deviates');
    expect(withIss(4_294_967_290).verdict, 'the old ISS').to.equal('deviates');
  });

  it('is permitted where only that is met, and says what would be better', () => {
    const permitted = { ...SILENCE, level: 'permitted' } as const;
    const judgement = judge([CHALLENGE, permitted], observed([]), {});
    const outcomeOf = ({ reply, then }: ResolvedOutcome) => ({ reply, then });
    expect(judgement).to.deep.equal({
      verdict: 'permitted',
      taken: [{ outcome: outcomeOf(SILENCE), better: [outcomeOf(CHALLENGE)] }],
    });
  });

  it('holds a target to its choice of that check of RFC 5961, or to either side where that is not known', () => {
    const both = [
      { ...CHALLENGE, when: { check: 'syn', adopted: true } } as const,
      { ...outcome('silence', 'CLOSED'), when: { check: 'syn', adopted: false } } as const,
    ];
    const dies = observed([], { stateAfter: 'CLOSED' });
    expect(judge(both, dies, { syn: false }).verdict).to.equal('conformant');
    expect(judge(both, dies, { rst: true }).verdict).to.equal('conformant');
    expect(judge(both, dies, { rst: false, syn: true }).verdict).to.equal('deviates');
    expect(judge(both, observed([ACK]), { syn: true }).verdict).to.equal('conformant');
  });

  it('finds the same difference whatever the numbers, the state and the family', () => {
    const wrong = (number: number, state: State) => {
      const variables = { 'SND.NXT': number, 'RCV.NXT': 20, 'SEG.SEQ': 20, 'SEG.ACK': 11, 'SEG.LEN': 5 };
      const seen = observed([`<SEQ=${number}><ACK=21><CTL=ACK>`], { variables, state });
      return faultsIn(judge([CHALLENGE], seen, {})).map((fault) => {
        const { due, observed, ...difference } = fault as FieldFault;
        return difference;
      });
    };
    expect(wrong(10, 'ESTABLISHED')).to.deep.equal(wrong(4_000_000_000, 'CLOSE-WAIT'));
    expect(wrong(10, 'ESTABLISHED')).to.deep.equal([
      { kind: 'field', field: 'ACK', expected: 'RCV.NXT', relative: 'RCV.NXT+1' },
    ]);
  });

  it('knows when the replies alone rule everything out', () => {
    const unknown = { stateAfter: 'unknown' } as const;
    expect(repliesRuleOut([CHALLENGE, RESET], observed([], unknown), {})).to.equal(true);
    expect(repliesRuleOut([CHALLENGE, SILENCE], observed([], unknown), {})).to.equal(false);
    expect(repliesRuleOut([RESET], observed(['<SEQ=11><CTL=RST>'], unknown), {})).to.equal(false);
  });
});
