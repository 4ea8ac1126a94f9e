import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SettingsError, settingsFrom, variableOf } from '../../lib/runner/settings.ts';
import { TargetFileError } from '../../lib/target/target-file.ts';

describe('settings', () => {
  it('are the lab, both families and the current standard when nothing is said', () => {
    const settings = settingsFrom({});
    expect(settings).to.include({ stack: 'linux', profile: 'rfc9293', strict: false, reports: 'reports' });
    expect(settings.families).to.deep.equal([4, 6]);
    expect(settings.target).to.equal(undefined);
    expect(settings.seed).to.be.within(0, 2 ** 32 - 1);
  });

  it('are read from the environment, where empty means unset', () => {
    const settings = settingsFrom({
      SEGMENT_ARRIVES_TARGET: '192.0.2.2,2001:db8::2',
      SEGMENT_ARRIVES_UPPER_TESTER: '[2001:db8::2]:10793',
      SEGMENT_ARRIVES_FAMILY: '6',
      SEGMENT_ARRIVES_STRICT: '1',
      SEGMENT_ARRIVES_SEED: '7',
      SEGMENT_ARRIVES_PROFILE: '',
      SEGMENT_ARRIVES_SHARD: '2/5',
      SEGMENT_ARRIVES_NOISE: 'delay=20,seed=3',
      SEGMENT_ARRIVES_LINK_LOSS: '1.5',
      SEGMENT_ARRIVES_PORTS: '40000-49999',
    });
    expect(settings).to.deep.include({
      target: ['192.0.2.2', '2001:db8::2'],
      upperTester: { address: '2001:db8::2', port: 10_793 },
      families: [6],
      ports: { low: 40_000, high: 49_999 },
      shard: { part: 2, of: 5 },
      noise: { delay: 20, jitter: 0, loss: 0, duplicate: 0, reorder: 0, seed: 3 },
    });
    expect(settings).to.include({ strict: true, seed: 7, profile: 'rfc9293', linkLoss: 1.5 });
  });

  it('have names in the environment', () => {
    expect(variableOf('upperTester')).to.equal('SEGMENT_ARRIVES_UPPER_TESTER');
  });

  it('test only the families that the target has an address of', () => {
    const target = { SEGMENT_ARRIVES_TARGET: '192.0.2.2', SEGMENT_ARRIVES_UPPER_TESTER: '192.0.2.2:1' };
    expect(settingsFrom(target).families).to.deep.equal([4]);
    expect(() => settingsFrom({ ...target, SEGMENT_ARRIVES_FAMILY: '6' })).to.throw(
      SettingsError,
      'the target has no address of the families that were asked for',
    );
  });

  it('know a target that opens connections by itself, and refuse two drivers', () => {
    const target = { SEGMENT_ARRIVES_TARGET: '192.0.2.2', SEGMENT_ARRIVES_AWAIT: '8793' };
    expect(settingsFrom(target)).to.include({ await: 8793 });
    expect(() => settingsFrom({ ...target, SEGMENT_ARRIVES_UPPER_TESTER: '192.0.2.2:1' })).to.throw(
      SettingsError,
      'give either --upper-tester or --await',
    );
    expect(() => settingsFrom({ SEGMENT_ARRIVES_TARGET: '192.0.2.2' })).to.throw(
      SettingsError,
      /--upper-tester ADDRESS:PORT, .*--open-port PORT .*--await PORT/,
    );
  });

  it('keep the port that the target calls out of the range of the others', () => {
    const target = { SEGMENT_ARRIVES_TARGET: '192.0.2.2', SEGMENT_ARRIVES_AWAIT: '8793' };
    expect(settingsFrom({ ...target, SEGMENT_ARRIVES_PORTS: '9000-11999' })).to.include({ await: 8793 });
    expect(() => settingsFrom({ ...target, SEGMENT_ARRIVES_PORTS: '8000-10000' })).to.throw(
      SettingsError,
      'the port of --await, 8793, lies within --ports',
    );
  });

  it('take the profile that the target file claims, where none is asked for', () => {
    const folder = mkdtempSync(join(tmpdir(), 'segment-arrives-test-'));
    try {
      const file = join(folder, 'my-stack.json');
      const driver = { kind: 'services', services: [{ port: 9 }] };
      const described = { name: 'mine', addresses: { ipv4: '192.0.2.2' }, driver, profile: 'rfc1122' };
      writeFileSync(file, JSON.stringify(described));
      const named = { SEGMENT_ARRIVES_TARGET_FILE: file };
      expect(settingsFrom(named).profile).to.equal('rfc1122');
      expect(settingsFrom({ ...named, SEGMENT_ARRIVES_PROFILE: 'rfc793' }).profile).to.equal('rfc793');
      writeFileSync(file, JSON.stringify({ ...described, profile: 'rfc1' }));
      expect(() => settingsFrom(named)).to.throw(TargetFileError, /my-stack\.json: profile: /);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  for (const [name, value, message] of [
    ['FAMILY', '5', 'SEGMENT_ARRIVES_FAMILY=5: not 4, 6 or 4,6'],
    ['PROFILE', 'rfc1', 'unknown profile; the profiles are rfc793, rfc1122, rfc5961, rfc9293'],
    ['TARGET', 'example.org', 'SEGMENT_ARRIVES_TARGET=example.org: not an IP address'],
    ['UPPER_TESTER', '2001:db8::2:1', 'not of the form ADDRESS:PORT'],
    ['AWAIT', '0', 'SEGMENT_ARRIVES_AWAIT=0'],
    ['PARALLEL', '0', 'SEGMENT_ARRIVES_PARALLEL=0'],
    ['PORTS', '40000', 'SEGMENT_ARRIVES_PORTS=40000: not of the form LOW-HIGH'],
    ['PORTS', '40000-40100', 'SEGMENT_ARRIVES_PORTS=40000-40100: fewer than 2000 ports'],
    ['PORTS', '60000-65535', 'SEGMENT_ARRIVES_PORTS=60000-65535: not within 1-65534'],
    ['SEED', '-1', 'SEGMENT_ARRIVES_SEED=-1'],
    ['NOISE', 'delay=x', 'SEGMENT_ARRIVES_NOISE=delay=x: delay=x is not a number from 0 upwards'],
    ['LINK_LOSS', '101', 'SEGMENT_ARRIVES_LINK_LOSS=101'],
  ] as const) {
    it(`refuse ${name}=${value}, by name`, () => {
      expect(() => settingsFrom({ [`SEGMENT_ARRIVES_${name}`]: value })).to.throw(SettingsError, message);
    });
  }
});
