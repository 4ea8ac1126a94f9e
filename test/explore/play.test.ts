import { expect } from 'chai';
import { findMutant, type Mutant } from '../../bench/mutants/index.ts';
import { all, answer, type Fault, has, ignore, inState, when } from '../../bench/mutants/tools.ts';
import type { UserCall } from '../../lib/catalogue/scenario.ts';
import { Fence } from '../../lib/explore/fence.ts';
import type { Ground } from '../../lib/explore/ground.ts';
import { play } from '../../lib/explore/play.ts';
import type { Played } from '../../lib/explore/played.ts';
import type { Sequence, SequenceStep } from '../../lib/explore/sequence.ts';
import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import { withFlight } from '../../lib/explore/model.ts';
import { evaluateSegment, parseSegment } from '../../lib/notation/index.ts';
import { synAck } from '../../lib/standard/segments.ts';
import type { State } from '../../lib/standard/state.ts';
import { ALL_CHECKS } from '../../lib/standard/adoption.ts';
import type { Environment } from '../../lib/states/index.ts';
import type { Tester } from '../../lib/tester/index.ts';
import { lt } from '../../lib/wire/seq.ts';
import { tcbIn } from '../standard/arrivals.ts';
import { referenceWorld } from '../states/reference-world.ts';

async function played(
  sequence: Sequence,
  behaviour: Behaviour = {},
  disturb: (tester: Tester, environment: Environment) => void = () => {},
  more: Pick<Ground, 'hazards'> = {},
): Promise<Played & { readonly lag: number }> {
  const profile = 'rfc9293';
  const began = performance.now();
  const { tester, environment } = referenceWorld(profile, behaviour);
  disturb(tester, environment);
  const fence = new Fence(environment, 4);
  try {
    const ground = { environment, family: 4, fence, profile, adoptions: [ALL_CHECKS], seed: 1 } as const;
    const seen = await play(sequence, { ...ground, ...more });
    return { ...seen, lag: tester.lag.worstSince(began) };
  } finally {
    fence.close();
    await tester.close();
  }
}

describe('a place whose segments have old timestamps, or none', () => {
  const tsvalsIn = async (condition: 'old-timestamp' | 'no-timestamp'): Promise<(number | undefined)[]> => {
    const send = [parseSegment('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=1>')] as const;
    const place = { state: 'ESTABLISHED', conditions: [condition] } as const;
    const { outcome, log } = await played({ place, steps: [{ send }] });
    expect(outcome).to.equal('explained');
    return log.filter(({ from }) => from === 'tester').map(({ segment: { tsval } }) => tsval);
  };

  it('sends them as `run` does', async () => {
    const [first = 0, , old = 0] = await tsvalsIn('old-timestamp');
    expect(lt(old, first)).to.equal(true);
    const [offered, , none] = await tsvalsIn('no-timestamp');
    expect([offered === undefined, none]).to.deep.equal([false, undefined]);
  });
});

it('judges the header of what was sent after the user has asked for it, and not of what crossed the call', async () => {
  const place = { state: 'ESTABLISHED', conditions: [] } as const;
  const steps: SequenceStep[] = [
    { send: [parseSegment('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><WND=1>')] },
    { user: { call: 'SEND', octets: 10 } },
    { user: { call: 'TTL', value: 200 } },
  ];
  // The octet that the window lets out leaves before the user's call has come to the target.
  const { outcome, failure } = await played({ place, steps }, {}, (_, environment) => {
    const { driver } = environment;
    const inner = driver.userHasRead?.bind(driver);
    let calls = 0;
    Object.assign(driver, {
      userHasRead: async () => {
        calls += 1;
        if (calls > 1) await new Promise((resolve) => setTimeout(resolve, 400));
        await inner?.();
      },
    });
  });
  expect([outcome, failure?.faults]).to.deep.equal(['explained', undefined]);
});

