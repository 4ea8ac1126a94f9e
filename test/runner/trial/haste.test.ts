import { expect } from 'chai';
import { type Case, outcomesOf, type ResolvedOutcome } from '../../../lib/catalogue/scenario.ts';
import { Haste } from '../../../lib/runner/trial/haste.ts';
import {
  type Awaited,
  hasNoConnection,
  isComplete,
  isTimed,
  kindOf,
} from '../../../lib/runner/trial/kinds-of-waits.ts';
import { SYNCHRONIZED } from '../../../lib/standard/state.ts';
import { outcome, RESET, SILENCE, caseOf, awaitedOf, mayHasten } from './awaited-cases.ts';

describe('what may still come after a stimulus', () => {
  it('is nothing but by a timer, when as many replies are there as any document allows', () => {
    expect(isComplete([RESET], 0)).to.equal(false);
    expect(isComplete([RESET], 1)).to.equal(true);
    expect(isComplete([SILENCE], 0)).to.equal(true);
    expect(isComplete([RESET, SILENCE], 0)).to.equal(false);
    expect(isComplete([RESET, SILENCE], 1)).to.equal(true);
    expect(isComplete([outcome(['<SEQ=1><CTL=ACK>', '<SEQ=2><CTL=ACK>']), RESET], 1)).to.equal(false);
  });

  it('is a reply that every document requires, unless it is an ACK that may be delayed', () => {
    const goesOn = (outcomes: readonly ResolvedOutcome[], replies = 0): boolean =>
      new Haste(false).goesOn(awaitedOf(caseOf(outcomes)), replies);
    expect(goesOn([RESET])).to.equal(true);
    expect(goesOn([RESET], 1)).to.equal(true);
    expect(goesOn([RESET, SILENCE])).to.equal(false);
    expect(goesOn([outcome('<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>')])).to.equal(true);
    expect(goesOn([outcome('<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>')])).to.equal(false);
    expect(goesOn([RESET, outcome('<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>')])).to.equal(false);
    expect(goesOn([outcome('<SEQ=ISS><ACK=SEG.SEQ+1><CTL=SYN,ACK>')])).to.equal(true);
    const few = new Haste(true);
    expect(few.goesOn({ ...awaitedOf(caseOf([RESET])), isCase: false }, 0)).to.equal(false);
    expect(few.goesOn({ ...awaitedOf(caseOf([RESET])), done: ['CLOSE'] }, 0)).to.equal(false);
  });

  it('is no reply that one document requires and another forbids, where few are allowed at a time', () => {
    const goesOn = (...outcomes: readonly ResolvedOutcome[]): boolean =>
      new Haste(true).goesOn(awaitedOf(caseOf(outcomes)), 0);
    expect(goesOn(RESET, SILENCE)).to.equal(true);
    expect(goesOn(outcome('<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>'), SILENCE)).to.equal(false);
  });

  it('is missed by who goes on before', () => {
    const leaves = (outcomes: readonly ResolvedOutcome[], ...repliesAt: number[]) =>
      [false, true].map((hasFew) => {
        const leave = new Haste(hasFew).leaveOf(awaitedOf(caseOf(outcomes)), 100, repliesAt, 10);
        return leave && `${leave.after} ${leave.hasMissed ? 'misses' : 'hears'}`;
      });
    // A patient attempt confirms that it is missing; but not where few are allowed at a time.
    expect(leaves([RESET])).to.deep.equal([undefined, '0 hears']);
    expect(leaves([RESET], 600)).to.deep.equal(['1 hears', '0 misses']);
    expect(leaves([RESET], 105, 114)).to.deep.equal(['2 hears', '2 hears']);
    expect(leaves([RESET], 105, 116)).to.deep.equal(['1 misses', '1 misses']);
    expect(leaves([SILENCE], 109)).to.deep.equal(['1 hears', '1 hears']);
    expect(leaves([SILENCE], 111)).to.deep.equal(['0 misses', '0 misses']);
    expect(leaves([RESET, SILENCE], 600)).to.deep.equal(['1 hears', '0 misses']);
    const delayed = outcome('<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>');
    expect(leaves([delayed])).to.deep.equal([undefined, undefined]);
  });
});

