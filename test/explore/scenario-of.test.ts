import { expect } from 'chai';
import { findMutant, type Mutant } from '../../bench/mutants/index.ts';
import { all, has, ignore, inState, outcome, vanish, when } from '../../bench/mutants/tools.ts';
import { declarationOf } from '../../lib/catalogue/resolve.ts';
import { isCase, type Scenario } from '../../lib/catalogue/scenario.ts';
import { checkVariables } from '../../lib/catalogue/well-formed.ts';
import { Fence } from '../../lib/explore/fence.ts';
import { play } from '../../lib/explore/play.ts';
import { lastExpected, lastSeen, scenarioOf } from '../../lib/explore/scenario-of.ts';
import type { Sequence } from '../../lib/explore/sequence.ts';
import { parseSegment, printSegment } from '../../lib/notation/index.ts';
import { printReply } from '../../lib/catalogue/resolve.ts';
import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import { playScenario } from '../../lib/runner/trial/play-scenario.ts';
import { ALL_CHECKS } from '../../lib/standard/adoption.ts';
import { emptyAck } from '../../lib/standard/segments.ts';
import type { Profile } from '../../lib/standard/profile.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { referenceWorld } from '../states/reference-world.ts';

const send = (text: string) => ({ send: [parseSegment(text)] as const });

/** Plays a sequence on a mutant, writes it as a scenario, and plays that. */
async function told(name: string, sequence: Sequence) {
  const { base, behaviour } = findMutant(name) as Mutant;
  return toldOf(base, behaviour, sequence);
}

async function toldOf(profile: Profile, behaviour: Mutant['behaviour'], sequence: Sequence) {
  const { tester, environment: ordinary } = referenceWorld(profile, behaviour);
  const environment = { ...ordinary, answersManyAtOnce: true };
  const fence = new Fence(environment, 4);
  try {
    const ground = { environment, family: 4, fence, profile, adoptions: [ALL_CHECKS], seed: 1 } as const;
    const played = await play(sequence, ground);
    const scenario: Scenario = scenarioOf(sequence, played, { id: 'listen.explored.1', title: 'a finding' });
    const context = { environment, family: 4, index: 0, seed: 1, profile, adoption: ALL_CHECKS } as const;
    const { result } = await playScenario(scenario, context, 1);
    return { played, scenario, profile, verdict: verdictOf(result, profile) };
  } finally {
    fence.close();
    await tester.close();
  }
}

/** Of the reference, or of what behaves otherwise. */
async function verdictOn(behaviour: Behaviour, scenario: Scenario) {
  const profile = 'rfc9293';
  const { tester, environment } = referenceWorld(profile, behaviour);
  try {
    const context = { environment, family: 4, index: 0, seed: 1, profile, adoption: ALL_CHECKS } as const;
    return verdictOf((await playScenario(scenario, context, 1)).result, profile);
  } finally {
    await tester.close();
  }
}

