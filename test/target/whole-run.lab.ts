import { expect } from 'chai';
import { reasonText } from '../../lib/report/expectation.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { skipWithoutLab } from '../lab/skip.ts';
import { installing } from '../packages.ts';
import { byCapability, play } from './scenes/play.ts';
import type { WholeRun } from './scenes/play-run.ts';
import { SERVERS } from './scenes/servers.ts';
import { CASES, type Reachable } from './scenes/states.ts';

/** Deviations that would be wrong for an application that cannot be driven, or that sends text by itself. */
const USERS = [
  'figure-7.three-way-handshake.tcp-b',
  'figure-13.normal-close.tcp-a',
  'figure-13.normal-close.tcp-b',
  'figure-14.simultaneous-close.tcp-a',
  'figure-11.half-open-active-side.tcp-b',
  'ladder.time-wait.from-fin-wait-1',
  'syn-received.passive.ack.snd-nxt',
];

const PASSIVE: readonly Reachable[] = ['LISTEN', 'SYN-RECEIVED, passive', 'ESTABLISHED'];
const ACTIVE: readonly Reachable[] = ['SYN-SENT', 'SYN-RECEIVED, active', 'ESTABLISHED'];

/** The states that each must reach at least, besides CLOSED. */
const TARGETS: Readonly<Record<string, readonly Reachable[]>> = {
  inetd: [...PASSIVE, 'LAST-ACK', 'FIN-WAIT-1, closed', 'CLOSING', 'TIME-WAIT'],
  nginx: [...PASSIVE, 'LAST-ACK', 'FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'TIME-WAIT'],
  sshd: [...PASSIVE, 'LAST-ACK'],
  command: [...ACTIVE, 'CLOSE-WAIT', 'LAST-ACK', 'FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'TIME-WAIT'],
  // All that is known about it is that it connects.
  await: ACTIVE,
};

const missing = (name: string): string | undefined => {
  if (name === 'await') return undefined;
  return name === 'command' ? installing('netcat-openbsd') : SERVERS[name]?.missing();
};

describe('a whole run against a target whose user nobody moves', function () {
  this.timeout(1_200_000);
  const ids = [...Object.values(CASES).map(([first]) => first), ...USERS];

  for (const [name, states] of Object.entries(TARGETS)) {
    it(`${name}: gets where it can, and accuses nobody of what the application does`, async function () {
      skipWithoutLab(this, missing(name));
      const { adoption, results } = await play<WholeRun>('play-run', [name, ...ids]);
      // Only a command can make the target's user send first.
      expect(adoption).to.deep.equal({ rst: true, syn: true, ...(name === 'command' ? { ack: true } : {}) });
      expect(results.map(({ id }) => id)).to.have.members(ids);
      for (const result of results) {
        const told = `${result.id}: ${reasonText(result, 'rfc9293')}`;
        if (!byCapability(result)) expect(verdictOf(result, 'rfc9293'), told).to.equal('conformant');
      }
      for (const state of ['CLOSED' as const, ...states]) {
        const [first] = CASES[state];
        const result = results.find(({ id }) => id === first);
        expect(
          result && verdictOf(result, 'rfc9293'),
          `${state}: ${result && reasonText(result, 'rfc9293')}`,
        ).to.equal('conformant');
      }
    });
  }
});
