import { expect } from 'chai';
import { Connection } from '../../lib/states/index.ts';
import { segment } from '../tester/memory-link.ts';
import { world } from './scripted-target.ts';

describe("the target's TCB as the tester learns it", () => {
  function begun() {
    const { link, tester } = world();
    const mailbox = tester.open(4);
    after(() => tester.close());
    return { link, mailbox, connection: new Connection(mailbox, 80, 2 ** 32 - 1) };
  }

  it('knows of the target what its segments tell, over the wrap-around', () => {
    const { link, mailbox, connection } = begun();
    expect(connection.variables()).to.deep.equal({ IRS: 2 ** 32 - 1, 'RCV.NXT': 2 ** 32 - 1, 'RCV.WND': 0 });
    connection.send({ ctl: ['SYN'], wnd: 4380 });
    link.arrive('<SEQ=4294967295><ACK=0><CTL=SYN,ACK><WND=500>', mailbox.port);
    connection.absorb();
    connection.send({ ctl: ['ACK'] });
    expect(connection.variables()).to.include({
      ...{ ISS: 2 ** 32 - 1, 'SND.UNA': 0, 'SND.NXT': 0, 'RCV.NXT': 0, 'RCV.WND': 500 },
      ...{ 'SND.WND': 4380, 'MAX.SND.WND': 4380 },
    });
    link.arrive('<SEQ=0><ACK=0><CTL=FIN,ACK><DATA=9><WND=490>', mailbox.port);
    connection.absorb();
    expect(connection.targetFin).to.equal(9);
    expect(connection.variables()).to.include({ 'SND.UNA': 0, 'SND.NXT': 10, 'RCV.WND': 490 });
  });

  it('knows the largest text of a segment: by the MSS option, by default, and by what else is in the way', () => {
    const largest = (options: string, wnd = 9000): number | undefined => {
      const { link, mailbox, connection } = begun();
      link.arrive(`<SEQ=7><ACK=0><CTL=SYN,ACK><WND=${wnd}>${options}`, mailbox.port);
      connection.absorb();
      return connection.variables()['RCV.MSS'];
    };
    expect(largest('<MSS=1000>')).to.equal(1000);
    expect(largest('')).to.equal(536);
    expect(largest('<MSS=9000>'), "the tester's link").to.equal(1460);
    expect(largest('<MSS=1000>', 700), 'the window').to.equal(700);
  });

  it('echoes the timestamp of the SYN,ACK that begins it anew', () => {
    const { link, mailbox, connection } = begun();
    connection.timestamps = true;
    link.arrive('<SEQ=7><ACK=0><CTL=SYN,ACK><WND=500><TSVAL=70><TSECR=1>', mailbox.port);
    connection.absorb();
    connection.restart(segment('<SEQ=9><ACK=6><CTL=SYN,ACK><WND=500><TSVAL=90><TSECR=2>'), 5);
    expect(connection.transmit(segment('<SEQ=6><ACK=10><CTL=ACK>')).segment).to.include({ tsecr: 90 });
  });

  it('learns nothing from resets', () => {
    const { link, mailbox, connection } = begun();
    link.arrive('<SEQ=77><ACK=99><CTL=RST,ACK><WND=500>', mailbox.port);
    connection.absorb();
    expect(connection.variables()).to.deep.equal({ IRS: 2 ** 32 - 1, 'RCV.NXT': 2 ** 32 - 1, 'RCV.WND': 0 });
  });

  it('counts no acknowledgment beyond what the target has sent', () => {
    const { link, mailbox, connection } = begun();
    link.arrive('<SEQ=10><ACK=0><CTL=SYN,ACK><WND=500>', mailbox.port);
    connection.absorb();
    connection.acknowledge(segment('<SEQ=0><ACK=12><CTL=ACK>'));
    expect(connection.sndUna).to.equal(10);
    connection.acknowledge(segment('<SEQ=0><ACK=11><CTL=ACK>'));
    expect(connection.sndUna).to.equal(11);
  });

  it('adds the timestamps that were agreed on, but where the segment or the caller says otherwise', () => {
    const { link, connection } = begun();
    Object.assign(connection, { timestamps: true, tsRecent: 100, tsEcho: 200 });
    connection.transmit(segment('<SEQ=0><ACK=1><CTL=ACK>'));
    connection.transmit(segment('<SEQ=0><CTL=RST>'));
    connection.transmit(segment('<SEQ=0><ACK=1><CTL=ACK><TSVAL=5><TSECR=6>'));
    connection.transmit(segment('<SEQ=0><ACK=1><CTL=ACK>'), {}, false);
    expect(link.sent.map(({ segment: { tsval, tsecr } }) => [tsval, tsecr])).to.deep.equal([
      [100, 200],
      [100, 0],
      [5, 6],
      [undefined, undefined],
    ]);
  });
});