it('lets a rate limiter hold back a challenge ACK after the answer to a duplicate SYN', async () => {
  const steps = [
    '<SEQ=RCV.NXT-1><CTL=SYN>',
    '<SEQ=RCV.NXT+10><CTL=RST>',
    '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK><DATA=1>',
  ];
  const sequence: Sequence = {
    place: { state: 'SYN-RECEIVED', origin: 'passive', conditions: [] },
    steps: steps.map((text) => ({ send: [parseSegment(text)] })),
  };
  const half = inState('SYN-RECEIVED');
  const answers = when(all(half, has('SYN')), answer(synAck));
  const limited: Fault = (tcb, segment, next) =>
    when(all(half, has('RST')), ignore)(tcb, segment, (...of) => answers(...of, next));
  const { outcome } = await played(sequence, { arrive: limited });
  expect(outcome).to.equal('explained');
});

describe('a disturbed play', () => {
  const place = { state: 'LISTEN', conditions: [] } as const;
  const silent = findMutant('listen-silent-for-ack')?.behaviour ?? {};
  const steps = [{ send: [parseSegment('<SEQ=ANY><ACK=1><CTL=ACK>')] }] as const;

  it('is no failure where the tester has stood still', async () => {
    expect((await played({ place, steps }, silent)).outcome).to.equal('failed');
    const { outcome, failure } = await played({ place, steps }, silent, (tester) => {
      tester.lag.worstSince = () => 6000;
    });
    expect([outcome, failure]).to.deep.equal(['disturbed', undefined]);
  });

  it('is no failure where it took so long that 2 MSL may be over', async () => {
    const now = performance.now;
    let late = 0;
    performance.now = () => now.call(performance) + late;
    try {
      const { outcome, failure } = await played({ place, steps }, silent, (tester) => {
        const link = tester.link(4);
        const send = link.send.bind(link);
        link.send = (...packet) => {
          late = 25_000;
          send(...packet);
        };
      });
      expect([outcome, failure]).to.deep.equal(['disturbed', undefined]);
    } finally {
      performance.now = now;
    }
  });

  it('is no failure where a segment could not be sent', async () => {
    const { outcome, failure } = await played({ place, steps }, silent, (tester) => {
      tester.link(4).send = (_packet, _to, failed) => failed?.(new Error('Message too long'));
    });
    expect([outcome, failure]).to.deep.equal(['disturbed', undefined]);
  });
});

/** Milliseconds. */
const LATE = 50;

