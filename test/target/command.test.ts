import { expect } from 'chai';
import { reasonText } from '../../lib/report/expectation.ts';
import { AwaitDriver } from '../../lib/target/await-driver.ts';
import { CommandDriver } from '../../lib/target/command-driver.ts';
import { NotCapable } from '../../lib/target/driver.ts';
import { type CaseResult, verdictOf } from '../../lib/verdict/result.ts';
import { skipWithoutLab } from '../lab/skip.ts';
import { installing } from '../packages.ts';
import { byCapability, play, wasReached } from './scenes/play.ts';
import { CASES, type Reachable } from './scenes/states.ts';

const PASSIVE: readonly Reachable[] = ['LISTEN', 'SYN-RECEIVED, passive'];

/** A program that connects, and closes only after the tester's FIN. */
const CALLER_LACKS: readonly Reachable[] = [
  'CLOSE-WAIT',
  'FIN-WAIT-1',
  'FIN-WAIT-1, closed',
  'FIN-WAIT-2',
  'FIN-WAIT-2, closed',
  'CLOSING',
  'TIME-WAIT',
];

describe('targets that connect', function () {
  this.timeout(120_000);

  const stateOf = (id: string): Reachable | undefined =>
    (Object.keys(CASES) as Reachable[]).find((state) => (CASES[state] as readonly string[]).includes(id));

  const judge = (results: readonly CaseResult[], beyond: readonly Reachable[]): void => {
    for (const result of results) {
      const told = `${result.id} over IPv${result.family}: ${reasonText(result, 'rfc9293')}`;
      if (beyond.includes(stateOf(result.id) as Reachable)) expect(byCapability(result), told).to.equal(true);
      else {
        expect(wasReached(result), told).to.equal(true);
        expect(verdictOf(result, 'rfc9293'), told).to.equal('conformant');
      }
    }
  };

  it('nc, started by a command, gets to every state that begins with an active open', async function () {
    skipWithoutLab(this, installing('netcat-openbsd'));
    const results = await play('play-command', ['nc', ...Object.values(CASES).flat()]);
    expect(results).to.have.length(2 * Object.values(CASES).flat().length);
    judge(results, PASSIVE);
  });

  it('a program that calls all the time gets where it takes the connection by itself', async function () {
    skipWithoutLab(this);
    const ids = Object.values(CASES).map(([first]) => first);
    const results = await play('play-await', ids);
    expect(results).to.have.length(2 * ids.length);
    judge(results, [...PASSIVE, ...CALLER_LACKS]);
  });
});

describe('the command driver', () => {
  const tester = { 4: '192.0.2.1' };

  it('leaves what begins in LISTEN to services', async () => {
    const alone = new CommandDriver({ command: { run: ':' }, tester });
    const refused = await alone.behaviour({ family: 4, state: 'LISTEN' }).catch((error: Error) => error);
    expect(refused).to.be.instanceOf(NotCapable);
    const both = new CommandDriver({ command: { run: ':' }, tester, services: [{ port: 9 }] });
    expect(await both.behaviour({ family: 4, state: 'LISTEN' })).to.deep.equal({ port: 9 });
    expect(await both.behaviour({ family: 4, state: 'SYN-SENT' })).to.not.have.property('port');
  });

  it('fills in where to connect, and ends what it started', async () => {
    const driver = new CommandDriver({
      command: { run: 'test {address}.{port}.{family} = 192.0.2.1.7.4 && sleep 1000' },
      tester,
    });
    await driver.connect(4, 7);
    await driver.release(7);
    await driver.dispose();
  });

  it('has only the families of the tester', async () => {
    const driver = new CommandDriver({ command: { run: ':' }, tester });
    const refused = await driver.connect(6, 7).catch((error: Error) => error);
    expect(refused).to.be.instanceOf(NotCapable);
  });
});

describe('the driver of a target that calls', () => {
  it('gives the port to one connection at a time', async () => {
    const driver = new AwaitDriver({ ports: { 4: 8793 }, application: {} });
    const order: string[] = [];
    const wish = { family: 4, state: 'SYN-SENT' } as const;
    expect(await driver.behaviour(wish)).to.deep.include({ testerPort: 8793 });
    const second = driver.behaviour(wish).then(() => order.push('second'));
    order.push('first is done');
    await driver.release(8793);
    await second;
    expect(order).to.deep.equal(['first is done', 'second']);
    await driver.release(8793);
    expect(await driver.behaviour(wish)).to.deep.include({ testerPort: 8793 });
  });

  it('calls nowhere else, whatever is asked of it', async () => {
    const driver = new AwaitDriver({ ports: { 4: 8793 }, application: {} });
    expect(await driver.connect(4, 8793)).to.deep.equal({ socketId: 8793 });
    const refused = await driver.connect(4, 10_000).catch((error: Error) => error);
    expect(refused).to.be.instanceOf(NotCapable);
    expect((refused as NotCapable).lack).to.deep.equal({ what: 'choice of port', ports: [8793] });
  });

  it('does not call over a family that it has no port for', async () => {
    const driver = new AwaitDriver({ ports: { 4: 8793 }, application: {} });
    const refused = await driver.behaviour({ family: 6, state: 'SYN-SENT' }).catch((error: Error) => error);
    expect((refused as NotCapable).lack).to.deep.equal({ what: 'calls over the family', family: 6 });
  });
});
