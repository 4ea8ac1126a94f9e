import { expect } from 'chai';
import type { ScenarioDeclaration, StepDeclaration } from '../../lib/catalogue/case.ts';
import { SCENARIOS } from '../../lib/catalogue/catalogue.ts';
import { declarationOf, printReply, resolveScenario } from '../../lib/catalogue/resolve.ts';
import { isCase, outcomesOf, sentText } from '../../lib/catalogue/scenario.ts';

const ACK = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';

const declared = (steps: readonly StepDeclaration[], more: Partial<ScenarioDeclaration> = {}) =>
  ({
    ...{ id: 'ladder.a.b', title: 'a title', state: 'ESTABLISHED', rules: ['3.10.7.4 first'], steps },
    ...more,
  }) as ScenarioDeclaration;

describe('a scenario', () => {
  it('is the same after a way through JSON, for each of the catalogue', () => {
    for (const scenario of SCENARIOS) {
      const json = JSON.stringify(declarationOf(scenario));
      expect(resolveScenario(JSON.parse(json)), scenario.id).to.deep.equal(scenario);
    }
  });

  it('is the same after a way through JSON, with steps of every kind', () => {
    const scenario = resolveScenario(
      declared(
        [
          { user: 'SEND 10' },
          { send: [ACK, '<SEQ=RCV.NXT+2><CTL=RST>'] },
          { expect: [{ reply: [ACK, ACK] }, 'silence'], within: 500, notBefore: 10, delivered: 3 },
          { icmp: 'host unreachable', about: ACK, otherPort: 'tester', on: 'b' },
          { user: 'CLOSE LISTENER', on: 'b' },
          { state: 'CLOSED', on: 'b' },
          {
            expect: {
              rfc793: 'silence',
              rfc5961: [ACK, { reply: 'silence', level: 'permitted', ends: true }],
            },
            then: 'CLOSED',
          },
        ],
        { beside: { b: { state: 'SYN-RECEIVED (passive)', condition: 'timestamps' } } },
      ),
    );
    expect(scenario.families).to.deep.equal([4, 6]);
    expect(resolveScenario(JSON.parse(JSON.stringify(declarationOf(scenario))))).to.deep.equal(scenario);
  });

  it('of the short form is one of two steps', () => {
    const scenario = resolveScenario({
      ...{ id: 'established.a.b', title: 'a title', state: 'ESTABLISHED', rules: ['3.10.7.4 first'] },
      ...{ send: ACK, expect: { reply: 'silence', then: 'ESTABLISHED' } },
    });
    expect(isCase(scenario)).to.equal(true);
    expect(sentText(scenario)).to.equal(ACK);
    expect(outcomesOf(scenario).rfc793.map(({ reply }) => printReply(reply))).to.deep.equal(['silence']);
  });

  it('is of the families that have its ICMP errors', () => {
    const about = (icmp: 'source quench' | 'packet too big' | 'port unreachable') =>
      resolveScenario(declared([{ icmp, about: ACK }, { expect: 'silence' }])).families;
    expect(about('source quench')).to.deep.equal([4]);
    expect(about('packet too big')).to.deep.equal([6]);
    expect(about('port unreachable')).to.deep.equal([4, 6]);
  });

  it('is refused where it is wrong, and told in what', () => {
    const resolving = (steps: readonly StepDeclaration[]) => () => resolveScenario(declared(steps));
    const then = 'ESTABLISHED' as const;
    expect(resolving([{ send: ACK }])).to.throw('expects nothing');
    expect(resolving([{ expect: 'silence', then }, { send: ACK }])).to.throw(
      'nothing is expected of the last step',
    );
    expect(resolving([{ send: [] }, { expect: 'silence', then }])).to.throw('a step sends nothing');
    expect(resolving([{ user: 'SEND 0' }, { expect: 'silence', then }])).to.throw(
      'no such user call: SEND 0',
    );
    expect(resolving([{ user: 'CLOSED' as 'CLOSE' }, { expect: 'silence', then }])).to.throw(
      'no such user call: CLOSED (did you mean CLOSE?)',
    );
    expect(
      resolving([
        { send: ACK, on: 'b' },
        { expect: 'silence', then },
      ]),
    ).to.throw('there is no connection b beside the first');
    expect(
      resolving([
        { icmp: 'port unreachble' as never, about: ACK },
        { expect: 'silence', then },
      ]),
    ).to.throw('no such ICMP error: port unreachble (did you mean port unreachable?)');
    expect(resolving([{ send: '<SEQ=RCV.NEXT>' }, { expect: 'silence', then }])).to.throw('unknown variable');
  });
});
