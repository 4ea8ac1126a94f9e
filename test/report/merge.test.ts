import { expect } from 'chai';
import { mergeRuns } from '../../lib/report/merge.ts';
import type { Run } from '../../lib/report/run.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { stored, storedNotRun } from '../cli/stored.ts';

describe('parts of a run', () => {
  const part = (file: string, ids: readonly string[], more: Partial<Run> = {}) => ({
    file,
    run: {
      ...{ version: '1', seed: 1, profile: 'rfc9293' as const, strict: false, complete: true },
      target: { name: 'Linux 6.1', families: [4 as const] },
      startedAt: '2026-01-02T03:04:05.000Z',
      durationMs: 10,
      cases: ids.map((id) => stored(id, 'conformant')),
      ...more,
    },
  });
  const shard = (number: number, of: number) => ({ shard: { part: number, of } });

  it('make one run: all cases, from the first beginning, as long as the longest part, with the preflightFaults once', () => {
    const fault = { id: 'syn-to-listen.ipv4' } as never;
    const run = mergeRuns([
      part('a', ['x.1'], { ...shard(1, 2), seed: 7, durationMs: 30, preflightFaults: [fault] }),
      part('b', ['x.2'], { ...shard(2, 2), startedAt: '2026-01-01T00:00:00.000Z', preflightFaults: [fault] }),
    ]);
    expect(run.cases.map(({ id }) => id)).to.deep.equal(['x.1', 'x.2']);
    expect(run).to.include({ seed: '7, 1', durationMs: 30, complete: true });
    expect(run.startedAt).to.equal('2026-01-01T00:00:00.000Z');
    expect(run.preflightFaults).to.have.length(1);
    expect(run).to.not.have.property('shard');
  });

  it('make a run that is cut short where one of them is, and tell of the deaths of each', () => {
    const death = { cause: { kind: 'preflight', repeated: true } } as never;
    const run = mergeRuns([
      part('a', ['x.1'], { deaths: [death] }),
      part('b', ['x.2'], { deaths: [death], complete: false }),
    ]);
    expect(run.complete).to.equal(false);
    expect(run.deaths).to.have.length(2);
  });

  it('take what was not tried in one, because the target was lost, from another', () => {
    const loss = { cause: { kind: 'no time', deaths: 3 } as const, onTheWire: [] };
    const untried = (id: string) => storedNotRun(id, { kind: 'target lost', cause: loss.cause });
    const lost = part('a', ['x.1'], {
      ...{ loss, complete: false },
      cases: [stored('x.1', 'deviates'), untried('x.2'), untried('x.3')],
    });
    const whole = mergeRuns([lost, part('b', ['x.2', 'x.3'])]);
    expect(whole.cases.map((one) => [one.id, verdictOf(one, 'rfc9293')])).to.deep.equal([
      ['x.1', 'deviates'],
      ['x.2', 'conformant'],
      ['x.3', 'conformant'],
    ]);
    expect(whole).to.include({ complete: true }).and.to.not.have.property('loss');
    const half = mergeRuns([part('b', ['x.2']), lost]);
    expect(half.cases.map(({ id }) => id)).to.deep.equal(['x.2', 'x.1', 'x.3']);
    expect(half).to.deep.include({ complete: false, loss });
    expect(() => mergeRuns([lost, part('b', ['x.1'])])).to.throw('x.1 over IPv4 is in a and in b');
  });

  it('tell what was found out by any of them about RFC 5961', () => {
    const target = (adoption: object) => ({
      target: { name: 'Linux 6.1', families: [4 as const], adoption },
    });
    const parts = [part('a', ['x.1'], target({ rst: true })), part('b', ['x.2'], target({ syn: false }))];
    expect(mergeRuns(parts).target.adoption).to.deep.equal({ rst: true, syn: false });
    expect(() => mergeRuns([...parts, part('c', ['x.3'], target({ rst: false }))])).to.throw(
      /RST check of RFC 5961 by one of a and c/,
    );
  });

  it('are refused where one is missing, is there twice, or belongs to another run', () => {
    const refused = (...parts: ReturnType<typeof part>[]) => {
      try {
        mergeRuns(parts);
      } catch (error) {
        return (error as Error).message;
      }
      return 'merged';
    };
    expect(refused()).to.equal('there is nothing to merge');
    expect(refused(part('a', ['x.1'], shard(1, 3)), part('b', ['x.2'], shard(3, 3)))).to.equal(
      'part 2 of 3 is missing',
    );
    expect(refused(part('a', ['x.1'], shard(1, 2)), part('b', ['x.2'], shard(2, 3)))).to.equal(
      'b is a part of 3, and others are parts of 2',
    );
    expect(refused(part('a', ['x.1'], shard(1, 1)), part('b', ['x.2']))).to.equal(
      'b is no part, and others are parts of 1',
    );
    expect(refused(part('a', ['x.1']), part('b', ['x.1']))).to.equal('x.1 over IPv4 is in a and in b');
    expect(refused(part('a', ['x.1']), part('b', ['x.2'], { profile: 'rfc793' }))).to.equal(
      'a and b are not parts of one run: the profile is rfc9293 in one, rfc793 in the other',
    );
    const other = { target: { name: 'lwIP', families: [4 as const] } };
    expect(refused(part('a', ['x.1']), part('b', ['x.2'], other))).to.match(/the target is Linux 6.1 in one/);
  });
});
