import { expect } from 'chai';
import { parseNoise } from '../../lib/tester/disturbed-link.ts';
import { DisturbedLink, PortRange, Tester } from '../../lib/tester/index.ts';
import { MemoryLink, segment } from './memory-link.ts';

describe('the tester and its mailboxes', () => {
  let link: MemoryLink;
  let tester: Tester;

  beforeEach(() => {
    link = new MemoryLink();
    tester = new Tester([link], new PortRange(10_000, 10_002));
  });

  afterEach(() => tester.close());

  it('gives each connection a port to itself, and what arrives there', async () => {
    const [one, other] = [tester.open(4), tester.open(4)];
    expect(one.port).to.not.equal(other.port);
    link.arrive('<SEQ=7><ACK=8><CTL=ACK>', other.port);
    expect(one.log).to.have.length(0);
    expect((await other.next(() => true, 0))?.segment.seq).to.equal(7);
  });

  it('counts what comes for nobody', () => {
    link.arrive('<SEQ=7><CTL=RST>', 9);
    expect(tester.strays).to.equal(1);
  });

  it('hands out no port that is still open', () => {
    const ports = [tester.open(4), tester.open(4), tester.open(4)].map(({ port }) => port);
    expect(new Set(ports).size).to.equal(3);
  });

  it('opens a port that the target calls only once at a time', () => {
    tester.open(4, 9000);
    expect(() => tester.open(4, 9000)).to.throw('port 9000 is taken');
  });

  it('takes only the first caller for the connection, on a port that the target calls', () => {
    const mailbox = tester.open(4, 9000);
    link.arrive('<SEQ=1><CTL=FIN,ACK>', 9000, 4000);
    link.arrive('<SEQ=2><CTL=SYN>', 9000, 4001);
    link.arrive('<SEQ=3><CTL=SYN>', 9000, 4002);
    expect(mailbox.log.map(({ segment: { seq } }) => seq)).to.deep.equal([2]);
  });

  it('remembers failures, losses and refusals', () => {
    const mailbox = tester.open(4);
    link.fail('network is down');
    link.dropped = 3;
    const { port } = mailbox;
    const [source, text] = ['192.0.2.9', 'ICMP from 192.0.2.9: port unreachable'];
    const error = { type: 3, code: 3, dstPort: 80, source };
    link.hear({ ...error, srcPort: port, refusal: text });
    link.hear({ ...error, srcPort: port, code: 4 });
    link.hear({ ...error, srcPort: 1, refusal: 'of nobody' });
    expect(tester.failures).to.equal(1);
    expect(tester.lastFailure).to.equal('network is down');
    expect(tester.losses()).to.equal(3);
    expect(mailbox.refusals).to.deep.equal([{ port, source, text }]);
  });

  it('hears the target call, whoever takes the call, but not the calls of the connection that asks', async () => {
    tester.expectCalls([8793]);
    const mailbox = tester.open(4, 8793);
    link.arrive('<SEQ=1><CTL=SYN>', mailbox.port, 4000);
    const [anyone, another] = [tester.calls(4, 1000), tester.calls(4, 1000, mailbox)];
    link.arrive('<SEQ=1><CTL=SYN>', mailbox.port, 4000);
    expect(await anyone).to.equal(true);
    const notYet = await Promise.race([another, Promise.resolve('not yet')]);
    expect(notYet, 'the SYN of the same call, once more').to.equal('not yet');
    link.arrive('<SEQ=7><ACK=1><CTL=SYN,ACK>', mailbox.port, 4001);
    link.arrive('<SEQ=7><CTL=SYN>', mailbox.port, 4001);
    expect(await another).to.equal(true);
    expect(await tester.calls(4, 5)).to.equal(false);
    mailbox.close();
  });

  it('hangs up a call that was going on, and lets a new one ring', () => {
    tester.expectCalls([8793]);
    const before = link.sent.length;
    link.arrive('<SEQ=7><CTL=SYN>', 8793, 4001);
    expect(link.sent).to.have.length(before);
    for (const late of ['<SEQ=7><ACK=5><CTL=SYN,ACK>', '<SEQ=8><ACK=5><CTL=ACK>']) {
      link.arrive(late, 8793, 4001);
      expect(link.sent.at(-1)).to.deep.include({ from: 8793, to: 4001 });
      expect([...(link.sent.at(-1)?.segment.ctl ?? [])]).to.deep.equal(['RST']);
      expect(link.sent.at(-1)?.segment.seq).to.equal(5);
    }
  });

  it('tells what could not be sent to the one connection that it concerns', () => {
    const [one, other] = [tester.open(4), tester.open(4)];
    link.jammed = 'no buffer space available';
    one.sendAgain(one.send(segment('<SEQ=5><CTL=SYN>'), 80, 4380));
    expect(one.unsent).to.deep.equal([link.jammed, link.jammed]);
    expect(other.unsent).to.deep.equal([]);
    expect(tester.failures).to.equal(0);
  });

  it('knows when its segments have left, also behind a disturbed link', async () => {
    let left = false;
    link.leaving = new Promise((resolve) => setTimeout(resolve, 10)).then(() => {
      left = true;
    });
    const disturbed = new Tester(
      [new DisturbedLink(link, parseNoise('seed=1'))],
      new PortRange(10_000, 10_002),
    );
    await disturbed.flushed();
    await disturbed.close();
    expect(left).to.equal(true);
  });

  it('has no link of a family that it was not given', () => {
    expect(() => tester.link(6)).to.throw('no IPv6 link');
  });

  it('reads what arrived in time before it takes its absence for silence', async () => {
    const mailbox = tester.open(4);
    const answer = mailbox.next(() => true, 1);
    const until = performance.now() + 10;
    while (performance.now() < until);
    // The timer is due. As with a socket, what has arrived meanwhile is read only after timers.
    setImmediate(() => link.arrive('<SEQ=7><ACK=8><CTL=ACK>', mailbox.port));
    expect((await answer)?.segment.seq).to.equal(7);
  });

  it('lets nobody off a whole turn because others have waited for it', async () => {
    const mailbox = tester.open(4);
    let known = 0;
    // It begins to wait in the middle of the turn that the others wait for.
    setImmediate(() => {
      setImmediate(() => link.arrive('<SEQ=7><ACK=8><CTL=ACK>', mailbox.port));
      void tester.drained().then(() => {
        known = mailbox.log.length;
      });
    });
    for (let turns = 0; turns < 5; turns += 1) await tester.drained();
    expect(known).to.equal(1);
  });
});

