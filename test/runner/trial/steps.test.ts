import { expect } from 'chai';
import { findMutant, type Mutant } from '../../../bench/mutants/index.ts';
import type { PlaceDeclaration, StateName, StepDeclaration } from '../../../lib/catalogue/case.ts';
import type { Condition } from '../../../lib/catalogue/conditions.ts';
import { resolveScenario } from '../../../lib/catalogue/resolve.ts';
import type { Behaviour } from '../../../lib/lab/reference/behaviour.ts';
import { reasonText } from '../../../lib/report/expectation.ts';
import { playScenario } from '../../../lib/runner/trial/play-scenario.ts';
import { ALL_CHECKS } from '../../../lib/standard/adoption.ts';
import { type Driver, withMembers } from '../../../lib/target/driver.ts';
import { verdictOf } from '../../../lib/verdict/result.ts';
import { REFERENCE_TIMERS, referenceWorld } from '../../states/reference-world.ts';

const ACK = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';
const FIN = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK>';
const TEXT = '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>';
const TAKEN = '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>';

const text = (seq: string): string => `<SEQ=${seq}><ACK=RCV.NXT><CTL=ACK,PSH><DATA=10>`;

const OPENS: readonly StepDeclaration[] = [
  { user: 'OPEN ACTIVE' },
  { expect: '<CTL=SYN>', then: 'SYN-SENT', newIss: true },
  { send: '<SEQ=0><ACK=SND.NXT><CTL=RST,ACK>' },
  { expect: 'silence', then: 'CLOSED' },
];

interface More {
  /** A fault of the target's. */
  readonly behaviour?: Behaviour;
  readonly condition?: Condition;
  readonly beside?: Readonly<Record<string, PlaceDeclaration>>;
  /** What nobody can tell the target's user to do. */
  readonly lacks?: 'set';
  /** Milliseconds that CLOSE takes to reach the target. */
  readonly closeTakes?: number;
}

const withSlowClose = (driver: Driver, milliseconds: number): Driver =>
  withMembers(driver, {
    close: async (handle) => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      return driver.close(handle);
    },
    shutdown: async (handle) => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      return driver.shutdown(handle);
    },
  });

const without = (driver: Driver, lacks: 'set'): Driver =>
  withMembers(driver, { [lacks]: undefined as never });

