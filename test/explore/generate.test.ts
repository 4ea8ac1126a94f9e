import { expect } from 'chai';
import { Generator } from '../../lib/explore/generate.ts';
import { type Sequence, sequenceText, waitsOf } from '../../lib/explore/sequence.ts';

const some = (seed: number, count: number): string[] => {
  const generator = new Generator(seed, 4);
  return Array.from({ length: count }, () => sequenceText(generator.next()));
};

/** One generator for all that ask of the same sequences: so many of them, from the first on. */
const GENERATOR = new Generator(1, 4);
const GENERATED: Sequence[] = [];
function first(count: number): readonly Sequence[] {
  while (GENERATED.length < count) GENERATED.push(GENERATOR.next());
  return GENERATED.slice(0, count);
}

describe('generated sequences', () => {
  it('are the same for the same seed, in the same order', () => {
    expect(some(7, 200)).to.deep.equal(some(7, 200));
  });

  it('are others for another seed', () => {
    expect(some(7, 20)).not.to.deep.equal(some(8, 20));
  });

  it('begin in every state, and have 1 to 12 steps', () => {
    const all = first(1000);
    expect(new Set(all.map(({ place }) => place.state))).to.have.property('size', 11);
    for (const { steps } of all) expect(steps.length).to.be.within(1, 12);
  });

  it('mark no text as urgent that a program cannot mark as a whole', () => {
    const urgent = first(3000).flatMap(({ steps }) =>
      steps.flatMap((step) =>
        'user' in step && 'octets' in step.user && step.user.mark === 'URGENT' ? [step.user.octets] : [],
      ),
    );
    expect(urgent).to.have.length.at.least(5);
    expect(Math.max(...urgent)).to.be.at.most(512);
  });

  it('wait for timers in one of 80; in one of eight at first, so that what takes longest begins soonest', () => {
    const waits = first(960).map((one) => waitsOf(one) > 1000);
    const count = (from: number, to?: number): number => waits.slice(from, to).filter(Boolean).length;
    expect([count(0, 160), count(160)]).to.deep.equal([20, 10]);
  });

  it('wait until TIME-WAIT is over, and have the FIN come again meanwhile, where MSL is short and known', () => {
    const lingering = (twoMsl?: number): string[] => {
      const generator = new Generator(1, 4, twoMsl === undefined ? {} : { twoMsl });
      const all = Array.from({ length: 160 }, () => sequenceText(generator.next()));
      return all.filter((text) => /wait \d{4} ms; <SEQ=RCV\.NXT-1><ACK=SND\.NXT><CTL=FIN,ACK>/.test(text));
    };
    expect(lingering(3000).join(' ')).to.include('wait 4500 ms').and.include('wait 1680 ms');
    for (const long of [lingering(), lingering(60_000)])
      expect(long.join(' '))
        .to.include('wait 1700 ms')
        .and.not.match(/wait \d{5}/);
  });

  it('have what chance seldom comes to', () => {
    const all = first(600).map(sequenceText);
    const has = (pattern: RegExp): boolean => all.some((text) => pattern.test(text));
    // Text in several segments after each kind of SYN.
    for (const option of ['', '<MSS=200>', '<MSS=536>', '<MSS=1460>'])
      expect(has(new RegExp(`(CTL=SYN>|CTL=SYN,ACK>)${option};.* SEND \\d{4}`)), option).to.equal(true);
    // What has reopened a connection is reset.
    expect(
      has(/^TIME-WAIT: <SEQ=RCV\.NXT\+RCV\.WND\+10>[^;]*<CTL=SYN>[^;]*; <SEQ=RCV\.NXT><CTL=RST>/),
    ).to.equal(true);
    expect(has(/^CLOSED.*: OPEN TO MULTICAST/)).to.equal(true);
    expect(has(/^LISTEN, b: LISTEN, c: LISTEN: <SEQ=ANY><CTL=SYN><MSS=1460>; b: .*; c: /)).to.equal(true);
    expect(has(/^(ESTABLISHED|CLOSE-WAIT): NAGLE OFF; SEND \d+; SEND \d+/)).to.equal(true);
    expect(has(/^(ESTABLISHED|CLOSE-WAIT): (TTL|DIFFSERV) \d+; SEND \d+/)).to.equal(true);
    expect(has(/^(ESTABLISHED|CLOSE-WAIT): <SEQ=RCV\.NXT><ACK=SND\.NXT><CTL=ACK><WND=0>; SEND \d+/)).to.equal(
      true,
    );
    expect(has(/CTL=ACK><WND=\d+>; <SEQ=RCV\.NXT><ACK=SND\.NXT><CTL=ACK><WND=4380>; SEND \d+/)).to.equal(
      true,
    );
    expect(has(/^[A-Z12-]+: [^;]*<ACK=SND\.(NXT\+1|UNA-2\^30)><CTL=ACK,URG><DATA=1><URG=\d+>/)).to.equal(
      true,
    );
    const open = '<SEQ=ANY><CTL=SYN>';
    expect(has(new RegExp(`^LISTEN: ${[open, open, open].join('; <SEQ=RCV\\.NXT><CTL=RST>; ')}`))).to.equal(
      true,
    );
    // Text comes twice and is acknowledged, and the next text waits.
    expect(has(/: SEND \d+; wait \d+ ms; <SEQ=RCV\.NXT><ACK=SND\.NXT><CTL=ACK>; SEND \d+; wait/)).to.equal(
      true,
    );
  });

  it('have something arrive before a keep-alive is due', () => {
    const all = first(160).map(sequenceText);
    const heard = /: KEEP-ALIVE (\d); wait (\d+) ms; <SEQ=RCV\.NXT><ACK=SND\.NXT><CTL=ACK>; wait (\d+) ms/;
    const [, every, before, after] = all.map((text) => heard.exec(text)).find(Boolean) ?? [];
    expect(Number(before)).to.be.lessThan(1000 * Number(every));
    expect(Number(before) + Number(after)).to.be.greaterThan(1000 * Number(every));
  });

  it('have no IPv4 conditions over IPv6', () => {
    const generator = new Generator(1, 6);
    const conditions = Array.from({ length: 2000 }, () => generator.next().place.conditions).flat();
    expect(conditions).to.include('timestamps').and.not.include('other-security');
    expect(conditions).not.to.include('ip-record-route');
  });

  it('end in some places with text that is pushed to the user, and read', () => {
    const read = first(2000).filter(({ isRead }) => isRead);
    expect(read.length).to.be.within(20, 200);
    for (const { place, steps } of read) {
      expect(['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2']).to.include(place.state);
      expect(steps.at(-1)).to.have.nested.property('send[0].ctl').that.includes('PSH');
    }
  });

  it('have ICMP errors about segments of the connection, and about those of another port', () => {
    const all = first(3000).map(sequenceText).join(' ');
    expect(all).to.match(/ICMP port unreachable about [^;]*>;/);
    expect(all).to.include('of another port of the target').and.include('of another port of the tester');
  });

  it('have options of every kind that is passed over, and with lengths that cannot be', () => {
    const all = first(3000).map(sequenceText).join(' ');
    for (const octets of ['fe040000', '01fe05abcdef0000', '01010101', '00000000', 'fe000000', 'feff0000'])
      expect(all).to.include(`<OPT=${octets}>`);
  });

  it('open connections with a small MSS and without one, and send after a SYN that came again', () => {
    const all = first(6000).map(sequenceText);
    expect(all.join(' ')).to.include('<SEQ=ANY><CTL=SYN><MSS=536>').and.include('<SEQ=ANY><CTL=SYN>;');
    expect(
      all.filter((text) => /^SYN-.*: wait \d{4} ms; [^;]*; SEND \d+; wait/.test(text)),
    ).not.to.have.length(0);
  });
});