describe('what no TCB tells', function () {
  this.timeout(60_000);
  const sends = (text: string): SequenceStep => ({ send: [parseSegment(text)] });
  const user = (call: UserCall): SequenceStep => ({ user: call });
  const RST = sends('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=RST,ACK>');
  const OLD_TEXT = sends('<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK><DATA=1>');
  const SEND = user({ call: 'SEND', octets: 10 });
  const unreachable = (otherPort: 'target' | 'tester'): SequenceStep => ({
    icmp: 'port unreachable',
    about: parseSegment('<SEQ=SND.UNA><ACK=RCV.NXT><CTL=ACK>'),
    otherPort,
  });
  const ALL_ACKED = sends('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
  const LONG_TEXT = user({ call: 'SEND', octets: 3000 });
  const REOPENS = sends('<SEQ=RCV.NXT+RCV.WND+10><CTL=SYN><TSVAL=1><TSECR=0>');
  const FIN_AGAIN = sends('<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=FIN,ACK>');
  const opens = (option: string): SequenceStep[] => [sends(`<SEQ=ANY><CTL=SYN>${option}`), ALL_ACKED];
  const KEEP_ALIVE = user({ call: 'KEEP-ALIVE', value: 1 });
  const ALL: readonly (readonly [
    mutant: string,
    fault: RegExp | 'silence' | 'segment',
    steps: SequenceStep[],
    state?: State,
  ])[] = [
    ['ttl-fixed', /^another TTL$/, [user({ call: 'TTL', value: 33 }), SEND]],
    ['diffserv-changed', /^another Diffserv field$/, [user({ call: 'DIFFSERV', value: 9 }), SEND]],
    ['reset-told-as-close', /^user told connection closing, not connection reset$/, [RST]],
    [
      'close-not-told',
      /^user told nothing, not connection closing$/,
      [sends('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>')],
    ],
    [
      'order-urg-before-ack',
      /^user told urgent data, urgent data remains, not urgent data$/,
      [
        sends('<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK,URG><DATA=10><URG=100>'),
        sends('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>'),
      ],
    ],
    // So many intervals that in one of them even a busy machine is not late.
    ['rto-constant', /^text sent again too soon$/, [SEND, { wait: 4000 }]],
    ['rto-of-syn-constant', /^SYN sent again too soon$/, [{ wait: 4000 }], 'SYN-SENT'],
    [
      'keep-alive-by-the-clock',
      /^keep-alive too soon$/,
      [KEEP_ALIVE, { wait: 650 }, ALL_ACKED, { wait: 1100 }],
    ],
    ['keep-alive-soon', /^keep-alive too soon$/, [KEEP_ALIVE, { wait: 600 }]],
    ['keep-alive-not-sent', 'silence', [KEEP_ALIVE, { wait: 2700 }]],
    ['push-not-set', 'segment', [SEND]],
    ['urgent-not-marked', 'segment', [user({ call: 'SEND', octets: 10, mark: 'URGENT' })]],
    ['icmp-by-remote-port', 'segment', [SEND, unreachable('target'), OLD_TEXT]],
    ['icmp-by-local-port', 'segment', [SEND, unreachable('tester'), OLD_TEXT]],
    ['keep-alive-at-snd-nxt', 'segment', [KEEP_ALIVE, { wait: 1300 }]],
    ['rto-collapses', /^text sent again too soon$/, [SEND, { wait: 300 }, ALL_ACKED, SEND, { wait: 600 }]],
    ['text-again-shorter', 'segment', [SEND, { wait: 300 }]],
    [
      'again-with-old-ack',
      'segment',
      [sends('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>'), SEND, { wait: 300 }],
    ],
    ['multicast-opened', 'segment', [user({ call: 'OPEN TO MULTICAST' })], 'CLOSED'],
    ['mss-ignored', 'segment', [...opens('<MSS=200>'), LONG_TEXT], 'LISTEN'],
    ['mss-of-link-assumed', 'segment', [...opens(''), LONG_TEXT], 'LISTEN'],
    [
      'time-wait-not-returned-to',
      'segment',
      [REOPENS, sends('<SEQ=RCV.NXT><CTL=RST>'), OLD_TEXT],
      'TIME-WAIT',
    ],
    // Its timer of 0 ms fires after a millisecond; in memory, a segment may come before that.
    ['time-wait-left-out', 'segment', [{ wait: 100 }, FIN_AGAIN], 'TIME-WAIT'],
  ];
  for (const [name, fault, steps, state = 'ESTABLISHED'] of ALL)
    it(`is seen: ${name}`, async () => {
      const place = { state, conditions: [] };
      const { behaviour } = findMutant(name) as Mutant;
      const right = await played({ place, steps });
      expect(right.failure).to.equal(undefined);
      let { failure, lag } = await played({ place, steps }, behaviour);
      // Where this process was late, intervals say nothing.
      for (let again = 0; failure === undefined && lag > LATE && again < 4; again += 1)
        ({ failure, lag } = await played({ place, steps }, behaviour));
      if (typeof fault === 'string') expect(failure?.kind).to.equal(fault);
      else expect(failure?.faults?.map(({ what }) => what).join()).to.match(fault);
    });
});

describe('the text that the user is given', () => {
  const place = { state: 'ESTABLISHED', conditions: [] } as const;
  const sends = (...all: string[]): SequenceStep[] => all.map((text) => ({ send: [parseSegment(text)] }));
  const PUSHED = '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>';
  const BEHIND = '<SEQ=RCV.NXT+10><ACK=SND.NXT><CTL=ACK><DATA=10>';
  const FILLS = '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=15>';
  const URGENT = '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,URG><DATA=10><URG=10>';
  const read = async (behaviour: Behaviour, ...texts: string[]): Promise<string | undefined> => {
    const { outcome, failure } = await played({ place, steps: sends(...texts), isRead: true }, behaviour);
    expect(outcome).to.equal(failure ? 'failed' : 'explained');
    return failure?.faults?.map(({ what }) => what).join();
  };

  it('is all that was acknowledged, once and in order', async () => {
    expect(await read({}, PUSHED)).to.equal(undefined);
    expect(await read({}, URGENT, BEHIND, FILLS, PUSHED)).to.equal(undefined);
    const of = (name: string): Behaviour => (findMutant(name) as Mutant).behaviour;
    expect(await read(of('urg-octet-not-delivered'), URGENT, PUSHED)).to.equal('user given too little text');
    expect(await read(of('overlap-delivered-twice'), BEHIND, FILLS, PUSHED)).to.equal(
      'user given too much text',
    );
    expect(await read(of('held-text-given-first'), BEHIND, FILLS, PUSHED)).to.equal('user given other text');
  });

  it('is not counted where other text waited before', async () => {
    const full = { state: 'ESTABLISHED', conditions: ['zero-window'] } as const;
    const [pushed] = sends('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=1>');
    const steps = [{ user: { call: 'RECEIVE' } }, pushed] as SequenceStep[];
    const { outcome } = await played({ place: full, steps, isRead: true });
    expect(outcome).to.equal('explained');
  });

  it('may be less where nothing has pushed it', async () => {
    const keeps: Behaviour = { hands: () => [] };
    expect(await read(keeps, PUSHED)).to.equal('user given too little text');
    expect(await read(keeps, PUSHED.replace(',PSH', ''))).to.equal(undefined);
  });
});

it('takes a second ISS for another connection only where it is another number: the clock of the reference goes on', async () => {
  const place = { state: 'TIME-WAIT', conditions: [] } as const;
  const SYN = '<SEQ=RCV.NXT+RCV.WND+10><CTL=SYN><TSVAL=1><TSECR=0>';
  const steps = [SYN, '<SEQ=RCV.NXT><CTL=RST>', SYN].map((text) => ({ send: [parseSegment(text)] as const }));
  const { outcome, failure, log } = await played({ place, steps });
  expect([outcome, failure?.faults]).to.deep.equal(['explained', undefined]);
  const isss = log.flatMap(({ from, segment: { ctl, seq } }) =>
    from === 'target' && ctl.has('SYN') ? [seq] : [],
  );
  expect(new Set(isss)).to.have.property('size', 3);
});

it('knows in which segments text is in flight that the recipe has made the target send', () => {
  const tcb = tcbIn('ESTABLISHED', { sndNxt: 121 });
  const entry = (from: 'target' | 'tester', text: string) =>
    ({ from, segment: evaluateSegment(parseSegment(text), {}, () => 0) }) as const;
  const log = [
    entry('target', '<SEQ=100><ACK=301><CTL=SYN,ACK>'),
    entry('target', '<SEQ=101><ACK=301><CTL=ACK><DATA=15>'),
    entry('tester', '<SEQ=301><ACK=101><CTL=ACK><DATA=10>'),
    entry('target', '<SEQ=101><ACK=301><CTL=ACK><DATA=15>'),
    entry('target', '<SEQ=116><ACK=301><CTL=ACK,PSH><DATA=5>'),
  ];
  const flight = (some: typeof log) => withFlight(tcb, some).sent.map(({ seq, data }) => [seq, data]);
  expect(flight(log)).to.deep.equal([
    [101, 15],
    [116, 5],
  ]);
  expect(flight(log.slice(0, -1))).to.deep.equal([[101, 20]]);
});

it('leaves out a call that the target does not survive, as it leaves out such a segment', async () => {
  const place = { state: 'ESTABLISHED', conditions: [] } as const;
  const user: SequenceStep = { user: { call: 'ABORT' } };
  const alone = await played({ place, steps: [user] });
  const [{ stimulus } = { stimulus: '' }] = alone.trace.steps;
  expect(alone.outcome).to.equal('explained');
  const hazards = { hazards: new Set([stimulus]) };
  expect((await played({ place, steps: [user] }, {}, undefined, hazards)).outcome).to.equal('left out');
});