/** A step of each kind, played against the executable specification as a real TCP. */
describe('the steps of a scenario', () => {
  const world = referenceWorld('rfc9293');
  const testers = [world.tester];
  after(() => Promise.all(testers.map((each) => each.close())));

  const play = async (
    state: StateName,
    steps: readonly StepDeclaration[],
    family: 4 | 6,
    { behaviour, lacks, closeTakes, ...more }: More = {},
  ) => {
    const { environment: whole, tester } = behaviour ? referenceWorld('rfc9293', behaviour) : world;
    if (behaviour) testers.push(tester);
    const { driver: able } = whole;
    const driver = lacks ? without(able, lacks) : closeTakes ? withSlowClose(able, closeTakes) : able;
    const environment = { ...whole, driver };
    const scenario = resolveScenario({
      ...{ id: 'ladder.test.steps', title: 'a title', state, steps, rules: ['3.10.7.4 first'] },
      ...more,
    });
    const context = {
      environment,
      family,
      index: 0,
      seed: 1,
      profile: 'rfc9293',
      adoption: ALL_CHECKS,
    } as const;
    // A machine that was late says nothing.
    for (let shift = 0; ; shift += 1) {
      const { result } = await playScenario(scenario, context, shift);
      if (result.outcome === 'inconclusive' && result.why.kind === 'tester late' && shift < 5) continue;
      return { verdict: verdictOf(result, 'rfc9293'), reason: reasonText(result, 'rfc9293') };
    }
  };

  const RIGHT: Readonly<Record<string, readonly [StateName, readonly StepDeclaration[], More?]>> = {
    'SEND, and CLOSE': [
      'ESTABLISHED',
      [
        { user: 'SEND 10' },
        { expect: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK,PSH><DATA=10>' },
        { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
        { expect: 'silence' },
        { user: 'CLOSE' },
        { expect: FIN, then: 'FIN-WAIT-1' },
      ],
    ],
    ABORT: ['ESTABLISHED', [{ user: 'ABORT' }, { expect: '<SEQ=SND.NXT><CTL=RST>', then: 'CLOSED' }]],
    'OPEN PASSIVE': [
      'CLOSED',
      [
        { user: 'OPEN PASSIVE' },
        { send: '<SEQ=100><CTL=SYN>' },
        { expect: '<ACK=101><CTL=SYN,ACK>', then: 'SYN-RECEIVED' },
        { send: '<SEQ=101><ACK=SND.NXT><CTL=ACK>' },
        { expect: 'silence', then: 'ESTABLISHED' },
      ],
    ],
    'OPEN ACTIVE': [
      'CLOSED',
      [
        { user: 'OPEN ACTIVE' },
        { expect: '<CTL=SYN>', then: 'SYN-SENT' },
        { send: '<SEQ=300><ACK=SND.NXT><CTL=SYN,ACK>' },
        { expect: '<SEQ=SND.NXT><ACK=301><CTL=ACK>', then: 'ESTABLISHED' },
      ],
    ],
    'CLOSE LISTENER': [
      'LISTEN',
      [
        { user: 'CLOSE LISTENER' },
        { send: '<SEQ=100><CTL=SYN>' },
        { expect: '<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>', then: 'CLOSED' },
      ],
    ],
    'an ICMP error, and one about another port': [
      'SYN-SENT',
      [
        { icmp: 'port unreachable', about: '<SEQ=ISS><CTL=SYN>', otherPort: 'target' },
        { expect: 'silence', then: 'SYN-SENT' },
        { icmp: 'port unreachable', about: '<SEQ=ISS><CTL=SYN>' },
        { expect: 'silence', then: 'CLOSED' },
      ],
    ],
    'STOP RECEIVING, and RECEIVE, and what is delivered': [
      'ESTABLISHED',
      [
        { user: 'STOP RECEIVING' },
        { send: TEXT },
        { expect: TAKEN, delivered: 0 },
        { user: 'RECEIVE' },
        // Ten octets are too few for a window update (RFC 9293 section 3.8.6.2.2, SHLD-15).
        { expect: 'silence', delivered: 10, then: 'ESTABLISHED' },
      ],
    ],
    'several segments at once, and several replies in order': [
      'FIN-WAIT-2',
      [
        {
          send: [
            '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK><DATA=1>',
            '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK><DATA=1>',
          ],
        },
        { expect: { reply: [ACK, ACK], then: 'FIN-WAIT-2' } },
      ],
    ],
    'a reply that its timer sends, and when': [
      'ESTABLISHED',
      [
        { user: 'SEND 10' },
        { expect: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK,PSH><DATA=10>', within: 100 },
        {
          expect: '<SEQ=SND.NXT-10><ACK=RCV.NXT><CTL=ACK,PSH><DATA=10>',
          ...{ within: 5000, notBefore: REFERENCE_TIMERS.text / 2, then: 'ESTABLISHED' },
        },
      ],
    ],
    'what comes next, and after what interval': [
      'ESTABLISHED',
      [
        { user: 'SEND 10' },
        { expect: text('SND.NXT'), next: true },
        { expect: { reply: text('SND.NXT-10'), interval: { atLeast: REFERENCE_TIMERS.text } }, next: true },
        {
          expect: { reply: text('SND.NXT-10'), interval: { times: 2 }, then: 'ESTABLISHED' },
          next: true,
        },
      ],
    ],
    'time that passes, and nothing that comes': [
      'ESTABLISHED',
      [
        { user: 'SEND 10' },
        { wait: 100 },
        { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
        { expect: 'silence', then: 'ESTABLISHED' },
        { expect: 'silence', settled: 200, then: 'ESTABLISHED' },
      ],
    ],
    'a SYN that has an ISS of its own': ['CLOSED', [...OPENS, ...OPENS]],
    'a way that ends before the state that is due': [
      'ESTABLISHED',
      [{ send: TEXT }, { expect: [{ reply: TAKEN, ends: true }, 'silence'] }, { state: 'CLOSE-WAIT' }],
    ],
    'a state on the way': [
      'CLOSE-WAIT',
      [
        { state: 'CLOSE-WAIT' },
        { user: 'CLOSE' },
        { expect: FIN, then: 'LAST-ACK' },
        { state: 'LAST-ACK' },
        { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
        { expect: 'silence' },
        { state: 'CLOSED' },
      ],
    ],
    'a second connection': [
      'SYN-RECEIVED (passive)',
      [
        { send: '<SEQ=RCV.NXT><CTL=RST>' },
        { expect: 'silence', then: 'CLOSED' },
        { send: TEXT, on: 'b' },
        { expect: TAKEN, on: 'b', then: 'ESTABLISHED' },
      ],
      { beside: { b: { state: 'ESTABLISHED' } } },
    ],
  };

  for (const family of [4, 6] as const)
    for (const [what, [state, steps, more]] of Object.entries(RIGHT))
      it(`are right over IPv${family}: ${what}`, async () => {
        const { verdict, reason } = await play(state, steps, family, more);
        expect(reason).to.equal('');
        expect(verdict).to.equal('conformant');
      }).timeout(60_000);

  const WRONG: Readonly<Record<string, readonly [StateName, readonly StepDeclaration[], RegExp, More?]>> = {
    'an ICMP error': [
      'SYN-SENT',
      [
        { icmp: 'port unreachable', about: '<SEQ=ISS><CTL=SYN>' },
        { expect: 'silence', then: 'SYN-SENT' },
      ],
      /the state after is CLOSED, not SYN-SENT|state CLOSED/,
    ],
    'a state on the way': [
      'ESTABLISHED',
      [{ send: TEXT }, { expect: TAKEN }, { state: 'CLOSE-WAIT' }, { send: TEXT }, { expect: TAKEN }],
      /^the state after is ESTABLISHED, not CLOSE-WAIT$/,
    ],
    'what is delivered': [
      'ESTABLISHED',
      [{ send: TEXT }, { expect: TAKEN, delivered: 9, then: 'ESTABLISHED' }],
      /: the target's user was given 10 octets of text, not 9$/,
    ],
    'the octets that are delivered': [
      'ESTABLISHED',
      [{ send: TEXT }, { expect: TAKEN, delivered: 10, then: 'ESTABLISHED' }],
      /: the target's user was given other octets than were sent, from octet 2 on$/,
      { behaviour: { hands: ([first = 0, second = 0, ...rest]) => [first, second, ...rest.toReversed()] } },
    ],
    'what is sent again too soon': [
      'ESTABLISHED',
      [
        { user: 'SEND 10' },
        { expect: text('SND.NXT'), next: true },
        { expect: { reply: text('SND.NXT-10'), interval: { atLeast: 60_000 } }, next: true },
      ],
      /^step 3: the reply came after \d+ ms, before 60000 ms had passed$/,
    ],
    'an interval that does not grow': [
      'ESTABLISHED',
      [
        { user: 'SEND 10' },
        { expect: text('SND.NXT'), next: true },
        { expect: text('SND.NXT-10'), next: true },
        { expect: { reply: text('SND.NXT-10'), interval: { times: 2 } }, next: true },
      ],
      /^step 4: it was sent again after \d+ ms, where \d+ ms had passed the time before$/,
      { behaviour: { timers: { ...REFERENCE_TIMERS, backOff: 1 } } },
    ],
    'what comes although nothing is due': [
      'ESTABLISHED',
      [
        { user: 'SEND 10' },
        { expect: text('SND.NXT') },
        { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
        { expect: 'silence' },
        { expect: 'silence', settled: 2000, then: 'ESTABLISHED' },
      ],
      /^step 5: expected silence, observed <SEQ=SND.NXT-1><ACK=RCV.NXT><CTL=ACK>$/,
      {
        behaviour: {
          timers: { ...REFERENCE_TIMERS, keepAlive: 1000 },
          expire: (tcb, timer, next) => next({ ...tcb, keepAlive: true }, timer),
        },
      },
    ],
    'an ISS that comes again': [
      'CLOSED',
      [...OPENS, ...OPENS],
      /^step 6: the ISS 5 is that of another SYN of the target's$/,
      { behaviour: { iss: () => 5 } },
    ],
    'a reply that comes too late': [
      'SYN-RECEIVED (passive)',
      [{ user: 'CLOSE LISTENER' }, { expect: '<SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>', within: 10 }],
      /^step 2: the reply came after \d+ ms, not within 10 ms$/,
    ],
    'a reply that comes too soon': [
      'ESTABLISHED',
      [{ send: TEXT }, { expect: TAKEN, notBefore: 300, then: 'ESTABLISHED' }],
      /: the reply came after \d+ ms, before 300 ms had passed$/,
    ],
    'the state that is due where another connection ends the scenario': [
      'ESTABLISHED',
      [
        { send: TEXT, on: 'b' },
        { expect: [{ reply: TAKEN, ends: true }, 'silence'], on: 'b' },
        { wait: 10 },
        { state: 'CLOSE-WAIT' },
      ],
      /^the state after is ESTABLISHED, not CLOSE-WAIT$/,
      { beside: { b: { state: 'ESTABLISHED' } } },
    ],
    'several replies in order': [
      'ESTABLISHED',
      [{ send: TEXT }, { expect: { reply: [TAKEN, TAKEN], then: 'ESTABLISHED' } }],
      /^expected .* observed <SEQ=SND.NXT>/,
    ],
    'the second connection': [
      'ESTABLISHED',
      [{ send: TEXT }, { expect: TAKEN, then: 'ESTABLISHED' }, { state: 'CLOSED', on: 'b' }],
      /^the state after is ESTABLISHED, not CLOSED$/,
      { beside: { b: { state: 'ESTABLISHED' } } },
    ],
  };

  for (const [what, [state, steps, why, more]] of Object.entries(WRONG))
    it(`are found wrong: ${what}`, async () => {
      const { verdict, reason } = await play(state, steps, 4, more);
      expect(reason).to.match(why);
      expect(verdict).to.equal('deviates');
    }).timeout(60_000);

  it('take what comes between segments that are sent one by one for replies', async () => {
    const octets = 1440;
    const at = (count: number): string => (count === 0 ? 'RCV.NXT' : `RCV.NXT+${count * octets}`);
    const steps: readonly StepDeclaration[] = [
      {
        send: [0, 1, 2, 3].map((count) => `<SEQ=${at(count)}><ACK=SND.NXT><CTL=ACK><DATA=${octets}>`),
        spaced: 20,
      },
      { expect: { reply: [1, 2, 3, 4].map((count) => `<SEQ=SND.NXT><ACK=${at(count)}><CTL=ACK>`) } },
    ];
    expect((await play('ESTABLISHED', steps, 6)).verdict).to.equal('conformant');
    const { behaviour } = findMutant('ack-of-every-fourth') as Mutant;
    expect((await play('ESTABLISHED', steps, 6, { behaviour })).verdict).to.equal('deviates');
  }).timeout(60_000);

  it('take no retransmission from before the user has acted for what the user causes', async () => {
    const steps: readonly StepDeclaration[] = [
      { user: 'SEND 10' },
      { expect: text('SND.NXT'), next: true },
      { user: 'CLOSE' },
      { expect: FIN, next: true },
    ];
    const { verdict, reason } = await play('ESTABLISHED', steps, 4, {
      closeTakes: 1.5 * REFERENCE_TIMERS.text,
    });
    expect([verdict, reason]).to.deep.equal(['conformant', '']);
    const silent = await play('ESTABLISHED', steps, 4, {
      behaviour: {
        call: (tcb, call, next) =>
          call.name === 'CLOSE' ? { ...next(tcb, call), sent: [], tcb } : next(tcb, call),
      },
    });
    expect(silent.verdict).to.equal('deviates');
  }).timeout(60_000);

  it('prove nothing where the SYN has come again meanwhile, and what is sent echoes its timestamp', async () => {
    const steps = (wait: number): readonly StepDeclaration[] => [
      { send: '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK><DATA=1>' },
      { expect: ACK, then: 'SYN-RECEIVED' },
      { wait },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'ESTABLISHED' },
    ];
    const { syn } = REFERENCE_TIMERS;
    const late = await play('SYN-RECEIVED (passive)', steps(1.2 * syn), 4, { condition: 'timestamps' });
    expect(late.reason).to.match(/^the stimulus was so late/);
    expect(late.verdict).to.equal('inconclusive');
    // Without timestamps it makes no difference.
    const { verdict } = await play('SYN-RECEIVED (passive)', steps(1.2 * syn), 4);
    expect(verdict).to.equal('conformant');
  }).timeout(60_000);

  it('are not possible where the user cannot be told what to choose before it opens', async () => {
    const steps: readonly StepDeclaration[] = [{ user: 'TTL 200' }, ...OPENS];
    const { verdict, reason } = await play('CLOSED', steps, 4, { lacks: 'set' });
    expect([verdict, reason]).to.deep.equal([
      'inconclusive',
      "the target's user cannot change the settings of a connection",
    ]);
  }).timeout(60_000);
});
