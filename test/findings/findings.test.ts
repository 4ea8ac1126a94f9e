import { expect } from 'chai';
import { resultsOf } from '../../bench/mutant-results.ts';
import { MUTANTS } from '../../bench/mutants/index.ts';
import { findingsIn } from '../../lib/findings/findings.ts';

function mutant(name: string) {
  const one = MUTANTS.find((each) => each.name === name);
  if (!one) throw new Error(`no mutant ${name}`);
  return one;
}

const findingsOf = (name: string) => findingsIn(resultsOf(mutant(name)), mutant(name).base);

describe('findings', function () {
  this.timeout(120_000);

  it('are none of a TCP without faults', () => {
    expect(findingsIn(resultsOf({ base: 'rfc9293' }), 'rfc9293')).to.deep.equal([]);
  });

  it('of a fault in the form of the reset are one wherever a reset is due', () => {
    const findings = findingsOf('first-form-with-ack-bit');
    expect(findings).to.have.length(1);
    const [finding] = findings;
    expect(finding?.effect).to.have.nested.property('form.of', 'RST');
    expect(finding?.states).to.include.members(['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED']);
    expect(finding?.harm).to.equal('wrong reply');
  });

  for (const [name, what] of [
    ['timestamps-unoffered', 'of an option that is wrong are one, whatever drew the reply'],
    ['rst-challenged-outside', 'of one reply to one kind of segment are one, wherever it lies'],
    ['ack-check-not-in-fin-wait-1', 'of few results in one state by one rule are one'],
    ['checksum-zero-believed', 'of a false field of the header are one, whatever follows'],
    ['empty-ack-one-octet-back', 'of a wrong number in an ACK are one, also where no ACK is due'],
    ['precedence-lower-ignored', 'take in what happens to the same special stimulus otherwise'],
  ] as const) {
    it(what, () => expect(findingsOf(name).map(({ id }) => id)).to.have.length(1));
  }

  it('name the rule of the plain segments; of special ones where there are no others', () => {
    for (const [name, rule] of [
      ['syn-sent-established-silently', '3.10.7.3 fourth'],
      ['ack-duplicate-answered', '3.10.7.4 fifth'],
      ['option-length-kills', 'MUST-68'],
      ['paws-on-rst', 'RFC 7323 5.3 R1'],
    ] as const)
      expect(findingsOf(name).map((one) => one.rule)).to.deep.equal([rule]);
  });

  it('name the step that acknowledges what lies outside the window, whatever a later step says of it', () => {
    const ids = /^(established|fin-wait-.|close-wait|closing|last-ack)\.no-ack/;
    const results = resultsOf(mutant('outside-silent-without-ack')).filter(({ id }) => ids.test(id));
    expect(findingsIn(results, 'rfc9293').map((one) => one.rule)).to.deep.equal(['3.10.7.4 first']);
  });

  it('are not about the checksum where the fault lies behind its check', () => {
    expect(findingsOf('ack-unsigned').map((one) => one.rule)).to.deep.equal(['3.10.7.4 fifth']);
  });

  it('have every case that deviates, each in one finding', () => {
    for (const name of ['syn-ack-missing', 'form-always-first']) {
      const results = resultsOf(mutant(name));
      const failing = results.filter(
        (one) => one.outcome === 'judged' && one.judgements[mutant(name).base].verdict === 'deviates',
      );
      const told = findingsOf(name).flatMap(({ cases }) => cases.map(({ id }) => id));
      expect(told).to.have.members(failing.map(({ id }) => id));
      expect(new Set(told).size).to.equal(told.length);
    }
  });

  it('have the same ids whatever the order of the results', () => {
    const results = resultsOf(mutant('form-always-first'));
    const { base } = mutant('form-always-first');
    const ids = (list: typeof results) => findingsIn(list, base).map(({ id }) => id);
    expect(ids([...results].reverse())).to.have.members(ids(results));
  });
});
