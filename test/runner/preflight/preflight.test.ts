import { expect } from 'chai';
import { printSegment } from '../../../lib/notation/index.ts';
import { say } from '../../../lib/report/say.ts';
import type { PreflightFault } from '../../../lib/verdict/preflight-fault.ts';
import { verdictOf, whyInconclusive } from '../../../lib/verdict/result.ts';
import type { Share } from '../../../lib/verdict/target-facts.ts';
import { runInLab } from '../../lab/run-in-lab.ts';
import { skipWithout } from '../../packages.ts';
import type { Found } from './bad-path.ts';

const SCENE = new URL('bad-path.ts', import.meta.url);

const expectAllConformant = ({ results }: Found): void => {
  expect(results).to.have.length.above(5);
  for (const result of results) expect(verdictOf(result, 'rfc9293'), result.id).to.equal('conformant');
};

describe('preflight', () => {
  const found = new Map<string, Found>();
  const of = (what: string): Found => found.get(what) as Found;

  before(async function () {
    this.timeout(120_000);
    skipWithout(this, 'nftables');
    const scenes = [
      'SYN cookies',
      'closed ports are filtered',
      'closed ports are refused by ICMP',
      'everything is filtered',
      'resets are limited',
      'challenge ACKs are limited',
      'a round trip of 300 ms',
    ];
    // Each has a lab of its own, and mostly waits.
    await Promise.all(scenes.map(async (what) => found.set(what, await runInLab<Found>(SCENE, [what]))));
  });

  it('recognises SYN cookies, and rules out what they rule out', () => {
    const { facts, results } = of('SYN cookies');
    expect(facts?.halfOpen).to.include({ held: 0 });
    expect(facts?.halfOpen?.cookies).to.be.above(0);
    for (const result of results) {
      const { id } = result;
      const opens = id.startsWith('syn-received.passive.') || id === 'listen.syn.empty';
      expect(verdictOf(result, 'rfc9293'), id).to.equal(opens ? 'inconclusive' : 'conformant');
      if (!opens) continue;
      expect(whyInconclusive(result, 'rfc9293')).to.deep.equal({
        kind: 'SYN cookies',
      });
    }
  });

  it('finds that closed ports are silent, and accuses what the rule is about, with the packets', () => {
    const { faults, results } = of('closed ports are filtered');
    const [fault, ...others] = faults;
    expect(others).to.deep.equal([]);
    expect(fault).to.deep.include({
      ...{ id: 'syn-to-a-closed-port.ipv4', step: 'SYN to a closed port', gravity: 'deviation', port: 1 },
      ...{ observed: [], mayBeFilter: true, blocks: [] },
    });
    expect(fault?.records.map(({ relative }) => printSegment(relative))).to.deep.equal([
      '<SEQ=IRS><CTL=SYN>',
    ]);
    expect(say.preflightFault(fault as PreflightFault)).to.equal(
      'it does not answer a SYN to a closed port, over IPv4',
    );
    for (const result of results) {
      const due = result.id === 'closed.syn.empty' ? 'deviates' : 'conformant';
      expect(verdictOf(result, 'rfc9293'), result.id).to.equal(due);
    }
  });

  it('takes a refusal by ICMP for a filter, which accuses nobody', () => {
    const { faults, results } = of('closed ports are refused by ICMP');
    expect(faults.map(({ id, gravity }) => `${id} ${gravity}`)).to.deep.equal([
      'syn-to-a-closed-port.ipv4 obstacle',
    ]);
    expect(faults[0]?.refusal).to.match(/^ICMP from 192\.0\.2\.2: communication administratively prohibited/);
    for (const result of results) {
      if (!result.id.startsWith('closed.')) expect(verdictOf(result, 'rfc9293')).to.equal('conformant');
      else {
        const why = whyInconclusive(result, 'rfc9293');
        expect(why?.kind === 'blocked' && why.by.id, result.id).to.equal(faults[0]?.id);
      }
    }
  });

  it('says when nothing answers at all: the ports, what was to come, and what may help', () => {
    expect(of('everything is filtered').error).to.match(
      /^192\.0\.2\.2 does not answer: within 4 s a SYN got no reset from port 1, which should be closed, and no SYN,ACK from port \d+, which listens; is the target up, /,
    );
  });

  it('finds a limit of resets, and stays below it', () => {
    const limited = of('resets are limited');
    const resets = limited.facts?.resetsAtOnce as Share;
    expect(resets.asked).to.equal(100);
    expect(resets.answered).to.be.within(19, 29);
    expect(limited.facts?.path).to.deep.equal({ lost: 0, doubled: 0, reordered: 0 });
    expectAllConformant(limited);
  });

  it('finds a limit of challenge ACKs, and stays below it', () => {
    const limited = of('challenge ACKs are limited');
    expect(limited.facts?.ackLimits?.of).to.equal('challenge ACKs');
    expect(limited.facts?.ackLimits?.hostWide.answered).to.be.within(5, 30);
    expectAllConformant(limited);
  });

  it('waits for a slow target as long as it takes', () => {
    const slow = of('a round trip of 300 ms');
    expect(slow.facts?.roundTrip.median).to.be.within(300, slow.facts?.roundTrip.worst ?? 0);
    expectAllConformant(slow);
  });
});
