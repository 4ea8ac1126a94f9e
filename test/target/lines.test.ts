import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { reasonText } from '../../lib/report/expectation.ts';
import { channelToCommand, LinesDriver } from '../../lib/target/lines-driver.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { skipWithoutLab } from '../lab/skip.ts';
import { play, wasReached } from './scenes/play.ts';
import { CASES } from './scenes/states.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/targets/lines.py', import.meta.url));

describe('an application that takes lines', function () {
  this.timeout(120_000);

  it('in 40 lines of Python, gets to every state', async function () {
    skipWithoutLab(this);
    const lines = readFileSync(EXAMPLE, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    expect(lines).to.have.length.of.at.most(40);
    const ids = Object.values(CASES).flat();
    const results = await play('play-lines', ids);
    expect(results).to.have.length(2 * ids.length);
    for (const result of results) {
      const told = `${result.id} over IPv${result.family}: ${reasonText(result, 'rfc9293')}`;
      expect(wasReached(result), told).to.equal(true);
      expect(verdictOf(result, 'rfc9293'), told).to.equal('conformant');
    }
  });
});

describe('the lines driver', () => {
  const tester = { 4: '192.0.2.1' };

  /** An application that answers by a table, `undefined` with silence; and what it was asked. */
  async function scripted(answers: Readonly<Record<string, string | undefined>>) {
    const asked: string[] = [];
    const [input, output] = [new PassThrough(), new PassThrough()];
    createInterface(input).on('line', (line) => {
      const [number, verb = '', ...words] = line.split(' ');
      asked.push([verb, ...words].join(' '));
      const answer = verb in answers ? answers[verb] : 'ok';
      if (answer !== undefined) output.write(`${number} ${answer}\n`);
    });
    const open = async () => ({ input, output, close: async () => void output.end() });
    const driver = await LinesDriver.open({ name: 'lines', tester, open });
    return { driver, asked, tell: (line: string) => output.write(`${line}\n`) };
  }
  const failure = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'none',
      ({ message }: Error) => message,
    );

  it('commands by lines, one each', async () => {
    const { driver, asked } = await scripted({ listen: 'ok 1', connect: 'ok 2', receive: 'ok 7' });
    const port = await driver.listener(4, 'plain');
    const handle = await driver.connect(4, 12_000, 'plain');
    await driver.send(handle, 1000);
    expect((await driver.delivered(handle)).count).to.equal(7);
    expect((await driver.delivered(handle)).count).to.equal(0);
    await driver.shutdown(handle);
    await driver.close(handle);
    await driver.dispose();
    expect(asked).to.deep.equal([
      ...['ping', `listen 4 ${port}`, 'connect 4 192.0.2.1 12000', 'send 2 1000', 'receive 2', 'receive 2'],
      ...['shutdown 2', 'close 2'],
    ]);
  });

  it('knows an accepted connection by the port of the tester, and passes over other lines', async () => {
    const { driver, asked, tell } = await scripted({});
    const waiting = driver.accepted(12_001, 1000);
    tell('hello, I am a stack');
    tell('accept 1 3 12001');
    const handle = await waiting;
    expect(handle).to.deep.equal({ socketId: 3 });
    expect(await driver.accepted(12_001, 1)).to.equal(handle);
    expect(await driver.accepted(12_001, 1, handle)).to.equal(undefined);
    await driver.release(12_001, undefined);
    expect(asked.at(-1)).to.equal('abort 3');
    await driver.dispose();
  });

  it('says what was asked when the application refuses, or ends', async () => {
    const { driver, tell } = await scripted({ listen: 'no not today', connect: 'ok', send: undefined });
    expect(await failure(driver.listener(4, 'plain'))).to.match(
      /answered `2 listen 4 \d+` with no not today/,
    );
    expect(await failure(driver.connect(4, 12_000, 'plain'))).to.match(/with ok, and no number/);
    tell('accept 1 3 12001');
    const handle = await driver.accepted(12_001, 1000);
    const sending = failure(driver.send(handle as { socketId: number }, 1));
    await driver.dispose();
    expect(await sending).to.equal('the run is over');
  });

  it('begins anew with a new application, which has none of the old connections', async () => {
    const python = `exec python3 ${EXAMPLE} 127.0.0.1`;
    // A port of this machine without a listener.
    const driver = await LinesDriver.open({
      name: 'lines',
      tester: { 4: '127.0.0.1' },
      open: () => channelToCommand(python),
    });
    await driver.listener(4, 'plain');
    const handle = await driver.connect(4, 9, 'plain');
    await driver.renew();
    expect(await failure(driver.send(handle, 1))).to.match(/no such connection any more/);
    expect(await driver.alive(3000)).to.equal(true);
    await driver.dispose();
    expect(await driver.alive(200)).to.equal(false);
  });
});
