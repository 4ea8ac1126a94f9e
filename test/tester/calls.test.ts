import { expect } from 'chai';
import { PortRange, Tester } from '../../lib/tester/index.ts';
import { MemoryLink, segment } from './memory-link.ts';

const PORT = 8793;

describe('the calls of a target that connects by itself', () => {
  let link: MemoryLink;
  let tester: Tester;

  const last = () => {
    const sent = link.sent.at(-1);
    return sent && { to: sent.to, ...sent.segment, ctl: [...sent.segment.ctl].sort().join() };
  };

  beforeEach(() => {
    link = new MemoryLink();
    tester = new Tester([link], new PortRange(10_000, 10_002));
  });

  afterEach(() => tester.close());

  it('are left to ring, and taken by whoever opens the port', () => {
    tester.expectCalls([PORT]);
    link.arrive('<SEQ=7><CTL=SYN>', PORT, 4001);
    const mailbox = tester.open(4, PORT);
    expect(link.sent).to.have.length(0);
    link.arrive('<SEQ=7><CTL=SYN>', PORT, 4001);
    expect(mailbox.log.map(({ peerPort }) => peerPort)).to.deep.equal([4001]);
  });

  it('are refused after they have rung, if the target then calls at once: none is taken whose timers are backed off', () => {
    tester.expectCalls([PORT], true);
    link.arrive('<SEQ=4294967295><CTL=SYN>', PORT, 4001);
    const mailbox = tester.open(4, PORT);
    expect(last()).to.include({ to: 4001, seq: 0, ack: 0, ctl: 'ACK,RST' });
    // The refused connection attempt again, and the next one.
    link.arrive('<SEQ=4294967295><CTL=SYN>', PORT, 4001);
    link.arrive('<SEQ=9><CTL=SYN>', PORT, 4002);
    expect(mailbox.log.map(({ peerPort }) => peerPort)).to.deep.equal([4002]);
    expect(link.sent).to.have.length(1);
  });

  it('are ended with their mailbox: by the number that the target has acknowledged, or else by what it has sent', () => {
    tester.expectCalls([PORT]);
    const first = tester.open(4, PORT);
    link.arrive('<SEQ=7><CTL=SYN>', PORT, 4001);
    first.close();
    expect(last()).to.include({ to: 4001, seq: 0, ack: 8, ctl: 'ACK,RST' });
    const second = tester.open(4, PORT);
    link.arrive('<SEQ=20><CTL=SYN>', PORT, 4002);
    second.send(segment('<SEQ=50><ACK=21><CTL=SYN,ACK>'), 4002, 1000);
    link.arrive('<SEQ=21><ACK=51><CTL=ACK,PSH><DATA=5>', PORT, 4002);
    second.close();
    expect(last()).to.include({ to: 4002, seq: 51, ctl: 'RST' });
    const sent = link.sent.length;
    second.close();
    tester.open(4, PORT).close();
    expect(link.sent, 'nothing more to end').to.have.length(sent);
  });

  it('are hung up when they go on after that, whether their segments acknowledge something or not', () => {
    tester.expectCalls([PORT]);
    link.arrive('<SEQ=8><ACK=5><CTL=ACK>', PORT, 4001);
    expect(last()).to.include({ seq: 5, ctl: 'RST' });
    link.arrive('<SEQ=8><CTL=FIN,PSH><DATA=10>', PORT, 4001);
    expect(last()).to.include({ seq: 0, ack: 19, ctl: 'ACK,RST' });
    const sent = link.sent.length;
    link.arrive('<SEQ=8><CTL=RST>', PORT, 4001);
    link.arrive('<SEQ=8><ACK=5><CTL=RST,ACK>', PORT, 4001);
    link.arrive('<SEQ=8><ACK=5><CTL=ACK>', PORT + 1, 4001);
    expect(link.sent, 'no answer to a reset, nor on another port').to.have.length(sent);
  });

  it('are refused for who waits for the next one, too', async () => {
    tester.expectCalls([PORT], true);
    link.arrive('<SEQ=7><CTL=SYN>', PORT, 4001);
    link.script = ({ segment: { ctl } }) => (ctl.has('RST') ? ['<SEQ=100><CTL=SYN>'] : []);
    expect(await tester.calls(4, 1000)).to.equal(true);
  });
});
