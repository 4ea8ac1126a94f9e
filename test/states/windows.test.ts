import { expect } from 'chai';
import { reach } from '../../lib/states/index.ts';
import { NotCapable } from '../../lib/target/driver.ts';
import { add } from '../../lib/wire/seq.ts';
import { world } from './scripted-target.ts';

const ISS = 5000;

type World = ReturnType<typeof world>;

/**
 * A TCP whose user reads nothing. Its window is the room left in a buffer. A FIN needs no room, and the octet that it leaves
 * is offered again if enough text came with it.
 */
function buffering({ link, driver }: World, buffer: number, neverLess = 0): void {
  let [rcvNxt, wnd, room] = [0, 0, buffer];
  link.script = ({ segment: { ctl, seq, data } }) => {
    if (ctl.has('RST')) return [];
    if (ctl.has('SYN')) {
      [rcvNxt, wnd, room] = [add(seq, 1), buffer, buffer];
      return [`<SEQ=${ISS}><ACK=${rcvNxt}><CTL=SYN,ACK><WND=${wnd}><MSS=1460>`];
    }
    const length = data + (ctl.has('FIN') ? 1 : 0);
    if (length === 0) return [];
    rcvNxt = add(seq, length);
    room = Math.max(neverLess, room - data);
    wnd = length < 500 && neverLess === 0 ? wnd - length : room;
    return [`<SEQ=${ISS + 1}><ACK=${rcvNxt}><CTL=ACK><WND=${wnd}>`];
  };
  driver.onShutdown = () =>
    link.arrive(`<SEQ=${ISS + 1}><ACK=${rcvNxt}><CTL=FIN,ACK><WND=${wnd}>`, link.sent.at(-1)?.from as number);
}

describe('recipes about windows', () => {
  const worlds: World[] = [];
  function fresh(): World {
    const one = world();
    worlds.push(one);
    return one;
  }
  after(() => Promise.all(worlds.map(({ tester }) => tester.close())));

  it('close it with text, and the FIN in its last octet', async () => {
    for (const buffer of [40, 700, 1024, 2048, 2921]) {
      for (const state of ['ESTABLISHED', 'CLOSE-WAIT'] as const) {
        const here = fresh();
        buffering(here, buffer);
        const { connection } = await reach(here.environment, {
          ...{ family: 4, state, rcvNxt: 100 },
          conditions: ['zero-window'],
        });
        const sent = here.link.sent.map(({ segment }) => segment);
        const taken = sent.reduce((sum, { data, ctl }) => sum + data + (ctl.has('FIN') ? 1 : 0), 0);
        expect(connection.rcvWnd, `${state}, ${buffer}`).to.equal(0);
        expect(taken, `${state}, ${buffer}`).to.equal(buffer);
        expect(sent.at(-1)?.ctl.has('FIN')).to.equal(state === 'CLOSE-WAIT');
      }
    }
  });

  it('fill a part of one that is larger than a segment', async () => {
    const here = fresh();
    buffering(here, 2048);
    const wish = { family: 4, state: 'FIN-WAIT-2', rcvNxt: 100, smallWindow: true } as const;
    const { connection } = await reach(here.environment, wish);
    expect(connection.rcvWnd).to.be.within(1, 1450);
    const [first, second] = here.link.sent.filter(({ segment: { ctl } }) => ctl.has('SYN'));
    const reset = here.link.sent.find(({ segment: { ctl } }) => ctl.has('RST'));
    expect(second?.from, 'on another connection').to.not.equal(first?.from);
    expect(reset?.from, 'the first one is not left half-open').to.equal(first?.from);
  });

  it('leave one alone that a segment fills', async () => {
    const here = fresh();
    buffering(here, 1024);
    const wish = { family: 4, state: 'ESTABLISHED', rcvNxt: 100, smallWindow: true } as const;
    const { connection } = await reach(here.environment, wish);
    expect(connection.variables()).to.include({ 'RCV.NXT': 100, 'RCV.WND': 1024 });
  });

  it('say of one that does not get small that it cannot be', async () => {
    const here = fresh();
    buffering(here, 8000, 4000);
    const wish = { family: 4, state: 'ESTABLISHED', rcvNxt: 100, smallWindow: true } as const;
    const failure = await reach(here.environment, wish).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(NotCapable);
    expect((failure as NotCapable).lack).to.deep.equal({ what: 'window of one segment', octets: 4000 });
  });
});