describe('a finding as a scenario', function () {
  this.timeout(30_000);

  it('expects what the specification does, and deviates when it is played', async () => {
    const { played, scenario, verdict } = await told('listen-silent-for-ack', {
      place: { state: 'LISTEN', conditions: [] },
      steps: [send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>')],
    });
    expect(played.outcome).to.equal('failed');
    expect(isCase(scenario)).to.equal(true);
    expect(lastExpected(scenario, 'rfc9293').map(printReply)).to.deep.equal(['<SEQ=SEG.ACK><CTL=RST>']);
    expect(printReply(lastSeen(played))).to.equal('silence');
    expect(verdict).to.equal('deviates');
  });

  it('is written in variables that have a value, and can be declared', async () => {
    const { scenario } = await told('listen-silent-for-ack', {
      place: { state: 'SYN-SENT', conditions: [] },
      steps: [send('<SEQ=RCV.NXT+10><ACK=SND.NXT><CTL=ACK>'), send('<SEQ=RCV.NXT><CTL=SYN>')],
    });
    checkVariables(scenario);
    expect(declarationOf(scenario)).to.have.nested.property(
      'steps[0].send',
      '<SEQ=ANY><ACK=SND.NXT><CTL=ACK>',
    );
  });

  it('asks for the keep-alive that an idle connection did not send, in the time that it had', async () => {
    const idle: Sequence = {
      place: { state: 'ESTABLISHED', conditions: [] },
      steps: [{ user: { call: 'KEEP-ALIVE', value: 1 } }, { wait: 2700 }],
    };
    const { played, scenario, verdict } = await told('keep-alive-not-sent', idle);
    expect(played.outcome).to.equal('failed');
    expect(lastExpected(scenario, 'rfc9293').map(printReply)).to.deep.equal([
      '<SEQ=SND.NXT-1><ACK=RCV.NXT><CTL=ACK>',
      '<SEQ=SND.NXT-1><ACK=RCV.NXT><CTL=ACK><DATA=1>',
    ]);
    // RFC 793 has none, and forbids none.
    expect(lastExpected(scenario, 'rfc793').map(printReply)[0]).to.equal('silence');
    expect(scenario.steps.at(-1)).to.include({ next: true, within: 2700 });
    expect(verdict).to.equal('deviates');
  });

  it('keeps the time of a timer: before a wait it does not look whether nothing comes', async () => {
    const busy: Sequence = {
      place: { state: 'ESTABLISHED', conditions: [] },
      steps: [
        ...([{ user: { call: 'KEEP-ALIVE', value: 1 } }, { wait: 650 }] as const),
        ...[send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>'), { wait: 1100 }],
      ],
    };
    const { played, scenario, verdict } = await told('keep-alive-by-the-clock', busy);
    expect(played.outcome).to.equal('failed');
    expect(scenario.steps.filter((step) => 'expect' in step)).to.have.length(1);
    expect(verdict).to.equal('deviates');
    expect(await verdictOn({}, scenario)).to.equal('conformant');
  });

  it('asks for an acknowledgment that was late in the sequence, since `run` waits for it', async () => {
    const silent = when(all(has('FIN'), inState('CLOSE-WAIT')), ignore);
    const { played, scenario, verdict } = await toldOf(
      'rfc9293',
      { arrive: silent },
      {
        place: { state: 'CLOSE-WAIT', conditions: [] },
        steps: [
          send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>'),
          send('<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK>'),
        ],
      },
    );
    expect(played.failure).to.include({ step: 1, kind: 'segment' });
    const [, first] = scenario.steps;
    expect(
      first && 'expect' in first && first.expect.rfc9293.map(({ reply }) => printReply(reply)),
    ).not.to.include('silence');
    expect(verdict).to.equal('deviates');
  });

  it('names the numbers that `run` knows by then, where an acknowledgment was late in the sequence', async () => {
    // The peer does not know yet that its FIN has arrived, and resets one octet before the window.
    const late: Mutant['behaviour']['emit'] = (segment, _tcb, { ctl }) => [
      { segment, after: ctl.has('FIN') ? 150 : 0, unless: 'another went out' },
    ];
    const sequence: Sequence = {
      place: { state: 'ESTABLISHED', conditions: [] },
      steps: [
        send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>'),
        send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=RST,ACK>'),
        send('<SEQ=RCV.NXT+1><CTL=SYN>'),
      ],
    };
    const right = await toldOf('rfc9293', { emit: late }, sequence);
    expect(right.played.outcome).to.equal('explained');
    const sent = right.scenario.steps.flatMap((step) => ('send' in step ? step.send.map(printSegment) : []));
    expect(sent).to.deep.equal([
      '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>',
      '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=RST,ACK>',
      '<SEQ=RCV.NXT><CTL=SYN>',
    ]);
    expect(right.verdict).to.equal('conformant');
    const isBefore = all(has('RST'), inState('CLOSE-WAIT'), (tcb, { seq }) => seq === tcb.rcvNxt - 1);
    const wrong = await toldOf('rfc9293', { emit: late, arrive: when(isBefore, vanish) }, sequence);
    expect(wrong.played.failure).to.include({ step: 2 });
    expect(wrong.verdict).to.equal('deviates');
  });

  it('expects something of each step, also where a window update may have crossed one', async () => {
    // It takes no FIN, and tells a larger window with the wrong acknowledgment: that may have been sent before.
    const widens: Mutant['behaviour']['emit'] = (segment, tcb, { ctl }) => [
      { segment: ctl.has('FIN') ? { ...emptyAck(tcb), wnd: 65_535 } : segment, after: 0 },
    ];
    const ignores = when(has('FIN'), (tcb) => outcome(emptyAck(tcb), tcb));
    const sequence: Sequence = {
      place: { state: 'ESTABLISHED', conditions: [] },
      steps: [
        send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=100>'),
        send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>'),
        send('<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK>'),
      ],
    };
    const { played, scenario } = await toldOf('rfc9293', { emit: widens, arrive: ignores }, sequence);
    expect(played.failure).to.include({ step: 2 });
    for (const step of scenario.steps)
      if ('expect' in step)
        for (const outcomes of Object.values(step.expect)) expect(outcomes).not.to.be.empty;
  });

  it('ends where a target does another thing this time that is right as well', async () => {
    const { scenario, verdict } = await toldOf(
      'rfc9293',
      {},
      {
        place: { state: 'SYN-RECEIVED', origin: 'passive', conditions: [] },
        steps: [send('<SEQ=RCV.NXT-1><CTL=SYN>'), send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=1>')],
      },
    );
    const [, first] = scenario.steps;
    const outcomes = first && 'expect' in first ? first.expect.rfc9293 : [];
    expect(outcomes).to.have.length.above(1);
    expect(outcomes.map(({ ends }) => ends === true)).to.deep.equal(outcomes.map((_, index) => index > 0));
    expect(verdict).to.equal('conformant');
  });

  it('conforms where the sequence does', async () => {
    const { played, verdict } = await told('listen-silent-for-ack', {
      place: { state: 'ESTABLISHED', conditions: [] },
      steps: [
        send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=10>'),
        { user: { call: 'CLOSE' } },
        send('<SEQ=RCV.NXT-1><ACK=SND.UNA><CTL=ACK><DATA=1>'),
      ],
    });
    expect(played.outcome).to.equal('explained');
    expect(verdict).to.equal('conformant');
  });

  const REOPENED: Sequence = {
    place: { state: 'TIME-WAIT', conditions: [] },
    steps: [
      send('<SEQ=RCV.NXT+RCV.WND+10><CTL=SYN><TSVAL=1><TSECR=0>'),
      send('<SEQ=RCV.NXT><CTL=RST>'),
      send('<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK><DATA=1>'),
    ],
  };

  it('goes on after a SYN,ACK that answers a SYN in SYN-SENT: it is no retransmission', async () => {
    const sequence: Sequence = {
      place: { state: 'SYN-SENT', conditions: [] },
      steps: [
        send('<SEQ=RCV.NXT><CTL=SYN><MSS=1000>'),
        send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>'),
        { user: { call: 'SEND', octets: 3000 } },
      ],
    };
    expect((await told('mss-ignored', sequence)).verdict).to.equal('deviates');
    expect((await toldOf('rfc9293', {}, sequence)).verdict).to.equal('conformant');
  });

  it('goes on where a connection begins anew, whatever its ISS is this time', async () => {
    const { scenario, verdict } = await told('time-wait-not-returned-to', REOPENED);
    expect(printReply(lastExpected(scenario, 'rfc9293')[0] ?? [])).to.equal('<SEQ=ANY><ACK=ANY><CTL=ACK>');
    expect(verdict).to.equal('deviates');
    expect((await toldOf('rfc9293', {}, REOPENED)).verdict).to.equal('conformant');
  });

  it('asks how many octets the user was given, where that is wrong', async () => {
    const { scenario, verdict } = await told('urg-octet-not-delivered', {
      place: { state: 'ESTABLISHED', conditions: [] },
      steps: [
        send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,URG><DATA=10><URG=10>'),
        send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>'),
      ],
      isRead: true,
    });
    expect(scenario.steps.at(-1)).to.have.property('delivered', 20);
    expect(verdict).to.equal('deviates');
  });

  it('asks for the urgent pointer that the document has', async () => {
    const { scenario, verdict } = await told('urgent-pointer-at-last-octet', {
      place: { state: 'ESTABLISHED', conditions: [] },
      steps: [{ user: { call: 'SEND', octets: 10, mark: 'URGENT' } }],
    });
    expect(lastExpected(scenario, 'rfc9293').map(printReply)).to.deep.equal([
      '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK,PSH,URG><DATA=10><URG=10>',
    ]);
    expect(lastExpected(scenario, 'rfc1122').map(printReply)).to.deep.equal([
      '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK,PSH,URG><DATA=10><URG=9>',
    ]);
    expect(verdict).to.equal('deviates');
  });
});
