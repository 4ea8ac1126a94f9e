import { expect } from 'chai';
import { readReply } from '../../lib/catalogue/resolve.ts';
import { parseSegment } from '../../lib/notation/index.ts';
import { reproduction } from '../../lib/report/reproduce/reproduce.ts';
import type { ReportCase, ReportRecord, Run } from '../../lib/report/run.ts';
import type { ShownOutcome, Subject } from '../../lib/report/subject.ts';
import { ALL_CHECKS, type KnownAdoption } from '../../lib/standard/adoption.ts';
import { PROFILES } from '../../lib/standard/profile.ts';
import { stored } from '../cli/stored.ts';
import { segment } from '../tester/memory-link.ts';

const ACK = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';

const say = (from: 'tester' | 'target', role: ReportRecord['role'], text: string, at = 1): ReportRecord => ({
  from,
  role,
  at,
  segment: segment(text),
  relative: parseSegment(text),
});

const HANDSHAKE = [
  say('tester', 'setup', '<SEQ=99><CTL=SYN><WND=4380><MSS=1460>', 0),
  say('target', 'setup', '<SEQ=5000><ACK=100><CTL=SYN,ACK>'),
  say('tester', 'setup', '<SEQ=100><ACK=5001><CTL=ACK>'),
];
const PROOF = [
  say('tester', 'proof', '<SEQ=99><ACK=5001><CTL=ACK><DATA=1>', 300),
  say('target', 'proof', '<SEQ=5001><ACK=100><CTL=ACK>', 301),
];

const subject = (...outcomes: Omit<ShownOutcome, 'level'>[]): Subject => ({
  id: 'a.b',
  cite: ['RFC 793 3.9 first'],
  requirements: ['3.10.7.4 first'],
  expect: Object.fromEntries(
    PROFILES.map((profile) => [profile, outcomes.map((one) => ({ ...one, level: 'required' }))]),
  ) as Subject['expect'] & object,
});

const target = (adoption: KnownAdoption = ALL_CHECKS): Run['target'] => ({
  name: 'Linux 6.1',
  families: [4],
  adoption,
});

const result = (records: readonly ReportRecord[], more: Parameters<typeof stored>[2] = {}): ReportCase =>
  stored('a.b', 'deviates', {
    variables: { 'SND.NXT': 5001, 'RCV.NXT': 100, 'SEG.SEQ': 99, 'SEG.ACK': 0 },
    observed: records.filter(({ role }) => role === 'reply').map(({ segment }) => segment),
    records,
    ...more,
  });

/** The events of the script, without its head and its remarks. */
const events = (text: string): string[] => text.split('\n').filter((line) => line && !line.startsWith('//'));

