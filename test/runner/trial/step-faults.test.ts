import { expect } from 'chai';
import { ecnOf, issOf, mssOf, scalingOf } from '../../../lib/runner/trial/step-faults.ts';
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

describe('a window', () => {
  const entry = (from: 'tester' | 'target', text: string): Entry =>
    ({ from, at: 0, peerPort: 80, segment: segment(text) }) as unknown as Entry;
  const own = entry('target', '<SEQ=1><CTL=SYN><WND=64240><WSCALE=10>');
  const testers = entry('tester', '<SEQ=9><CTL=SYN>');
  const ack = (wnd: number): Entry => entry('target', `<SEQ=2><ACK=20><CTL=ACK><WND=${wnd}>`);

  it('is scaled where it is the part of that in the SYN which the scale of the SYN says', () => {
    expect(scalingOf([own, testers], ack(63))).to.equal('scaled');
    expect(scalingOf([own, testers], ack(64_230))).to.equal('not scaled');
    // It may really be as small as another part.
    expect(scalingOf([own, testers], ack(1000))).to.equal('not scaled');
    expect(scalingOf([own, testers], ack(0))).to.equal('not scaled');
  });

  it('tells nothing where both ends have a scale, the target has none, or the segment is a SYN or a reset', () => {
    const offers = entry('tester', '<SEQ=9><CTL=SYN><WSCALE=0>');
    const none = entry('target', '<SEQ=1><CTL=SYN><WND=64240>');
    expect(scalingOf([own, offers], ack(63))).to.equal(undefined);
    expect(scalingOf([none, testers], ack(63))).to.equal(undefined);
    expect(scalingOf([own, testers], own)).to.equal(undefined);
    expect(scalingOf([own, testers], entry('target', '<SEQ=2><CTL=RST><WND=63>'))).to.equal(undefined);
  });
});
