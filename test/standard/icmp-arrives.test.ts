import { expect } from 'chai';
import { icmpArrives } from '../../lib/standard/icmp-arrives.ts';
import { PROFILES, type Profile } from '../../lib/standard/profile.ts';
import { STATES, SYNCHRONIZED } from '../../lib/standard/state.ts';
import type { Tcb } from '../../lib/standard/tcb.ts';
import { ICMP_ERROR_NAMES, type IcmpErrorName } from '../../lib/wire/icmp.ts';
import { tcbIn } from './arrivals.ts';
import { reactionTexts } from './reactions.ts';

const texts = (tcb: Tcb, name: IcmpErrorName, profile: Profile, seq = tcb.sndUna) =>
  reactionTexts(icmpArrives(tcb, { name, seq }, profile));

/** FIN-WAIT-1 has its FIN in flight, and is reset by ABORT. */
const FIN_WAIT_1 = tcbIn('FIN-WAIT-1');
const RESET = ', user: connection reset';
const RESETS = [
  `may <SEQ=102><CTL=RST> CLOSED${RESET}`,
  `may <SEQ=102><ACK=301><CTL=ACK,RST> CLOSED${RESET}`,
];
const SINCE_1122 = PROFILES.filter((profile) => profile !== 'rfc793');

describe('icmpArrives', () => {
  it('never returns the same twice, and always something that is more than permitted', () => {
    for (const state of STATES)
      for (const name of ICMP_ERROR_NAMES)
        for (const profile of PROFILES) {
          const found = texts(tcbIn(state), name, profile);
          expect(new Set(found)).to.have.property('size', found.length);
          expect(found.some((text) => !text.startsWith('may'))).to.equal(true);
        }
  });

  it('discards a source quench in every state', () => {
    for (const state of STATES)
      for (const profile of PROFILES)
        expect(texts(tcbIn(state), 'source quench', profile)).to.deep.equal([`must silence ${state}`]);
  });

  it('does nothing where there is no connection', () => {
    for (const state of ['CLOSED', 'LISTEN'] as const)
      for (const profile of PROFILES)
        expect(texts(tcbIn(state), 'port unreachable', profile)).to.deep.equal([`must silence ${state}`]);
  });

  it('aborts nothing at a soft error, and the user is told; by RFC 1122, perhaps when the connection times out', () => {
    for (const state of SYNCHRONIZED)
      for (const profile of SINCE_1122) {
        const tcb = tcbIn(state);
        // An error about nothing in flight may be ignored.
        const isOwed = profile === 'rfc9293' && tcb.sndUna !== tcb.sndNxt;
        expect(texts(tcb, 'host unreachable', profile)).to.have.members([
          ...(isOwed ? [] : [`must silence ${state}`]),
          `must silence ${state}, user: soft error`,
        ]);
      }
  });

  it('may give up an open at a soft error by RFC 9293, which notes that many do', () => {
    const told = 'must silence SYN-SENT, user: soft error';
    const synSent = tcbIn('SYN-SENT');
    expect(texts(synSent, 'net unreachable', 'rfc5961')).to.have.members([told, 'must silence SYN-SENT']);
    expect(texts(synSent, 'net unreachable', 'rfc9293')).to.have.members([
      told,
      'may silence CLOSED, user: connection refused',
    ]);
  });

  it('should abort at a hard error, with or without a reset', () => {
    for (const profile of SINCE_1122)
      expect(texts(FIN_WAIT_1, 'port unreachable', profile)).to.have.members([
        `should silence CLOSED${RESET}`,
        ...RESETS,
        'may silence FIN-WAIT-1',
      ]);
    expect(texts(tcbIn('SYN-SENT'), 'protocol unreachable', 'rfc9293')).to.have.members([
      'should silence CLOSED, user: connection refused',
      'may silence SYN-SENT',
    ]);
  });

  it('may ignore an error about what is not in flight: the two ends of what is', () => {
    const { sndUna, sndNxt } = FIN_WAIT_1;
    for (const seq of [sndUna - 1, sndNxt])
      expect(texts(FIN_WAIT_1, 'port unreachable', 'rfc9293', seq)).to.include('must silence FIN-WAIT-1');
    for (const seq of [sndUna, sndNxt - 1])
      expect(texts(FIN_WAIT_1, 'port unreachable', 'rfc9293', seq)).not.to.include('must silence FIN-WAIT-1');
    expect(texts(FIN_WAIT_1, 'port unreachable', 'rfc1122', sndNxt)).to.include('may silence FIN-WAIT-1');
  });

  it('goes on when a packet was too big; code 4 over IPv4 is named among the hard errors', () => {
    for (const profile of SINCE_1122) {
      expect(texts(FIN_WAIT_1, 'packet too big', profile)).to.deep.equal(['must silence FIN-WAIT-1']);
      expect(texts(FIN_WAIT_1, 'fragmentation needed', profile)).to.have.members([
        'must silence FIN-WAIT-1',
        `may silence CLOSED${RESET}`,
        ...RESETS,
      ]);
    }
  });

  it('is left open by RFC 793, which does not mention ICMP', () => {
    for (const name of ['host unreachable', 'port unreachable'] as const)
      expect(texts(FIN_WAIT_1, name, 'rfc793')).to.have.members([
        'must silence FIN-WAIT-1',
        `must silence CLOSED${RESET}`,
        ...RESETS,
      ]);
  });
});
