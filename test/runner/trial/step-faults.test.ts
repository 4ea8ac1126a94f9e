import { expect } from 'chai';
import { ecnOf, issOf, mssOf } from '../../../lib/runner/trial/step-faults.ts';
import type { Entry } from '../../../lib/tester/index.ts';
import { segment } from '../../tester/memory-link.ts';

const syn = (text: string) => segment(`<SEQ=1><CTL=SYN>${text}`);
const sent = (iss: number, peerPort: number): Entry =>
  ({ from: 'target', peerPort, at: 0, segment: segment(`<SEQ=${iss}><CTL=SYN>`) }) as unknown as Entry;

describe('what a SYN of the target says', () => {
  it('its MSS is at most what the largest IP packet holds, and over IPv6 also the number for jumbograms', () => {
    expect(mssOf(syn(''), 4)).to.equal('not sent');
    for (const [family, mss] of [
      [4, 1460],
      [4, 65_495],
      [6, 65_515],
      [6, 65_535],
    ] as const)
      expect(mssOf(syn(`<MSS=${mss}>`), family)).to.equal('sent');
    for (const [family, mss] of [
      [4, 65_496],
      [4, 65_535],
      [6, 65_516],
    ] as const)
      expect(mssOf(syn(`<MSS=${mss}>`), family)).to.equal(mss);
  });

  it('it agrees to ECN by ECE alone', () => {
    expect(ecnOf(segment('<CTL=SYN,ACK,ECE>'))).to.equal('agreed');
    expect(ecnOf(segment('<CTL=SYN,ACK>'))).to.equal('not agreed');
    for (const bits of ['ECE,CWR', 'CWR'])
      expect(ecnOf(segment(`<CTL=SYN,ACK,${bits}>`))).to.equal('other bits');
  });

  it('an ISS is later than the one before between the same ports, also beyond the wrap-around', () => {
    const of = (...isss: readonly number[]) => {
      const log = isss.map((iss) => sent(iss, 80));
      return issOf(log, log.at(-1) as Entry);
    };
    expect(of(1000, 2000)).to.include('later');
    expect(of(2 ** 32 - 5, 10)).to.include('later');
    expect(of(2000, 1000)).not.to.include('later');
    // The one before, not any before.
    expect(of(1000, 5000, 2000)).not.to.include('later');
    // A SYN that is sent again is no other.
    expect(of(1000, 2000, 2000)).to.include('later');
  });

  it('ISSs between different ports lie apart, unless all are close together', () => {
    const of = (...isss: readonly number[]) => {
      const log = isss.map((iss, index) => sent(iss, 80 + index));
      return issOf(log, log.at(-1) as Entry);
    };
    expect(of(1000, 2000, 3000)).not.to.include('apart');
    expect(of(1000, 2 ** 30, 3000)).to.include('apart');
    expect(of(2 ** 32 - 5, 3)).not.to.include('apart');
  });
});
