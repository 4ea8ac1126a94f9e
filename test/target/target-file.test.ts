import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { STACKS } from '../../lib/lab/stacks/index.ts';
import { limitedTo } from '../../lib/target/capabilities.ts';
import { type Driver, NotCapable } from '../../lib/target/driver.ts';
import { openTarget, widthFor } from '../../lib/target/open-target.ts';
import { ServicesDriver } from '../../lib/target/services-driver.ts';
import {
  parseTargetFile,
  readTargetFile,
  TargetFileError,
  targetFileJsonSchema,
} from '../../lib/target/target-file.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/targets/', import.meta.url));
const SCHEMA = fileURLToPath(new URL('../../schemas/target-file.schema.json', import.meta.url));

const minimal = {
  name: 'a target',
  addresses: { ipv4: '127.0.0.1' },
  driver: { kind: 'services', services: [{ port: 9 }] },
};

const complaint = (value: unknown): string => {
  try {
    parseTargetFile(value, 'my-stack.json');
  } catch (error) {
    expect(error).to.be.instanceOf(TargetFileError);
    return (error as Error).message;
  }
  return 'none';
};

const refusal = async (promise: Promise<unknown> | undefined): Promise<string> => {
  try {
    await promise;
  } catch (error) {
    expect(error).to.be.instanceOf(NotCapable);
    return (error as NotCapable).lack.what;
  }
  return 'none';
};

