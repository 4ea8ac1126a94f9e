import { expect } from 'chai';
import { Generator } from '../../lib/explore/generate.ts';
import { sequenceText, waitsOf } from '../../lib/explore/sequence.ts';

const some = (seed: number, count: number): string[] => {
  const generator = new Generator(seed, 4);
  return Array.from({ length: count }, () => sequenceText(generator.next()));
};

describe('generated sequences', () => {
  it('are the same for the same seed, in the same order', () => {
    expect(some(7, 200)).to.deep.equal(some(7, 200));
  });

  it('are others for another seed', () => {
    expect(some(7, 20)).not.to.deep.equal(some(8, 20));
  });

  it('begin in every state, and have 1 to 12 steps', () => {
    const generator = new Generator(1, 4);
    const all = Array.from({ length: 1000 }, () => generator.next());
    expect(new Set(all.map(({ place }) => place.state))).to.have.property('size', 11);
    for (const { steps } of all) expect(steps.length).to.be.within(1, 12);
  });

  it('wait for timers in one of 80', () => {
    const generator = new Generator(1, 4);
    const waits = Array.from({ length: 800 }, () => waitsOf(generator.next())).filter((wait) => wait > 1000);
    expect(waits).to.have.length(10);
  });

  it('have no IPv4 conditions over IPv6', () => {
    const generator = new Generator(1, 6);
    const conditions = Array.from({ length: 2000 }, () => generator.next().place.conditions).flat();
    expect(conditions).to.include('timestamps').and.not.include('other-security');
    expect(conditions).not.to.include('ip-record-route');
  });

  it('end in some places with text that is pushed to the user, and read', () => {
    const generator = new Generator(1, 4);
    const read = Array.from({ length: 2000 }, () => generator.next()).filter(({ isRead }) => isRead);
    expect(read.length).to.be.within(20, 200);
    for (const { place, steps } of read) {
      expect(['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2']).to.include(place.state);
      expect(steps.at(-1)).to.have.nested.property('send[0].ctl').that.includes('PSH');
    }
  });

  it('have ICMP errors about segments of the connection, and about those of another port', () => {
    const generator = new Generator(1, 4);
    const all = Array.from({ length: 3000 }, () => sequenceText(generator.next())).join(' ');
    expect(all).to.match(/ICMP port unreachable about [^;]*>;/);
    expect(all).to.include('of another port of the target').and.include('of another port of the tester');
  });

  it('have options of every kind that is passed over, and with lengths that cannot be', () => {
    const generator = new Generator(1, 4);
    const all = Array.from({ length: 3000 }, () => sequenceText(generator.next())).join(' ');
    for (const octets of ['fe040000', '01fe05abcdef0000', '01010101', '00000000', 'fe000000', 'feff0000'])
      expect(all).to.include(`<OPT=${octets}>`);
  });

  it('open connections with a small MSS and without one, and send after a SYN that came again', () => {
    const generator = new Generator(1, 4);
    const all = Array.from({ length: 6000 }, () => sequenceText(generator.next()));
    expect(all.join(' ')).to.include('<SEQ=ANY><CTL=SYN><MSS=536>').and.include('<SEQ=ANY><CTL=SYN>;');
    expect(
      all.filter((text) => /^SYN-.*: wait \d{4} ms; [^;]*; SEND \d+; wait/.test(text)),
    ).not.to.have.length(0);
  });
});