describe('a mailbox', () => {
  const link = new MemoryLink();
  const tester = new Tester([link], new PortRange(10_000, 20_000));
  after(() => tester.close());

  it('finds what has arrived as well as what is to come', async () => {
    const mailbox = tester.open(4);
    link.arrive('<SEQ=1><ACK=1><CTL=ACK>', mailbox.port);
    const past = await mailbox.next(({ segment: { seq } }) => seq === 1, 0);
    const coming = mailbox.next(({ segment: { seq } }) => seq === 2, 1000);
    link.arrive('<SEQ=2><ACK=1><CTL=ACK>', mailbox.port);
    expect([past?.segment.seq, (await coming)?.segment.seq]).to.deep.equal([1, 2]);
    expect(await mailbox.next(({ segment: { seq } }) => seq === 1, 0, 1)).to.equal(undefined);
  });

  it('logs what is sent, with its packet, and sends it again to the octet', () => {
    const mailbox = tester.open(4);
    const entry = mailbox.send(segment('<SEQ=5><ACK=6><CTL=ACK><DATA=3>'), 80, 4380);
    mailbox.sendAgain(entry);
    const [first, second] = link.sent.slice(-2);
    expect(second).to.deep.equal(first);
    expect(first?.segment).to.include({ seq: 5, ack: 6, data: 3, wnd: 4380 });
    expect(mailbox.log.map(({ from }) => from)).to.deep.equal(['tester', 'tester']);
  });

  it('drops what a TCP would drop, and says so', () => {
    const mailbox = tester.open(4);
    link.arrive('<SEQ=1><ACK=1><CTL=ACK>', mailbox.port, 80, { corruptChecksum: true });
    expect(mailbox.log).to.have.length(0);
    expect(mailbox.damaged).to.deep.equal(['a segment with a wrong checksum']);
  });

  it('lets nobody wait for ever when it is closed', async () => {
    const mailbox = tester.open(4);
    const waiting = mailbox.next(() => true, 60_000);
    mailbox.close();
    expect(await waiting).to.equal(undefined);
  });
});
