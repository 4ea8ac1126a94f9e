import { expect } from 'chai';
import {
  all,
  answer,
  enter,
  type Fault,
  has,
  hasText,
  ignore,
  inState,
  lacks,
  outcome,
  taken,
  takenAtRcvNxt,
  type Test,
  vanish,
  when,
} from '../../bench/mutants/tools.ts';
import { findScenario } from '../../lib/catalogue/catalogue.ts';
import { isCase, type Scenario } from '../../lib/catalogue/scenario.ts';
import { Fence } from '../../lib/explore/fence.ts';
import type { Ground } from '../../lib/explore/ground.ts';
import { type Habit, isHabitAt, isSilentMove, mayComeOf } from '../../lib/explore/habits.ts';
import { habitsOf } from '../../lib/explore/known-cases.ts';
import { play } from '../../lib/explore/play.ts';
import type { Played } from '../../lib/explore/played.ts';
import type { Sequence } from '../../lib/explore/sequence.ts';
import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import { parseSegment } from '../../lib/notation/index.ts';
import { ALL_CHECKS } from '../../lib/standard/adoption.ts';
import { emptyAck, resetFor } from '../../lib/standard/segments.ts';
import type { State } from '../../lib/standard/state.ts';
import type { Tcb } from '../../lib/standard/tcb.ts';
import { readBaseline } from '../../lib/report/baseline/baseline.ts';
import { add, gt } from '../../lib/wire/seq.ts';
import { referenceWorld } from '../states/reference-world.ts';
import { both, FIN_IGNORED, isTooNew, TOO_NEW_SILENT } from './faults.ts';

const profile = 'rfc9293';
const ground = (more: Pick<Ground, 'known'> = {}) =>
  ({ family: 4, profile, adoptions: [ALL_CHECKS], seed: 1, ...more }) as const;

/** Another fault, of the same stimulus. */
const TOO_NEW_RESET = when(
  isTooNew,
  answer((_tcb, { ack }) => ({ ...emptyAck(_tcb), seq: ack, ack: 0, ctl: new Set(['RST'] as const) })),
);
const knowing = (habits: readonly Habit[]): Pick<Ground, 'known'> => ({
  known: {
    deviates: (failed) => habits.find((one) => mayComeOf(failed, one)),
    habitsAt: (stimulus, before) => habits.filter((one) => isHabitAt(one, stimulus, before)),
  },
});

async function playedOn(
  arrive: Fault,
  sequence: Sequence,
  known: Pick<Ground, 'known'> = {},
  more: Behaviour = {},
  answersManyAtOnce = true,
): Promise<Played> {
  const { tester, environment } = referenceWorld(profile, { arrive, ...more });
  const fence = new Fence(environment, 4);
  try {
    const quick = { ...environment, answersManyAtOnce };
    const adoptions = [more.adopts ?? ALL_CHECKS];
    return await play(sequence, { environment: quick, fence, ...ground(known), adoptions });
  } finally {
    fence.close();
    await tester.close();
  }
}

/** A reaction that changes nothing. */
const NOTHING = { sent: [], told: [], delivered: [], level: 'permitted', why: '' } as const;

const send = (text: string) => ({ send: [parseSegment(text)] as const });
const TOO_NEW = send('<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK>');
const TEXT = send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=10>');
const FIN = send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>');
const OLD_TEXT = send('<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK><DATA=1>');
const sequence = (...steps: Sequence['steps']): Sequence => ({
  place: { state: 'ESTABLISHED', conditions: [] },
  steps,
});

/** As `run` has seen it. */
const seenByRun = (id: string, observed: string, stateAfter: State): readonly Habit[] =>
  habitsOf([{ name: id, id, observed, stateAfter }], profile, [ALL_CHECKS]).map(({ habit }) => habit);
const OF_THE_CATALOGUE = seenByRun('established.ack.beyond-snd-nxt', 'silence', 'ESTABLISHED');

