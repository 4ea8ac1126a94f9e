import { expect } from 'chai';
import { peerOf } from '../../../../lib/runner/preflight/path-evidence/trial-connection.ts';

const OWN = { address: '192.0.2.1', port: 10_003 };
const isOurs = (port: number): boolean => port >= 10_000 && port < 10_010;

describe('the peer of which the user was told', () => {
  it('is the tester, also where others have come in between', () => {
    expect(peerOf(OWN, [{ address: '192.0.2.9', port: 40_000 }, OWN], isOurs)).to.equal(OWN);
  });

  it('is the tester behind a NAT: with its port, or with one that nobody knows', () => {
    const natted = { address: '198.51.100.1', port: 10_003 };
    const moved = { address: '198.51.100.1', port: 40_000 };
    expect(peerOf(OWN, [natted], isOurs)).to.equal(natted);
    expect(peerOf(OWN, [{ ...OWN, port: 10_001 }, moved], isOurs)).to.equal(moved);
  });

  it('is unknown while there is only news of other connections of the run, and of the other family', () => {
    expect(peerOf(OWN, [{ ...OWN, port: 10_001 }], isOurs)).to.equal(undefined);
    expect(peerOf(OWN, [{ address: '2001:db8::1', port: 40_000 }], isOurs)).to.equal(undefined);
  });
});
