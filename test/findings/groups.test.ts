import { expect } from 'chai';
import type { Effect } from '../../lib/findings/effect.ts';
import { groupsOf } from '../../lib/findings/groups.ts';
import type { Look } from '../../lib/findings/looks.ts';
import type { State } from '../../lib/standard/state.ts';

const NO_ACK: Effect = { reply: { due: 'ACK', seen: 'silence' } };
const CLOSING_STATES: readonly State[] = ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK'];
const STATES: readonly State[] = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', ...CLOSING_STATES];

const numbers = ['1', '2', '3', '4', '5'];

const look = (id: string, state: State, { traits = [state], rules = [], ...one }: Partial<Look>): Look => ({
  ...{ id: `${state}.${id}`, state, families: [4], due: { reply: 'ACK' }, traits, rules },
  ...{ marks: new Set([...traits, ...rules]), ...one },
});

/** The ids of each group, without their states. */
const groups = (looks: readonly Look[]): string[][] =>
  groupsOf(looks)
    .map(({ members }) => [...new Set(members.map(({ id }) => id.replace(/^[^.]*\./, '')))].sort())
    .sort();

describe('groups of results', () => {
  it('with a cause that is about a place in the window take in nothing from elsewhere', () => {
    const fin = (id: string, place: Look['traits'], effect?: Effect) => (state: State) =>
      look(id, state, { traits: ['FIN', ...place, state], ...(effect ? { effect } : {}) });
    const looks = [
      ...STATES.map(fin('edge', ['at the right edge'], NO_ACK)),
      ...STATES.map(fin('before', ['before the window'])),
      ...STATES.map(fin('past', ['past RCV.NXT'])),
      ...STATES.map(fin('beyond', ['at or past the right edge'])),
      ...CLOSING_STATES.slice(1).map(fin('second', ['at RCV.NXT'], NO_ACK)),
    ];
    expect(groups(looks)).to.deep.equal([['edge'], ['second']]);
  });

  it('give a stray to the group that shows the same in its state', () => {
    const rules = ['3.10.7.4 fourth'] as const;
    const syn = (id: string, state: State, one: Partial<Look>) =>
      look(id, state, { traits: ['SYN', 'acceptable', state], rules, ...one });
    const reopened: Partial<Look> = {
      effect: { reply: { due: 'SYN,ACK', seen: 'RST' }, state: 'stayed' },
      due: { reply: 'SYN,ACK', then: 'SYN-RECEIVED' },
      after: { due: 'SYN-RECEIVED', seen: 'TIME-WAIT' },
    };
    const kept = (seen: State): Partial<Look> => ({
      effect: { state: 'kept' },
      due: { reply: 'RST', then: 'CLOSED' },
      after: { due: 'CLOSED', seen },
    });
    const looks = [
      ...numbers.map((id) => syn(`kept ${id}`, 'SYN-RECEIVED', kept('SYN-RECEIVED'))),
      ...numbers.map((id) => syn(`reset ${id}`, 'TIME-WAIT', reopened)),
      syn('reset with security', 'TIME-WAIT', kept('TIME-WAIT')),
    ];
    expect(groups(looks)).to.deep.equal([
      numbers.map((id) => `kept ${id}`),
      [...numbers.map((id) => `reset ${id}`), 'reset with security'].sort(),
    ]);
  });

  it('are two of different stimuli that break different rules in one state', () => {
    const entered = (id: string, traits: Look['traits'], rule: Look['rules'][number]) =>
      look(id, 'SYN-RECEIVED', {
        ...{ traits: [...traits, 'SYN-RECEIVED'], rules: [rule], effect: { state: 'entered' } },
      });
    const looks = [
      entered('text before', ['text', 'before the window'], '3.10.7.4 first'),
      entered('ack of iss', ['ACK', 'at RCV.NXT'], '3.10.7.4 fifth'),
      ...(['ACK', 'text', 'FIN', 'no ACK'] as const).map((trait) =>
        look(trait, 'SYN-RECEIVED', { traits: [trait, 'past RCV.NXT', 'SYN-RECEIVED'] }),
      ),
    ];
    expect(groups(looks)).to.deep.equal([['ack of iss'], ['text before']]);
  });

  it('take in a scenario of several steps that ends in the same wrong state', () => {
    const wrong: Partial<Look> = { after: { due: 'CLOSE-WAIT', seen: 'ESTABLISHED' } };
    const fin = (id: string) =>
      look(id, 'ESTABLISHED', {
        ...{ ...wrong, traits: ['FIN', 'ESTABLISHED'], effect: { state: 'stayed' } },
        due: { reply: 'ACK', then: 'CLOSE-WAIT' },
      });
    const { due: _, ...ladder } = look('ladder', 'ESTABLISHED', {
      ...{ ...wrong, traits: [], effect: { state: 'entered' } },
    });
    expect(groups([fin('1'), fin('2'), fin('3'), ladder])).to.deep.equal([['1', '2', '3', 'ladder']]);
  });

  it('do not join a scenario of several steps and a stimulus in another state', () => {
    const effect: Effect = { reply: { due: 'silence', seen: 'ACK' } };
    const rules = ['3.10.7.4 fifth'] as const;
    const text = look('text', 'TIME-WAIT', { traits: ['text', 'no ACK', 'TIME-WAIT'], rules, effect });
    const ladder = (state: State): Look => {
      const { due: _, ...one } = look('ladder', state, { traits: [], rules, effect });
      return one;
    };
    const kept = numbers.map((id) =>
      look(id, 'TIME-WAIT', { traits: text.traits, rules, due: { reply: 'silence', then: 'TIME-WAIT' } }),
    );
    expect(groups([text, ladder('SYN-RECEIVED'), ...kept])).to.deep.equal([['ladder'], ['text']]);
    expect(groups([text, ladder('TIME-WAIT'), ...kept])).to.deep.equal([['ladder', 'text']]);
  });

  it('tell a reset of the wrong form from one whose ACK counts a wrong length', () => {
    const reset = (id: string, field: string, traits: Look['traits']) =>
      look(id, 'CLOSED', {
        ...{ traits: [...traits, 'CLOSED'], rules: ['3.5.2 group 1'], due: { reply: 'RST' } },
        effect: { form: { of: 'RST', field } },
      });
    const looks = [
      ...numbers.map((id) => reset(id, 'CTL', ['SYN', 'ACK'])),
      ...['syn,fin', 'syn,fin with text'].map((id) => reset(id, 'ACK', ['SYN', 'FIN', 'no ACK'])),
      ...[...numbers, '6'].map((id) =>
        look(`syn ${id}`, 'CLOSED', {
          traits: ['SYN', 'no ACK', 'CLOSED'],
          rules: ['3.5.2 group 1'],
          due: { reply: 'RST' },
        }),
      ),
    ];
    expect(groups(looks)).to.deep.equal([numbers, ['syn,fin', 'syn,fin with text']]);
  });
});