describe('a deviation that is known', function () {
  this.timeout(120_000);

  it('ends a sequence where it is not known', async () => {
    const { failure } = await playedOn(TOO_NEW_SILENT, sequence(TOO_NEW, TEXT, OLD_TEXT));
    expect(failure).to.include({ step: 0, kind: 'silence' });
  });

  it('does not end it where a case of the catalogue has shown it', async () => {
    const { outcome, trace } = await playedOn(
      TOO_NEW_SILENT,
      sequence(TOO_NEW, TEXT, OLD_TEXT),
      knowing(OF_THE_CATALOGUE),
    );
    expect(outcome).to.equal('explained');
    expect(trace.steps.map(({ behind }) => behind !== undefined)).to.deep.equal([true, false, false]);
  });

  it('does not hide what the target does wrong behind it', async () => {
    const { failure } = await playedOn(
      both(TOO_NEW_SILENT, FIN_IGNORED),
      sequence(TOO_NEW, TEXT, FIN, OLD_TEXT),
      knowing(OF_THE_CATALOGUE),
    );
    expect(failure).to.include({ step: 3 });
  });

  it('does not hide another answer to the same stimulus, nor the same answer in another state', async () => {
    const other = await playedOn(TOO_NEW_RESET, sequence(TOO_NEW, TEXT), knowing(OF_THE_CATALOGUE));
    expect(other.failure).to.include({ step: 0, kind: 'segment' });
    const closeWait = { state: 'CLOSE-WAIT', conditions: [] } as const;
    const there = await playedOn(
      when(
        all(has('ACK'), (tcb, { ack }) => gt(ack, tcb.sndNxt), inState('CLOSE-WAIT')),
        ignore,
      ),
      { ...sequence(TOO_NEW, OLD_TEXT), place: closeWait },
      knowing(OF_THE_CATALOGUE),
    );
    expect(there.failure).to.include({ step: 0, kind: 'silence' });
  });

  it('leads to the state that the catalogue has proven, where the answer tells nothing', async () => {
    const habits = habitsOf(
      [{ name: 'kills', id: 'established.no-ack.text', observed: 'silence', stateAfter: 'CLOSED' }],
      profile,
      [ALL_CHECKS],
    ).map(({ habit }) => habit);
    expect(habits.map(isSilentMove)).to.deep.equal([true]);
    const kills = when((_tcb, { ctl, data }) => ctl.size === 0 && data > 0, vanish);
    const steps = sequence(send('<SEQ=RCV.NXT><DATA=10>'), OLD_TEXT);
    expect((await playedOn(kills, steps)).outcome).to.equal('failed');
    expect((await playedOn(kills, steps, knowing(habits))).outcome).to.equal('explained');
  });

  it('is expected where its silence looks like a delayed acknowledgment', async () => {
    const habits = habitsOf(
      [
        {
          name: 'silent',
          id: 'close-wait.fin.second',
          observed: 'silence',
          stateAfter: 'CLOSE-WAIT',
        },
      ],
      profile,
      [ALL_CHECKS],
    ).map(({ habit }) => habit);
    const silent = when(all(has('FIN'), inState('CLOSE-WAIT')), ignore);
    const steps = { ...sequence(FIN, TOO_NEW), place: { state: 'CLOSE-WAIT', conditions: [] } } as const;
    expect((await playedOn(silent, steps)).failure).to.include({ step: 1, kind: 'segment' });
    expect((await playedOn(silent, steps, knowing(habits))).outcome).to.equal('explained');
  });

  it('is expected where its silence looks like that of a connection that an ICMP error has ended', async () => {
    const outside = 'established.no-ack.one-before';
    const habits = habitsOf(
      [{ name: 'silent', id: outside, observed: 'silence', stateAfter: 'ESTABLISHED' }],
      profile,
      [ALL_CHECKS],
    ).map(({ habit }) => habit);
    const silent = when((_tcb, { ctl }) => ctl.size === 0, ignore);
    const about = parseSegment('<SEQ=SND.UNA><ACK=RCV.NXT><CTL=ACK>');
    const steps = sequence({ icmp: 'protocol unreachable', about }, send('<SEQ=RCV.NXT-1>'), OLD_TEXT);
    const goesOn = { hearIcmp: (tcb: Tcb) => ({ ...NOTHING, tcb }) };
    expect((await playedOn(silent, steps, {}, goesOn)).failure).to.include({ step: 2, kind: 'segment' });
    expect((await playedOn(silent, steps, knowing(habits), goesOn)).outcome).to.equal('explained');
  });

  it('is expected where a rate limiter may explain its silence: the target may have taken what it should drop', async () => {
    const place = { state: 'LAST-ACK', conditions: [] } as const;
    const habits = seenByRun('last-ack.ack.at-right-edge', 'silence', 'LAST-ACK');
    // It counts the right edge as inside, and takes the acknowledgment of its FIN.
    const wide: Fault = (tcb, segment, next) => next({ ...tcb, rcvWnd: tcb.rcvWnd + 1 }, segment);
    const edge = send('<SEQ=RCV.NXT+RCV.WND><ACK=SND.NXT><CTL=ACK>');
    const steps = { place, steps: [edge, send('<SEQ=RCV.NXT><CTL=SYN>')] };
    const arrive = when(inState('LAST-ACK'), wide);
    const other = await playedOn(arrive, steps, {}, {}, false);
    expect(other.failure).to.include({ step: 1, kind: 'segment' });
    expect((await playedOn(arrive, steps, knowing(habits), {}, false)).outcome).to.equal('explained');
  });

  it('is expected in each world that a segment meets, also where what comes is right in another', async () => {
    const place = { state: 'ESTABLISHED', conditions: ['no-timestamp'] } as const;
    const habits = seenByRun('listen.syn-fin.empty', 'silence', 'LISTEN');
    const silent = when(all(has('SYN', 'FIN'), inState('LISTEN')), ignore);
    // It need not heed a reset with text. Where it has not, a segment without timestamps should be dropped.
    const reset = send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=RST,ACK><DATA=1>');
    const steps = { place, steps: [reset, send('<SEQ=ANY><CTL=SYN,FIN>'), send('<SEQ=ANY><CTL=SYN>')] };
    expect((await playedOn(silent, steps)).failure).to.include({ step: 2, kind: 'segment' });
    expect((await playedOn(silent, steps, knowing(habits))).outcome).to.equal('explained');
  });

  it('is expected where what comes is right for a TCP that minds a security option', async () => {
    const place = { state: 'SYN-RECEIVED', origin: 'passive', conditions: ['other-security'] } as const;
    const habits = seenByRun(
      'syn-received.passive.syn.at-rcv-nxt',
      '<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>',
      'LISTEN',
    );
    const resets: Fault = (tcb, segment) =>
      outcome(resetFor(tcb, segment), { ...enter(tcb, 'LISTEN'), remoteSpecified: false });
    const deaf: Fault = when(all(has('SYN'), inState('SYN-RECEIVED')), resets);
    const ignoring: Fault = (tcb, segment, next) => deaf(tcb, { ...segment, security: tcb.security }, next);
    const syn = send('<SEQ=RCV.NXT><CTL=SYN><MSS=1460>');
    const steps = { place, steps: [syn, syn] };
    expect((await playedOn(ignoring, steps)).failure).to.include({ step: 1, kind: 'segment' });
    expect((await playedOn(ignoring, steps, knowing(habits))).outcome).to.equal('explained');
  });

  it('may be acknowledged late, where it takes what it should drop', async () => {
    const habits = seenByRun(
      'established.no-ack.text',
      '<SEQ=SND.NXT><ACK=SEG.SEQ+SEG.LEN><CTL=ACK>',
      'ESTABLISHED',
    );
    const takes = when(
      all(lacks('ACK'), hasText),
      taken((segment, tcb) => ({ ...segment, ctl: new Set(['ACK'] as const), ack: tcb.sndUna })),
    );
    const emit: Behaviour['emit'] = (segment, _tcb, { ctl }) => [
      { segment, after: ctl.has('ACK') ? 0 : 200, unless: 'another went out' },
    ];
    const steps = sequence(send('<SEQ=RCV.NXT><DATA=1>'), TOO_NEW, OLD_TEXT);
    expect((await playedOn(takes, steps, {}, { emit })).failure).to.include({ step: 1, kind: 'segment' });
    expect((await playedOn(takes, steps, knowing(habits), { emit })).outcome).to.equal('explained');
  });

  it('may be acknowledged late also where a rate limiter explains that nothing comes', async () => {
    const place = { state: 'ESTABLISHED', conditions: ['zero-window'] } as const;
    const ackOfFin = '<SEQ=SND.NXT><ACK=SEG.SEQ+SEG.LEN><CTL=ACK>';
    const habits = seenByRun('established.zero-window.fin', ackOfFin, 'CLOSE-WAIT');
    const takes: Fault = (tcb, segment, next) => next({ ...tcb, rcvWnd: 1 }, segment);
    const arrive = when(all(has('FIN'), inState('ESTABLISHED')), takes);
    const emit: Behaviour['emit'] = (segment, _tcb, { ctl }) => [
      { segment, after: ctl.has('FIN') ? 200 : 0, unless: 'another went out' },
    ];
    const steps = { place, steps: [FIN, OLD_TEXT] };
    expect((await playedOn(arrive, steps, {}, { emit }, false)).failure).to.include({ step: 1 });
    expect((await playedOn(arrive, steps, knowing(habits), { emit }, false)).outcome).to.equal('explained');
  });

  it('may be acknowledged late also after the answer that is due', async () => {
    const both = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> <SEQ=SND.NXT><ACK=SEG.SEQ+SEG.LEN><CTL=ACK>';
    const habits = seenByRun('established.text.ack-beyond-snd-nxt', both, 'ESTABLISHED');
    // It acknowledges first what it should drop then.
    const takes: Fault = (tcb, segment, next) => {
      const { tcb: after } = next(tcb, { ...segment, ack: tcb.sndNxt });
      return outcome(emptyAck(tcb), after);
    };
    const arrive = when(
      all(has('ACK'), hasText, (tcb, { ack }) => gt(ack, tcb.sndNxt)),
      takes,
    );
    const steps = sequence(
      send('<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK><DATA=10>'),
      send('<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK>'),
    );
    expect((await playedOn(arrive, steps)).failure).to.include({ step: 1 });
    expect((await playedOn(arrive, steps, knowing(habits))).outcome).to.equal('explained');
  });

  it('may be acknowledged late where it leads to another state', async () => {
    const place = { state: 'SYN-RECEIVED', origin: 'passive', conditions: [] } as const;
    const ackOfSyn = '<SEQ=SND.NXT><ACK=SEG.SEQ+SEG.LEN><CTL=ACK>';
    const habits = seenByRun('syn-received.passive.syn-ack.at-rcv-nxt', ackOfSyn, 'ESTABLISHED');
    const synAck = all(has('SYN', 'ACK'), inState('SYN-RECEIVED'));
    const establishes = when(synAck, (tcb) => {
      const sndUna = tcb.sndNxt;
      const after = { ...enter(tcb, 'ESTABLISHED'), sndUna, rcvNxt: add(tcb.rcvNxt, 1) };
      return outcome(emptyAck(after), after);
    });
    const emit: Behaviour['emit'] = (segment, _tcb, { ctl }) => [
      { segment, after: ctl.has('SYN') && ctl.has('ACK') ? 200 : 0, unless: 'another went out' },
    ];
    const steps = {
      place,
      steps: [send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=SYN,ACK>'), send('<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK>')],
    };
    expect((await playedOn(establishes, steps, {}, { emit })).failure).to.include({ step: 1 });
    expect((await playedOn(establishes, steps, knowing(habits), { emit })).outcome).to.equal('explained');
  });

  it('may be told to the user', async () => {
    const habits = seenByRun('established.rst.at-right-edge', 'silence', 'CLOSED');
    // As before RFC 5961, a reset anywhere in the window counts; and here one beside it.
    const adopts = { ...ALL_CHECKS, rst: false };
    const edge: Test = ({ rcvNxt, rcvWnd }, { seq }) => seq === add(rcvNxt, rcvWnd);
    const arrive = when(all(has('RST'), edge, inState('ESTABLISHED')), takenAtRcvNxt);
    const steps = sequence(send('<SEQ=RCV.NXT+RCV.WND><CTL=RST>'));
    expect((await playedOn(arrive, steps, {}, { adopts })).failure).to.include({ step: 0, kind: 'faults' });
    expect((await playedOn(arrive, steps, knowing(habits), { adopts })).outcome).to.equal('explained');
  });

  it('is one whatever the specification does not look at', async () => {
    const habits = seenByRun('close-wait.rst.one-before', 'silence', 'CLOSED');
    const before: Test = (tcb, { ctl, seq }) => ctl.has('RST') && seq === tcb.rcvNxt - 1;
    const ends = when(all(before, inState('CLOSE-WAIT')), vanish);
    const place = { state: 'CLOSE-WAIT', conditions: [] } as const;
    for (const flags of ['RST,ACK', 'FIN,RST', 'RST,URG']) {
      const steps = { place, steps: [send(`<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=${flags}>`), OLD_TEXT] };
      expect((await playedOn(ends, steps)).failure, flags).to.include({ step: 1, kind: 'segment' });
      expect((await playedOn(ends, steps, knowing(habits))).outcome, flags).to.equal('explained');
    }
  });

  it('is read from every case of one stimulus in the baselines of the lab', () => {
    for (const name of ['linux', 'lwip', 'gvisor']) {
      const { findings } = readBaseline(`reports/baselines/${name}.json`);
      const cases = findings.flatMap((one) =>
        one.cases.map(({ id, observed = '', stateAfter = 'unknown' }) => ({
          name: id,
          id,
          observed,
          stateAfter,
        })),
      );
      const habits = habitsOf(cases, profile, [ALL_CHECKS]);
      const told = new Set(habits.map((one) => one.name));
      for (const { id } of cases) {
        const scenario = findScenario(id) as Scenario;
        if (isCase(scenario)) expect([...told]).to.include(id);
      }
    }
  });
});
