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
    expect(declare({ rules: [] })).to.throw('closed.test-of-errors.right: names no rule');
    expect(declare({ id: 'listen.test-of-errors.right' })).to.throw('begins with closed.');
    expect(declare({ title: 'x'.repeat(111) })).to.throw('the title has 111 characters, 110 at most');
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
