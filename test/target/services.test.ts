import { expect } from 'chai';
import { reasonText } from '../../lib/report/expectation.ts';
import type { Destination } from '../../lib/target/driver.ts';
import { NotCapable } from '../../lib/target/driver.ts';
import { ServicesDriver } from '../../lib/target/services-driver.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { skipWithoutLab } from '../lab/skip.ts';
import { byCapability, play, wasReached } from './scenes/play.ts';
import { SERVERS } from './scenes/servers.ts';
import { CASES, type Reachable } from './scenes/states.ts';

const OPENED: readonly Reachable[] = [
  'CLOSED by FINs',
  'CLOSED by abort',
  'SYN-SENT',
  'SYN-RECEIVED, active',
];

/** The states that each server does not reach, besides those that need an active open. */
const OUT_OF_REACH: Readonly<Record<string, readonly Reachable[]>> = {
  'of our own': ['LAST-ACK'],
  inetd: ['CLOSE-WAIT', 'FIN-WAIT-1', 'FIN-WAIT-2'],
  nginx: ['CLOSE-WAIT'],
  sshd: [
    'CLOSE-WAIT',
    'FIN-WAIT-1',
    'FIN-WAIT-1, closed',
    'FIN-WAIT-2',
    'FIN-WAIT-2, closed',
    'CLOSING',
    'TIME-WAIT',
  ],
};

describe('services as targets', function () {
  this.timeout(120_000);

  for (const [name, servers] of Object.entries(SERVERS)) {
    it(`${name}: its states are reached and proven, the rest is beyond its capability`, async function () {
      skipWithoutLab(this, servers.missing());
      const results = await play('play-services', [name, ...Object.values(CASES).flat()]);
      const beyond = new Set([...OPENED, ...(OUT_OF_REACH[name] ?? [])]);
      for (const [state, ids] of Object.entries(CASES)) {
        const own = results.filter(({ id }) => (ids as readonly string[]).includes(id));
        expect(own, state).to.have.length(2 * ids.length);
        for (const result of own) {
          const told = `${result.id} over IPv${result.family}: ${reasonText(result, 'rfc9293')}`;
          if (beyond.has(state as Reachable)) expect(byCapability(result), told).to.equal(true);
          else {
            expect(wasReached(result), told).to.equal(true);
            expect(verdictOf(result, 'rfc9293'), told).to.equal('conformant');
          }
        }
      }
    });
  }
});

describe('the services driver', () => {
  const open = { port: 9, uponFin: 'stays' } as const;
  const daytime = { port: 13, closes: {} } as const;
  const http = { port: 80, uponFin: 'closes', closes: { upon: 'GET', receives: true } } as const;
  const ssh = { port: 22, greets: true, uponFin: 'closes' } as const;
  const driver = new ServicesDriver([ssh, open, daytime, http]);

  const behaviour = async (destination: Omit<Destination, 'family'>): Promise<unknown> => {
    try {
      return await driver.behaviour({ family: 4, ...destination });
    } catch (error) {
      expect(error).to.be.instanceOf(NotCapable);
      return (error as NotCapable).lack.what;
    }
  };

  it('chooses the service that does what the state takes', async () => {
    expect(await behaviour({ state: 'SYN-RECEIVED', origin: 'passive' })).to.deep.include({ port: 80 });
    expect(await behaviour({ state: 'CLOSE-WAIT' })).to.deep.equal({ port: 9 });
    expect(await behaviour({ state: 'LAST-ACK' })).to.deep.equal({ port: 80, closes: {} });
    expect(await behaviour({ state: 'FIN-WAIT-1' })).to.deep.equal({ port: 80, closes: { upon: 'GET' } });
    expect(await behaviour({ state: 'FIN-WAIT-2', conditions: ['user-closed'] })).to.deep.equal({
      port: 13,
      closes: {},
    });
    expect(await behaviour({ state: 'CLOSED' })).to.equal(undefined);
  });

  it('keeps a case that the service would disturb by a FIN of its own from it', async () => {
    expect(await behaviour({ state: 'ESTABLISHED', outcomes: ['CLOSE-WAIT'] })).to.deep.equal({ port: 9 });
  });

  it('says what it takes to get where it cannot', async () => {
    expect(await behaviour({ state: 'SYN-SENT' })).to.equal('active OPEN');
    expect(await behaviour({ state: 'CLOSED', closedBy: 'FINs' })).to.equal('active OPEN');
    expect(await behaviour({ state: 'ESTABLISHED', conditions: ['zero-window'] })).to.equal(
      'stopping to read',
    );
    expect(await behaviour({ state: 'ESTABLISHED', aged: true })).to.equal('SEND on command');
    const only = new ServicesDriver([daytime]);
    const refused = await only.behaviour({ family: 4, state: 'ESTABLISHED' }).catch((error: Error) => error);
    expect((refused as NotCapable).lack).to.deep.equal({ what: 'staying open' });
  });

  it('is named after its services', () => {
    expect(driver.name).to.equal(
      'services (22: sends first, closes upon a FIN; 9: stays after a FIN; 13: closes at once, both ways; ' +
        '80: closes upon a text but goes on receiving, closes upon a FIN)',
    );
  });
});
