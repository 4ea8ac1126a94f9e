import { expect } from 'chai';
import type { CaseDeclaration } from '../../lib/catalogue/case.ts';
import { inState, scenarios } from '../../lib/catalogue/declare.ts';
import { sourceOf } from '../../lib/catalogue/source.ts';
import { catalogueOf } from '../../lib/catalogue/suite.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import { SUITES } from '../../suites/index.ts';

const RIGHT: CaseDeclaration = {
  id: 'closed.test-of-errors.right',
  title: 'a case that no suite has',
  send: '<SEQ=ANY><CTL=SYN>',
  expect: { reply: 'silence', then: 'CLOSED' },
  rules: ['RFC 793 3.9 CLOSED', '3.10.7.1'],
};

const declare = (change: Partial<CaseDeclaration>) => () => inState('CLOSED', [{ ...RIGHT, ...change }]);

describe('a mistake in a case', () => {
  it('is named, with what was meant', () => {
    expect(declare({ rules: ['MUST-570' as RuleId] })).to.throw(
      /no such rule: MUST-570 \(did you mean MUST-/,
    );
    expect(declare({ send: '<SEQ=RCV.NEXT>' })).to.throw(
      /unknown variable RCV.NEXT \(did you mean RCV.NXT\?\)/,
    );
    expect(declare({ send: '<SEC=ANY>' })).to.throw(/unknown field SEC \(did you mean SEQ\?\)/);
    expect(declare({ send: '<SEQ=ANY><CTL=SIN>' })).to.throw(/unknown control bit SIN \(did you mean/);
    expect(declare({ send: '<SEQ=ANY><CLT=SYN>' })).to.throw(/unknown field CLT \(did you mean CTL\?\)/);
    expect(declare({ rules: [] })).to.throw('closed.test-of-errors.right: names no rule');
    expect(declare({ id: 'listen.test-of-errors.right' })).to.throw('begins with closed.');
    expect(declare({ title: 'x'.repeat(111) })).to.throw('the title has 111 characters, 110 at most');
  });

  it('is a property or a word that does not exist, also where nobody compiles', () => {
    const outcome = { reply: 'silence', then: 'CLOSED' } as const;
    const written = (change: object) => declare(change as Partial<CaseDeclaration>);
    for (const [change, message] of [
      [{ sned: '<SEQ=ANY>' }, 'no such property: sned (did you mean send?)'],
      [{ condition: 'txt-in-flight' }, 'no such condition: txt-in-flight (did you mean text-in-flight?)'],
      [{ closedBy: 'abrt' }, 'no such closedBy: abrt (did you mean abort?)'],
      [{ expect: { ...outcome, then: 'CLSED' } }, 'no such state: CLSED (did you mean CLOSED?)'],
      [{ expect: [{ ...outcome, level: 'permited' }] }, 'no such level: permited (did you mean permitted?)'],
      [{ expect: { replay: 'silence' } }, 'no such property: replay (did you mean reply?)'],
      [
        { expect: { rfc793: outcome, rfc9239: outcome } },
        'no such property: rfc9239 (did you mean rfc9293?)',
      ],
      [{ expect: { rfc9293: outcome } }, 'rfc793 is missing'],
      [
        { expect: { rfc793: { ...outcome, leftOpen: 'PWAS' } } },
        'no such leftOpen: PWAS (did you mean PAWS?)',
      ],
      [{ expect: { reply: 'silence' } }, 'then is missing'],
      [
        { expect: { ...outcome, reply: 'silent' } },
        'neither a segment nor silence (did you mean silence?): silent',
      ],
      [{ steps: [{ sned: '<SEQ=ANY>' }], send: '<SEQ=ANY>' }, 'no such property: send'],
    ] as const)
      expect(written(change)).to.throw(`closed.test-of-errors.right: ${message}`);
    for (const missing of ['title', 'send', 'expect', 'rules'] as const) {
      const { [missing]: _, ...rest } = RIGHT;
      expect(() => inState('CLOSED', [rest as CaseDeclaration])).to.throw(`right: ${missing} is missing`);
    }
    const steps = (step: object) => () =>
      scenarios('ladders', [
        {
          ...{
            id: 'ladder.test-of-errors.right',
            title: 'one step',
            state: 'ESTABLISHED',
            rules: ['MUST-5'],
          },
          steps: [step as { state: 'ESTABLISHED' }, { expect: 'silence' }],
        },
      ]);
    expect(steps({ sned: '<SEQ=RCV.NXT>' })).to.throw('no such property: sned (did you mean send?)');
    expect(steps({ state: 'ESTABLISHD' })).to.throw('no such state: ESTABLISHD (did you mean ESTABLISHED?)');
    expect(steps({ on: 'b' })).to.throw('a step has none of send, icmp, crowd, user, state, expect, wait');
  });

  it('is a variable that has no value before the peer has sent its SYN', () => {
    const opening = (state: 'LISTEN' | 'SYN-SENT', send: string, reply: string) => () =>
      inState(state, [
        {
          ...RIGHT,
          ...{ id: `${state.toLowerCase()}.test-of-errors.right`, send },
          expect: { rfc793: { reply: 'silence', then: state }, rfc9293: { reply, then: 'SYN-RECEIVED' } },
        },
      ]);
    const syn = '<SEQ=ANY><CTL=SYN>';
    expect(opening('SYN-SENT', syn, '<SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>')).to.throw(
      'syn-sent.test-of-errors.right: RCV.NXT has no value in SYN-SENT before the segment arrives',
    );
    expect(opening('SYN-SENT', '<SEQ=IRS+1><CTL=SYN>', 'silence')).to.throw('IRS has no value');
    expect(opening('LISTEN', syn, '<SEQ=ISS><ACK=SEG.SEQ+1><CTL=SYN,ACK>')).to.throw(
      'ISS has no value in LISTEN',
    );
    expect(opening('SYN-SENT', syn, '<SEQ=ISS><ACK=SEG.SEQ+1><CTL=SYN,ACK>')).not.to.throw();
    expect(opening('LISTEN', syn, '<ACK=SEG.SEQ+1><CTL=SYN,ACK>')).not.to.throw();
  });

  it('is an id that another case of any suite has, told with the place of the later one', () => {
    const again = inState('CLOSED', [{ ...RIGHT, id: 'closed.syn.empty' }]);
    expect(() => catalogueOf([...SUITES, again])).to.throw(
      /^suites\/1-closed\/never-opened\.ts:\d+: closed\.syn\.empty: this id is already taken by another case$/,
    );
    const exchange = scenarios('ladders', [
      {
        id: 'ladder.test-of-errors.right',
        title: 'text is acknowledged',
        state: 'ESTABLISHED',
        steps: [{ send: '<SEQ=RCV.NXT>' }, { expect: 'silence', then: 'ESTABLISHED' }],
        rules: ['3.10.7.4 fifth'],
      },
    ]);
    expect(() => catalogueOf([exchange, exchange])).to.throw(
      'ladder.test-of-errors.right: this id is already',
    );
    expect(() => catalogueOf([exchange, ...SUITES])).not.to.throw();
  });

  it('is found in its file: by its id, or in the family that names it', () => {
    const stack = (file: string): string =>
      `Error\n    at ${new URL(`../../suites/${file}`, import.meta.url).href}:3:1`;
    expect(sourceOf('closed.syn.empty', stack('1-closed/never-opened.ts'))).to.match(
      /suites\/1-closed\/never-opened\.ts:\d+$/,
    );
    expect(sourceOf('established.no-ack.one-before', stack('3-synchronized/established.ts'))).to.match(
      /suites\/3-synchronized\/families\/ack\.ts:\d+$/,
    );
    expect(sourceOf('established.nowhere.at-all', stack('3-synchronized/established.ts'))).to.match(
      /suites\/3-synchronized\/established\.ts:3$/,
    );
    expect(sourceOf('closed.syn.empty')).to.equal(undefined);
  });
});
