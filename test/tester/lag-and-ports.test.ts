import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { PortRange } from '../../lib/tester/index.ts';
import { LagMeter } from '../../lib/tester/lag.ts';

describe('the lag meter', () => {
  it('knows by how much this process was late, and since when', async () => {
    const meter = new LagMeter();
    const began = performance.now();
    await delay(30);
    const until = performance.now() + 120;
    while (performance.now() < until);
    expect(meter.worstSince(began), 'before the timer has fired').to.be.at.least(100);
    await delay(30);
    expect(meter.worstSince(began)).to.be.at.least(100);
    expect(meter.worstSince(performance.now())).to.be.below(100);
    meter.stop();
  });
});

describe('the range of ports', () => {
  it('hands out every one before it starts again', () => {
    const ports = new PortRange(10, 12, 11);
    expect([ports.take(), ports.take(), ports.take(), ports.take()]).to.deep.equal([11, 12, 10, 11]);
  });
});
