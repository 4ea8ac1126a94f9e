import { expect } from 'chai';
import { openNetworkTarget } from '../../lib/runner/network-target.ts';
import { settingsFrom } from '../../lib/runner/settings.ts';

const open = (more: NodeJS.ProcessEnv) =>
  openNetworkTarget(settingsFrom({ SEGMENT_ARRIVES_TARGET: '198.51.100.7', ...more }));

describe('a target that is there already', () => {
  it('that calls by itself is waited for, one connection at a time', async () => {
    const { driver, width, stop } = await open({ SEGMENT_ARRIVES_AWAIT: '8793' });
    expect(driver.testerPorts).to.deep.equal([8793]);
    expect(driver.name).to.equal('calls to port 8793');
    expect(width).to.equal(1);
    await stop();
  });

  it('may have a port that listens as well', async () => {
    const { driver, width, stop } = await open({
      SEGMENT_ARRIVES_AWAIT: '8793',
      SEGMENT_ARRIVES_OPEN_PORT: '9',
    });
    expect(await driver.listener(4, 'plain')).to.equal(9);
    expect(driver.testerPorts).to.deep.equal([8793]);
    expect(width).to.equal(16);
    await stop();
  });

  it('is not this machine', async () => {
    const here = open({ SEGMENT_ARRIVES_TARGET: '127.0.0.1', SEGMENT_ARRIVES_AWAIT: '8793' });
    expect(await here.catch((error: Error) => error.message)).to.match(/this machine's own address/);
  });
});