describe('a reproducer', () => {
  const stimulus = say('tester', 'stimulus', '<SEQ=99><CTL=RST>', 2);
  const reply = say('target', 'reply', '<SEQ=5001><ACK=100><CTL=ACK>', 3);

  it('says rule and citation, and that it fails where the reply deviates', () => {
    const records = [...HANDSHAKE, stimulus, ...PROOF];
    const text = reproduction(
      result(records),
      subject({ reply: readReply(ACK), then: 'ESTABLISHED' }),
      target(),
      {
        profile: 'rfc9293',
      },
    );
    expect(text).to.contain('// rule: Sequence number: an unacceptable segment gets an empty ACK');
    expect(text).to.contain('// cited: RFC 793 3.9 first');
    expect(text).to.contain('on this target it fails.\n');
    expect(events(text).at(-1)).to.equal('+0~+1 > . 1:1(0) ack 1 <...>');
  });

  it('lets silence be broken before the proof, where the state is as expected', () => {
    const records = [...HANDSHAKE, stimulus, reply, ...PROOF];
    const reproduce = (stateAfter: 'ESTABLISHED' | 'CLOSED') =>
      events(
        reproduction(
          result(records, {
            stateAfter,
          }),
          subject({ reply: [], then: 'ESTABLISHED' }),
          target(),
          { profile: 'rfc9293' },
        ),
      );
    expect(reproduce('ESTABLISHED').slice(-3)).to.deep.equal([
      '+0.001 < R 0:0(0) win 4380',
      '+0.298 < . 0:1(1) ack 1 win 4380',
      '+0~+2 > . 1:1(0) ack 1 <...>',
    ]);
    expect(reproduce('CLOSED').at(-1)).to.equal('+0.001 < R 0:0(0) win 4380');
  });

  it('holds what was observed where the state after alone deviates, and says so', () => {
    const records = [...HANDSHAKE, stimulus, reply, ...PROOF];
    const text = reproduction(
      result(records, {
        stateAfter: 'CLOSED',
        judgement: {
          ...{ verdict: 'deviates', outcome: { reply: readReply(ACK), then: 'ESTABLISHED' }, others: 0 },
          faults: [{ kind: 'state', expected: 'ESTABLISHED', observed: 'CLOSED' }],
        },
      }),
      subject({ reply: readReply(ACK), then: 'ESTABLISHED' }),
      target(),
      { profile: 'rfc9293' },
    );
    expect(text).to.contain(
      'The script holds what was observed: what deviates is the state after, see the proof.\n',
    );
    expect(events(text)).to.have.length(12);
  });

  it('expects of a target what follows from its choice of the checks of RFC 5961', () => {
    const choice = subject(
      { reply: readReply('<SEQ=0><CTL=RST>'), then: 'CLOSED', when: { check: 'syn', adopted: false } },
      { reply: readReply(ACK), then: 'ESTABLISHED', when: { check: 'syn', adopted: true } },
    );
    const script = (found: KnownAdoption) =>
      reproduction(result([...HANDSHAKE, stimulus]), choice, target(found), { profile: 'rfc9293' });
    expect(script({ rst: false, syn: true })).to.contain(`// expected: ${ACK}\n`);
    expect(script({ rst: true, syn: false })).to.contain('// expected: <SEQ=0><CTL=RST>\n');
  });

  it('lets the user read up to the end when the peer has closed: what is unread decides in Linux', () => {
    const closed = say('tester', 'setup', '<SEQ=100><ACK=5001><CTL=FIN,ACK>');
    const lines = (more: Parameters<typeof stored>[2] = {}) =>
      events(
        reproduction(result([...HANDSHAKE, closed, stimulus], more), undefined, target(), {
          profile: 'rfc9293',
          observed: true,
        }),
      );
    expect(lines()).to.include('+0 read(4, ..., 1) = 0');
    expect(lines({ conditions: ['zero-window'] }).join()).not.to.contain('read(');
    const fin = say('target', 'setup', '<SEQ=5001><ACK=100><CTL=FIN,ACK>');
    const both = result([...HANDSHAKE, fin, closed, stimulus], {
      conditions: ['user-closed'],
    });
    const text = reproduction(both, undefined, target(), { profile: 'rfc9293', observed: true });
    expect(text).to.contain('+0 close(4) = 0').and.not.contain('read(');
  });

  it('leaves out what a timer has sent again, on the way to the state only', () => {
    const fin = say('target', 'setup', '<SEQ=5001><ACK=100><CTL=FIN,ACK>');
    const again = { ...fin, role: 'proof' as const, at: 300 };
    const records = [...HANDSHAKE, fin, { ...fin, at: 200 }, stimulus, again];
    const text = reproduction(result(records), undefined, target(), { profile: 'rfc9293', observed: true });
    expect(events(text).filter((line) => line.includes('> F.'))).to.have.length(2);
  });

  it('does not promise the numbers of a connection anew', () => {
    const anew = [
      say('tester', 'proof', '<SEQ=7000><CTL=SYN>', 300),
      say('target', 'proof', '<SEQ=123456><ACK=7001><CTL=SYN,ACK>', 301),
    ];
    const text = reproduction(result([...HANDSHAKE, stimulus, ...anew]), undefined, target(), {
      profile: 'rfc9293',
      observed: true,
    });
    expect(text).to.contain('// packetdrill cannot write <SEQ=123456>');
  });

  it('says what of a malformed header it cannot write', () => {
    const malformed = say(
      'tester',
      'stimulus',
      '<SEQ=100><ACK=5001><CTL=ACK><OFFSET=4><RESERVED=14><CHECKSUM=0><OPT=fe000000>',
      10,
    );
    const text = reproduction(result([...HANDSHAKE, malformed]), undefined, target(), {
      profile: 'rfc9293',
      observed: true,
    });
    for (const what of ['data offset', 'reserved bits', 'checksum', 'octets of the options'])
      expect(text).to.contain(`// packetdrill cannot write the ${what} of the stimulus`);
  });
});