describe('the target file', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'segment-arrives-target-file-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const written = (content: string): string => {
    const path = join(folder, 'my-stack.json');
    writeFileSync(path, content);
    return path;
  };

  it('has a published schema that says what the program checks (npm run schema)', () => {
    expect(JSON.parse(readFileSync(SCHEMA, 'utf8'))).to.deep.equal(
      JSON.parse(JSON.stringify(targetFileJsonSchema())),
    );
  });

  const examples = readdirSync(EXAMPLES).filter((name) => name.endsWith('.json'));
  for (const name of examples) {
    it(`takes the example ${name}`, () => {
      expect(readTargetFile(join(EXAMPLES, name)).name).to.not.equal('');
    });
  }

  it('has an example for each stack of the lab', () => {
    for (const { id } of STACKS) expect(examples).to.include(`${id}.json`);
  });

  it('has a page that leads to each example', () => {
    const page = readFileSync(join(EXAMPLES, 'README.md'), 'utf8');
    for (const name of examples) expect(page).to.contain(`(${name})`);
  });

  it('names the field that is wrong', () => {
    expect(complaint({ ...minimal, driver: { kind: 'services', services: [{ port: 0 }] } })).to.match(
      /^my-stack\.json: driver\.services\[0\]\.port: /,
    );
    expect(complaint({ ...minimal, addresses: { ipv4: '192.0.2.300' } })).to.match(
      /^my-stack\.json: addresses\.ipv4: /,
    );
    expect(complaint({ ...minimal, driver: { kind: 'telepathy' } })).to.match(
      /^my-stack\.json: driver\.kind: /,
    );
    expect(complaint({ ...minimal, limits: { connections: 'many' } })).to.match(
      /^my-stack\.json: limits\.connections: /,
    );
    expect(complaint({ ...minimal, capabilities: { halfclose: true } })).to.match(
      /^my-stack\.json: capabilities: .*halfclose/,
    );
    expect(complaint({ ...minimal, profile: 'rfc1' })).to.match(/^my-stack\.json: profile: /);
    expect(complaint({ ...minimal, addresses: {} })).to.equal(
      'my-stack.json: addresses: needs ipv4, ipv6 or both',
    );
    expect(complaint({ ...minimal, driver: { kind: 'command', run: 'nc {address}' } })).to.equal(
      'my-stack.json: driver.run: lacks {port}',
    );
    expect(complaint({ ...minimal, driver: { kind: 'lines', run: './app', port: 7 } })).to.equal(
      'my-stack.json: driver: has run and port: give one',
    );
  });

  it('says so when there is no file, or no JSON in it', () => {
    expect(() => readTargetFile(join(folder, 'nowhere.json'))).to.throw(
      TargetFileError,
      /nowhere\.json: cannot be read \(ENOENT\)/,
    );
    expect(() => readTargetFile(written('{'))).to.throw(TargetFileError, /my-stack\.json: not JSON: /);
  });

  it('says where lines are to go, unless the program under test takes them', async () => {
    const path = written(JSON.stringify({ ...minimal, driver: { kind: 'lines' } }));
    const refused = await openTarget(path, [4]).catch((error: Error) => error);
    expect((refused as Error).message).to.match(/driver: lines need run or port, unless `lab tap`/);
  });

  it('is opened with its addresses, its driver and what bounds it', async () => {
    const file = { ...minimal, closedPort: 7, limits: { connections: 3 }, profile: 'rfc1122' };
    const target = await openTarget(written(JSON.stringify(file)), [4, 6]);
    expect(target).to.deep.include({
      name: 'a target',
      families: [4],
      tester: { 4: '127.0.0.1' },
      target: { 4: '127.0.0.1' },
      width: 3,
      closedPort: 7,
      profile: 'rfc1122',
      described: { connections: 3 },
    });
    expect(target.driver.name).to.equal('services (9)');
    await target.stop();
  });

  it('tells the tester whether the target calls again at once', async () => {
    for (const atOnce of [true, undefined]) {
      const driver = { kind: 'await', port: 8793, ...(atOnce ? { atOnce } : {}) };
      const file = { ...minimal, driver, capabilities: { resets: false } };
      const target = await openTarget(written(JSON.stringify(file)), [4]);
      expect(target.driver.callsAtOnce).to.equal(atOnce ?? false);
      await target.stop();
    }
  });

  it('is refused when it has no address of the families that are wanted', async () => {
    const path = written(JSON.stringify(minimal));
    const error = await openTarget(path, [6]).catch((reason: Error) => reason);
    expect(error).to.be.instanceOf(TargetFileError);
    expect((error as Error).message).to.equal(`${path}: addresses: none of IPv6`);
  });

  it('bounds the cases at once by the rates at which the target answers', () => {
    expect(widthFor(undefined)).to.equal(16);
    expect(widthFor({ connections: 100, resetsPerSecond: 20 })).to.equal(8);
    expect(widthFor({ connections: 100, challengeAcksPerSecond: 10 })).to.equal(8);
    expect(widthFor({ challengeAcksPerSecond: 1 })).to.equal(1);
  });

  it('keeps cases from what the target is described as without', async () => {
    const inner: Driver = new ServicesDriver([{ port: 9, uponFin: 'stays', closes: { upon: 'x' } }]);
    const driver = limitedTo(
      { simultaneousOpen: false, timestamps: false, halfClose: false, severalInFlight: false },
      inner,
    );
    const family = 4;
    expect(await refusal(driver.behaviour?.({ family, state: 'SYN-RECEIVED', origin: 'active' }))).to.equal(
      'simultaneous open',
    );
    expect(
      await refusal(driver.behaviour?.({ family, state: 'ESTABLISHED', conditions: ['timestamps'] })),
    ).to.equal('timestamps');
    expect(
      await refusal(driver.behaviour?.({ family, state: 'ESTABLISHED', conditions: ['text-in-flight'] })),
    ).to.equal('several segments in flight');
    expect(await refusal(driver.behaviour?.({ family, state: 'FIN-WAIT-1' }))).to.equal('half close');
    expect(await driver.behaviour?.({ family, state: 'TIME-WAIT' })).to.deep.equal({
      port: 9,
      closes: { upon: 'x' },
    });
    expect(await driver.listener(4, 'plain')).to.equal(9);
  });

  it('may name a command that starts the target again; one that fails says why', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'segment-arrives-restart-'));
    const file = join(folder, 'target.json');
    const restartBy = async (restart: string | undefined): Promise<(() => Promise<void>) | undefined> => {
      writeFileSync(file, JSON.stringify({ ...minimal, ...(restart === undefined ? {} : { restart }) }));
      return (await openTarget(file, [4])).restart;
    };
    try {
      expect(await restartBy(undefined)).to.equal(undefined);
      await (await restartBy(`touch ${join(folder, 'restarted')}`))?.();
      expect(readdirSync(folder)).to.include('restarted');
      const failing = await restartBy('echo no power >&2; exit 3');
      const why = await failing?.().then(
        () => 'none',
        (error: Error) => error.message,
      );
      expect(why).to.match(/no power$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
