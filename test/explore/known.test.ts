import { expect } from 'chai';
import { all, answer, type Fault, has, ignore, inState, vanish, when } from '../../bench/mutants/tools.ts';
import { findScenario } from '../../lib/catalogue/catalogue.ts';
import { isCase, type Scenario } from '../../lib/catalogue/scenario.ts';
import { Fence } from '../../lib/explore/fence.ts';
import type { Ground } from '../../lib/explore/ground.ts';
import { type Habit, isMovedBy, isSilentMove, mayComeOf } from '../../lib/explore/habits.ts';
import { habitsOf } from '../../lib/explore/known-cases.ts';
import { play } from '../../lib/explore/play.ts';
import type { Played } from '../../lib/explore/played.ts';
import type { Sequence } from '../../lib/explore/sequence.ts';
import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import { parseSegment } from '../../lib/notation/index.ts';
import { ALL_CHECKS } from '../../lib/standard/adoption.ts';
import { emptyAck } from '../../lib/standard/segments.ts';
import type { Tcb } from '../../lib/standard/tcb.ts';
import { readBaseline } from '../../lib/report/baseline/baseline.ts';
import { gt } from '../../lib/wire/seq.ts';
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
    mayDeviate: (failed) => habits.find((one) => mayComeOf(failed, one)),
    moves: (stimulus, before) => habits.find((one) => isSilentMove(one) && isMovedBy(stimulus, before, one)),
  },
});

async function playedOn(
  arrive: Fault,
  sequence: Sequence,
  known: Pick<Ground, 'known'> = {},
  more: Behaviour = {},
): Promise<Played> {
  const { tester, environment } = referenceWorld(profile, { arrive, ...more });
  const fence = new Fence(environment, 4);
  try {
    const quick = { ...environment, answersManyAtOnce: true };
    return await play(sequence, { environment: quick, fence, ...ground(known) });
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
const OF_THE_CATALOGUE = habitsOf(
  [{ name: 'silent', id: 'established.ack.beyond-snd-nxt', observed: 'silence', stateAfter: 'ESTABLISHED' }],
  profile,
  [ALL_CHECKS],
).map(({ habit }) => habit);

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
