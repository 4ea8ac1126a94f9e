import { expect } from 'chai';
import { TargetWatch } from '../../../lib/runner/trial/target-watch.ts';
import type { Ending } from '../../../lib/verdict/reason.ts';
import { accepting, LISTENER, type ScriptedDriver, world } from '../../states/scripted-target.ts';

describe('the watch over the target', () => {
  const made: ReturnType<typeof world>[] = [];
  after(() => Promise.all(made.map(({ tester }) => tester.close())));

  function watched(patience = 600) {
    const one = world();
    made.push(one);
    const { link, tester, driver } = one;
    link.script = accepting();
    const state = { alive: true, renewed: 0, looks: 0 };
    Object.assign(driver, {
      alive: async () => {
        state.looks += 1;
        return state.alive;
      },
      renew: async () => {
        state.renewed += 1;
      },
    } satisfies Partial<ScriptedDriver> & Record<string, unknown>);
    const watch = new TargetWatch({
      ...{ tester, driver, families: [4], closedPort: 1, within: 10, patience },
    });
    return { ...one, watch, state };
  }

  it('finds a target that is there, and changes nothing', async () => {
    const { watch, state } = watched();
    await watch.check();
    expect([watch.epoch, watch.lost, state.renewed]).to.deep.equal([0, undefined, 0]);
  });

  it('says nothing where the run is stopped', async () => {
    const { tester, watch } = watched();
    await tester.close();
    await watch.check();
    expect([watch.epoch, watch.lost, watch.deaths]).to.deep.equal([0, undefined, []]);
    // Nor where it is stopped while a target is waited for.
    const other = watched();
    other.link.script = () => [];
    const checked = other.watch.check();
    setTimeout(() => other.tester.close(), 100);
    await checked;
    expect([other.watch.epoch, other.watch.lost, other.watch.deaths]).to.deep.equal([0, undefined, []]);
  });

  it('hears from one whose closed ports are silent by its calls', async () => {
    const { link, tester, driver } = watched();
    link.script = () => [];
    tester.expectCalls([8793]);
    const watch = new TargetWatch({
      ...{ tester, driver, families: [4], closedPort: 1, within: 10, silentClosed: true },
    });
    setTimeout(() => link.arrive('<SEQ=9><CTL=SYN>', 8793, 4001), 20);
    await watch.check();
    expect([watch.epoch, watch.lost]).to.deep.equal([0, undefined]);
  });

  it('asks a port that listens where no closed port answers', async () => {
    const { link, tester, driver } = watched();
    const inner = link.script;
    link.script = (sent) => (sent.to === 1 ? [] : inner(sent));
    const ends = { tester, driver, families: [4], closedPort: 1, within: 10, patience: 100 } as const;
    const watch = new TargetWatch({ ...ends, listenersOnly: [4] });
    await watch.check();
    expect([watch.epoch, watch.lost]).to.deep.equal([0, undefined]);
    const other = new TargetWatch(ends);
    await other.check();
    expect(other.lost).to.include({ kind: 'absent' });
  });

  it('does not take a TCP that always resets SYNs for an upper tester that was restarted', async () => {
    const { link, tester, driver, state } = watched();
    link.script = ({ segment: { seq } }) => [`<SEQ=0><ACK=${seq + 1}><CTL=RST,ACK>`];
    const watch = new TargetWatch({
      ...{ tester, driver, families: [4], closedPort: 1, within: 10, listenersReset: true },
    });
    await watch.check();
    expect([watch.epoch, watch.lost, state.renewed]).to.deep.equal([0, undefined, 0]);
  });

  it('takes what the target was before a restart for another epoch, without being asked to look', () => {
    const { driver, watch } = watched();
    expect(watch.epoch).to.equal(0);
    Object.assign(driver, { restarts: 2 });
    expect(watch.epoch).to.equal(2);
  });

  it('takes a restart by somebody else for a death, once', async () => {
    const { driver, watch } = watched();
    Object.assign(driver, { restarts: 1, lastEnding: { signal: 'SIGSEGV' } });
    await watch.check();
    await watch.check();
    expect(watch.deaths.map(({ ending }) => ending)).to.deep.equal([{ signal: 'SIGSEGV' }]);
    expect(watch.lost).to.equal(undefined);
  });

  it('dates such a death by the end of its process, since it may have answered again', async () => {
    const { driver, watch } = watched();
    await watch.check();
    Object.assign(driver, { restarts: 1, lastEnding: { signal: 'SIGFPE' }, lastEndedAt: 1 });
    await watch.check();
    expect(watch.deaths).to.deep.equal([{ heardAt: 1, ending: { signal: 'SIGFPE' } }]);
  });

  it('looks once for all who ask at the same time, and again for who asks meanwhile', async () => {
    const { watch, state } = watched();
    const first = watch.check();
    await Promise.all([first, watch.check(), watch.check(), watch.check()]);
    expect(state.looks).to.equal(2);
  });

  it('waits for one that comes back: what was before is of another epoch', async () => {
    const { watch, state } = watched(5000);
    state.alive = false;
    setTimeout(() => {
      state.alive = true;
    }, 100);
    await watch.check();
    expect([watch.epoch, watch.lost, state.renewed]).to.deep.equal([1, undefined, 0]);
  });

  it('gives up one that does not, says why, and sets free who waits for its user', async () => {
    const { watch, state } = watched(300);
    state.alive = false;
    await watch.check();
    expect(watch.lost).to.deep.equal({
      ...{ kind: 'absent', absence: { what: 'driver', driver: { name: 'a script' } }, seconds: 0 },
    });
    expect(state.renewed).to.equal(1);
    const { looks } = state;
    await watch.check();
    expect(state.looks, 'nobody looks for it again').to.equal(looks);
  });

  it('sees that the path is gone', async () => {
    const { watch, link } = watched(300);
    link.script = () => [];
    await watch.check();
    expect(watch.lost).to.deep.equal({
      ...{ kind: 'absent', absence: { what: 'address', address: '192.0.2.2' }, seconds: 0 },
    });
  });

  it('begins anew with an upper tester that was restarted: its listeners are gone', async () => {
    const { watch, state, link } = watched();
    const inner = link.script;
    link.script = (sent) =>
      sent.to === LISTENER ? [`<SEQ=0><ACK=${sent.segment.seq + 1}><CTL=RST,ACK>`] : inner(sent);
    await watch.check();
    expect([watch.epoch, watch.lost, state.renewed]).to.deep.equal([1, undefined, 1]);
  });

  it('believes nothing that was begun before all had been begun anew: that closes every connection', async () => {
    const { watch, driver, link } = watched();
    link.script = ({ segment: { seq } }) => [`<SEQ=0><ACK=${seq + 1}><CTL=RST,ACK>`];
    let meanwhile: number | undefined;
    Object.assign(driver, {
      renew: async () => {
        meanwhile = watch.epoch;
      },
    });
    await watch.check();
    expect(meanwhile).to.be.below(watch.epoch);
  });

  describe('over one that can be started again', () => {
    /** A target whose process has ended or hangs. A restart brings it back, so many times. */
    function mortal(ending: Ending | undefined, comesBack = true) {
      const one = watched();
      const inner = one.link.script;
      const state = { dead: true, restarts: 0 };
      one.link.script = (sent) => (state.dead ? [] : inner(sent));
      const watch = new TargetWatch({
        ...{
          tester: one.tester,
          driver: one.driver,
          families: [4],
          closedPort: 1,
          within: 10,
          patience: 300,
        },
        ending: () => (state.dead ? ending : undefined),
        restart: async () => {
          state.restarts += 1;
          if (!comesBack) throw new Error('it says nothing');
          state.dead = false;
        },
      });
      return { ...one, watch, state };
    }

    it('waits for no process that has ended, starts it again, and knows how it ended', async () => {
      const { watch, state } = mortal({ exitCode: 70 });
      const began = performance.now();
      await watch.check();
      expect(performance.now() - began).to.be.below(250);
      expect([watch.epoch, watch.lost, state.restarts]).to.deep.equal([1, undefined, 1]);
      expect(watch.deaths.map(({ ending }) => ending)).to.deep.equal([{ exitCode: 70 }]);
    });

    it('starts one again that answers nothing, though its process is there', async () => {
      const { watch, state } = mortal(undefined);
      await watch.check();
      expect([watch.lost, state.restarts, watch.deaths.length]).to.deep.equal([undefined, 1, 1]);
      expect(watch.deaths[0]?.ending).to.equal(undefined);
    });

    it('starts what moves its user again, and takes that for no death of its TCP', async () => {
      const { watch, state, driver } = mortal(undefined);
      state.dead = false;
      Object.assign(driver, { alive: async () => state.restarts > 0 });
      await watch.check();
      expect([watch.lost, state.restarts, watch.deaths.length]).to.deep.equal([undefined, 1, 0]);
    });

    it('sees the death of one that ends between the answer of its TCP and the question to its user', async () => {
      const { watch, state, driver } = mortal({ signal: 'SIGABRT' });
      state.dead = false;
      Object.assign(driver, {
        alive: async () => {
          if (state.restarts === 0) state.dead = true;
          return !state.dead;
        },
      });
      await watch.check();
      expect(watch.deaths.map(({ ending }) => ending)).to.deep.equal([{ signal: 'SIGABRT' }]);
      expect([watch.lost, state.restarts, watch.epoch]).to.deep.equal([undefined, 1, 1]);
    });

    it('gives it up when it does not come up again', async () => {
      const { watch } = mortal({ signal: 'SIGSEGV' }, false);
      await watch.check();
      expect(watch.lost).to.deep.equal({ kind: 'restart failed', told: 'it says nothing' });
    });

    it('says how it ended when nobody can start it again', async () => {
      const { tester, driver, link } = mortal(undefined);
      link.script = () => [];
      const watch = new TargetWatch({
        ...{ tester, driver, families: [4], closedPort: 1, within: 10, patience: 300 },
        ending: () => ({ signal: 'SIGSEGV' }),
      });
      await watch.check();
      expect(watch.lost).to.deep.include({ absence: { what: 'process' }, ending: { signal: 'SIGSEGV' } });
    });
  });

  it('takes one for dead that was silent and comes back with nothing of before', async () => {
    const { watch, link } = watched(5000);
    let silent = true;
    link.script = ({ segment: { seq } }) => (silent ? [] : [`<SEQ=0><ACK=${seq + 1}><CTL=RST,ACK>`]);
    setTimeout(() => {
      silent = false;
    }, 100);
    await watch.check();
    expect([watch.epoch, watch.lost, watch.deaths.length]).to.deep.equal([1, undefined, 1]);
  });

  it('gives up one that was restarted and cannot be begun anew with', async () => {
    const { watch, driver, link } = watched();
    link.script = ({ segment: { seq } }) => [`<SEQ=0><ACK=${seq + 1}><CTL=RST,ACK>`];
    Object.assign(driver, { renew: () => Promise.reject(new Error('nobody is there')) });
    await watch.check();
    expect(watch.lost).to.deep.equal({ kind: 'driver failed after a restart', told: 'nobody is there' });
  });
});