describe('haste', () => {
  const subject = caseOf([RESET]);
  const KIND = kindOf(awaitedOf(subject));

  it('is for the second case of a kind, and relies on what the first one sees', async () => {
    const haste = new Haste(false);
    expect(mayHasten(haste, subject)).to.equal(false);
    expect(mayHasten(haste, subject)).to.equal(true);
    expect(mayHasten(haste, caseOf([RESET], '<SEQ=7><CTL=FIN>'))).to.equal(false);
    const trusted = haste.isTrusted(KIND);
    haste.note(KIND, false);
    expect(await trusted).to.equal(true);
    haste.note(KIND, true);
    expect(await haste.isTrusted(KIND)).to.equal(false);
  });

  it('relies, where silence is due, on a case of which the same is due', () => {
    const dropped = { ...SILENCE, then: 'LISTEN' } as const;
    const haste = new Haste(false);
    for (const outcomes of [[RESET], [SILENCE], [dropped]]) {
      expect(mayHasten(haste, caseOf(outcomes))).to.equal(false);
      expect(mayHasten(haste, caseOf(outcomes))).to.equal(true);
    }
  });

  it('relies, where few are allowed at a time, on one whose segment gets to the same check', () => {
    const inState = (
      send: string,
      then: ResolvedOutcome['then'] = 'ESTABLISHED',
      reply = 'silence',
    ): Case => ({
      ...caseOf([{ ...outcome(reply), then }], send),
      state: 'ESTABLISHED',
    });
    const acks = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';
    const haste = new Haste(true);
    const isFirst = (subject: Case, replies = 0): boolean => !mayHasten(haste, subject, replies);
    expect(isFirst(inState('<SEQ=7><CTL=RST>'))).to.equal(true);
    expect(isFirst(inState('<SEQ=7><ACK=8><CTL=RST,ACK>'))).to.equal(false);
    expect(isFirst(inState('<SEQ=7><ACK=8><CTL=RST,ACK>', 'CLOSE-WAIT'))).to.equal(true);
    expect(isFirst(inState('<SEQ=7><ACK=8><CTL=RST,ACK>', 'ESTABLISHED', acks), 1)).to.equal(true);
    expect(isFirst({ ...inState('<SEQ=7><CTL=RST>'), conditions: ['wrong-checksum'] })).to.equal(true);
    expect(isFirst(inState('<SEQ=7><CTL=URG>'))).to.equal(true);
    expect(isFirst(inState('<SEQ=7><ACK=8><CTL=ACK>'))).to.equal(true);
    expect(isFirst(inState('<SEQ=7><ACK=8><CTL=ACK><DATA=1>'))).to.equal(true);
    expect(isFirst(inState('<SEQ=7><ACK=8><CTL=FIN,ACK>'))).to.equal(true);
    expect(isFirst(inState('<SEQ=7><ACK=8><CTL=SYN,ACK>'))).to.equal(true);
    expect(isFirst(inState('<SEQ=7><CTL=SYN>'))).to.equal(false);
  });

  it('relies, where few are allowed at a time, on one in another state that the check does not tell apart', () => {
    const inState = (state: Case['state'], send: string): Case => ({
      ...caseOf([{ ...SILENCE, then: state }], send),
      state,
    });
    const haste = new Haste(true);
    const isFirst = (state: Case['state'], send: string): boolean => !mayHasten(haste, inState(state, send));
    const firsts = (send: string): string[] =>
      [...SYNCHRONIZED].filter((state) => isFirst(state, send)).map((state) => state);
    expect(firsts('<SEQ=7><CTL=RST>')).to.deep.equal(['ESTABLISHED', 'CLOSING', 'TIME-WAIT']);
    expect(firsts('<SEQ=7><CTL=SYN>')).to.deep.equal(['ESTABLISHED', 'TIME-WAIT']);
    expect(firsts('<SEQ=7><CTL=URG>')).to.deep.equal(['ESTABLISHED', 'TIME-WAIT']);
    expect(firsts('<SEQ=7><ACK=8><CTL=ACK><DATA=1>')).to.deep.equal([
      'ESTABLISHED',
      'CLOSE-WAIT',
      'TIME-WAIT',
    ]);
    expect(firsts('<SEQ=7><ACK=8><CTL=ACK>')).to.deep.equal(['ESTABLISHED', 'LAST-ACK', 'TIME-WAIT']);
    expect(firsts('<SEQ=7><ACK=8><CTL=FIN,ACK>')).to.deep.equal(['ESTABLISHED', 'CLOSE-WAIT', 'TIME-WAIT']);
    expect(isFirst('SYN-RECEIVED', '<SEQ=7><CTL=RST>')).to.equal(true);
  });

  it('relies, where few are allowed at a time, on one to which the target does the same, whatever the documents allow', () => {
    const acks = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';
    const then = 'ESTABLISHED';
    const [asked, silent] = [acks, 'silence'].map((reply) => ({ ...outcome(reply), then }) as const);
    const inState = (...outcomes: (ResolvedOutcome | undefined)[]): Awaited =>
      awaitedOf({ ...caseOf(outcomes.filter((one) => one !== undefined)), state: 'ESTABLISHED' });
    const haste = new Haste(true);
    const kinds = [inState(asked), inState(asked, silent), inState(silent)].map((step) =>
      [0, 1].map((replies) => haste.kindOf(step, replies)),
    );
    const syn = 'ESTABLISHED,FIN-WAIT-1,FIN-WAIT-2,CLOSE-WAIT,CLOSING,LAST-ACK   SYN';
    expect(kinds).to.deep.equal([
      [`${syn} missing`, syn],
      [`${syn} silence the same`, syn],
      // More than is allowed stays wrong, whatever follows.
      [`${syn} silence the same`, 'hears all'],
    ]);
    expect(haste.dependsOnReplies(inState(asked))).to.equal(true);
    expect(haste.dependsOnReplies({ ...inState(asked), isCase: false })).to.equal(false);
    expect(haste.dependsOnReplies({ ...inState(asked), isTimed: true })).to.equal(false);
    expect(new Haste(false).dependsOnReplies(inState(asked))).to.equal(false);
  });

  /** The kinds of what is left of a connection, or becomes of it. */
  const kindsIn = (
    state: Case['state'],
    conditions: Case['conditions'],
    reply: string,
    ...sends: string[]
  ) => {
    const haste = new Haste(true);
    const due = { ...outcome(reply), then: state } as const;
    return new Set(
      sends.map((send) =>
        haste.kindOf(awaitedOf({ ...caseOf([due], send), state, conditions }), due.reply.length),
      ),
    );
  };
  const OF_NOTHING = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';
  const ALL_FLAGS = [
    '<SEQ=7><ACK=8><CTL=ACK>',
    '<SEQ=7><ACK=8><CTL=ACK><DATA=1>',
    '<SEQ=7><ACK=8><CTL=FIN,ACK>',
    '<SEQ=7><CTL=URG>',
  ];

  it('relies, where few are allowed at a time, on any other that is not acceptable and gets the same ACK', () => {
    expect([...kindsIn('ESTABLISHED', [], OF_NOTHING, ...ALL_FLAGS)]).to.deep.equal([
      'ESTABLISHED,FIN-WAIT-1,FIN-WAIT-2,CLOSE-WAIT,CLOSING,LAST-ACK   unacceptable',
    ]);
    expect(kindsIn('ESTABLISHED', [], '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', ...ALL_FLAGS)).to.have.length(
      4,
    );
    expect(kindsIn('ESTABLISHED', [], 'silence', ...ALL_FLAGS)).to.have.length(4);
    const marks = ['<SEQ=7><CTL=SYN>', '<SEQ=7><CTL=RST>'];
    expect(kindsIn('ESTABLISHED', [], OF_NOTHING, ...ALL_FLAGS, ...marks)).to.have.length(3);
    // Another row of the table of what is acceptable.
    expect([...kindsIn('ESTABLISHED', ['zero-window'], OF_NOTHING, ...ALL_FLAGS)]).to.deep.equal([
      'ESTABLISHED,FIN-WAIT-1,FIN-WAIT-2,CLOSE-WAIT,CLOSING,LAST-ACK   unacceptable with a closed window',
    ]);
    expect([...kindsIn('TIME-WAIT', [], OF_NOTHING, ...ALL_FLAGS)]).to.deep.equal([
      'TIME-WAIT   unacceptable',
    ]);
  });

  it('relies, where few are allowed at a time, on any other that has the same unusual thing, but for a reset', () => {
    const timestamp = kindsIn('ESTABLISHED', ['old-timestamp'], OF_NOTHING, ...ALL_FLAGS, '<SEQ=7><CTL=SYN>');
    expect(timestamp).to.have.length(1);
    const reset = kindsIn('ESTABLISHED', ['old-timestamp'], 'silence', ...ALL_FLAGS, '<SEQ=7><CTL=RST>');
    expect(reset).to.have.length(2);
    const other = kindsIn('ESTABLISHED', ['other-security'], OF_NOTHING, ...ALL_FLAGS);
    expect([...other].some((kind) => timestamp.has(kind))).to.equal(false);
  });

  it('relies, where few are allowed at a time, in SYN-SENT on any other that is neither SYN nor reset', () => {
    expect(kindsIn('SYN-SENT', [], 'silence', ...ALL_FLAGS)).to.have.length(1);
    expect(kindsIn('SYN-SENT', [], '<SEQ=SEG.ACK><CTL=RST>', ...ALL_FLAGS)).to.have.length(1);
    expect(
      kindsIn('SYN-SENT', [], 'silence', ...ALL_FLAGS, '<SEQ=7><CTL=SYN>', '<SEQ=7><CTL=RST>'),
    ).to.have.length(3);
  });

  it('relies, where few are allowed at a time, on those that remain, whether or not others may end', () => {
    const haste = new Haste(true);
    const remains = { ...SILENCE, then: 'ESTABLISHED' } as const;
    const [one, other] = [[remains], [remains, SILENCE]].map((outcomes) =>
      haste.kindOf(awaitedOf({ ...caseOf(outcomes, '<SEQ=7><CTL=RST>'), state: 'ESTABLISHED' })),
    );
    expect(one).to.equal(other);
  });

  it('relies on no other, where few are allowed at a time and no connection is left', async () => {
    const haste = new Haste(true);
    for (const state of ['CLOSED', 'SYN-SENT', 'ESTABLISHED', 'LAST-ACK'] as const)
      for (const [outcome, replies] of [[RESET, 1] as const, [SILENCE, 0] as const]) {
        const ending = { ...caseOf([outcome]), state };
        expect(mayHasten(haste, ending, replies)).to.equal(true);
        expect(await haste.isTrusted(haste.kindOf(awaitedOf(ending), replies))).to.equal(true);
      }
    // A reply is missing: from nobody, or from a connection whose end would prevent it.
    expect(mayHasten(haste, subject, 0)).to.equal(true);
    expect(mayHasten(haste, { ...subject, state: 'ESTABLISHED' }, 0)).to.equal(false);
    const opens = caseOf([{ ...SILENCE, then: 'SYN-RECEIVED' }]);
    expect(mayHasten(haste, { ...opens, state: 'LISTEN' })).to.equal(false);
    const { then: _, ...anywhere } = SILENCE;
    expect(mayHasten(haste, caseOf([anywhere]))).to.equal(false);
  });

  it('relies on nothing, where the first case of a kind has seen nothing', async () => {
    const haste = new Haste(false);
    mayHasten(haste, subject);
    const trusted = haste.isTrusted(KIND);
    haste.end(KIND);
    expect(await trusted).to.equal(false);
    // Another one waits in its place.
    expect(mayHasten(haste, subject)).to.equal(false);
    haste.note(KIND, false);
    haste.end(KIND);
    expect(mayHasten(haste, subject)).to.equal(true);
    expect(await haste.isTrusted(KIND)).to.equal(true);
  });

  it('relies on what any patient attempt has seen', async () => {
    const haste = new Haste(false);
    haste.note(KIND, false);
    expect(mayHasten(haste, subject)).to.equal(true);
    expect(await haste.isTrusted(KIND)).to.equal(true);
  });

  it('is not for silence in a connection, unless few are allowed at a time', () => {
    for (const state of ['CLOSED', 'LISTEN', 'SYN-SENT', 'ESTABLISHED'] as const) {
      const silent = { ...caseOf([SILENCE]), state };
      for (const silenceToo of [false, true]) {
        const haste = new Haste(silenceToo);
        mayHasten(haste, silent);
        expect(mayHasten(haste, silent), state).to.equal(silenceToo || hasNoConnection(state));
      }
    }
  });

  it('ends in a state where it comes to nothing time and again', () => {
    const haste = new Haste(false);
    for (let failures = 0; failures < 3; failures += 1) {
      expect(haste.isWorthwhile(subject)).to.equal(true);
      haste.fail(subject);
    }
    expect(haste.isWorthwhile(subject)).to.equal(false);
  });

  it('is for a step among several whose reply is due, and relies on another such step', () => {
    const haste = new Haste(true);
    const step = { ...awaitedOf(subject), isCase: false };
    mayHasten(haste, subject);
    expect(haste.mayHasten(step)).to.equal(false);
    expect(haste.mayHasten(step)).to.equal(true);
    const silent = { ...step, outcomes: [SILENCE] };
    haste.mayHasten(silent);
    expect(haste.mayHasten(silent)).to.equal(false);
    expect(haste.mayHasten({ ...step, isTimed: true })).to.equal(false);
  });

  it('is not for a step about times, or about what is not a reply', () => {
    const { rfc9293 } = outcomesOf(subject);
    const step = { expect: outcomesOf(subject) };
    expect(isTimed(step, rfc9293)).to.equal(false);
    for (const more of [{ within: 500 }, { notBefore: 500 }, { settled: true }, { delivered: 0 }] as const)
      expect(isTimed({ ...step, ...more }, rfc9293), JSON.stringify(more)).to.equal(true);
    expect(isTimed(step, [{ ...RESET, with: { edge: 'not back' } }])).to.equal(true);
    expect(isTimed(step, [{ ...RESET, interval: { times: 2 } }])).to.equal(true);
  });
});
