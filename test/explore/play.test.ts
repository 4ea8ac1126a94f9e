import { expect } from 'chai';
import { Fence } from '../../lib/explore/fence.ts';
import { play } from '../../lib/explore/play.ts';
import { echoesNothing } from '../../lib/explore/segment-faults.ts';
import { type ConcreteSegment, evaluateSegment, parseSegment } from '../../lib/notation/index.ts';
import { ALL_CHECKS } from '../../lib/standard/adoption.ts';
import { lt } from '../../lib/wire/seq.ts';
import { referenceWorld } from '../states/reference-world.ts';

const segment = (text: string): ConcreteSegment => evaluateSegment(parseSegment(text), {}, () => 0);
const tester = (text: string) => ({ from: 'tester' as const, segment: segment(text) });
const SYN_ACK = { segment: segment('<SEQ=100><ACK=301><CTL=SYN,ACK><TSVAL=9><TSECR=0>') };

describe('a TSecr', () => {
  it('is a TSval that has come with the SYN or since', () => {
    const syn = tester('<SEQ=300><CTL=SYN><TSVAL=7><TSECR=0>');
    const ack = (tsecr: number) => ({
      segment: segment(`<SEQ=101><ACK=301><CTL=ACK><TSVAL=9><TSECR=${tsecr}>`),
    });
    const text = tester('<SEQ=301><ACK=101><CTL=ACK><TSVAL=8><TSECR=9>');
    expect(echoesNothing(SYN_ACK, [syn])).to.equal(true);
    expect(echoesNothing(ack(7), [syn])).to.equal(false);
    expect(echoesNothing(ack(8), [syn])).to.equal(true);
    expect(echoesNothing(ack(8), [syn, text])).to.equal(false);
  });

  it('echoes nothing where SYNs cross and the tester has offered no timestamps, whatever came before', () => {
    const stray = tester('<SEQ=300><ACK=101><CTL=ACK><TSVAL=1><TSECR=0>');
    expect(echoesNothing(SYN_ACK, [stray, tester('<SEQ=300><CTL=SYN>')])).to.equal(false);
    expect(echoesNothing(SYN_ACK, [tester('<SEQ=300><CTL=SYN>')])).to.equal(false);
  });
});

describe('a place whose segments have old timestamps, or none', () => {
  const tsvalsIn = async (condition: 'old-timestamp' | 'no-timestamp'): Promise<(number | undefined)[]> => {
    const profile = 'rfc9293';
    const { tester, environment } = referenceWorld(profile, {});
    const fence = new Fence(environment, 4);
    try {
      const ground = { environment, family: 4, fence, profile, adoptions: [ALL_CHECKS], seed: 1 } as const;
      const send = [parseSegment('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><DATA=1>')] as const;
      const place = { state: 'ESTABLISHED', conditions: [condition] } as const;
      const { outcome, log } = await play({ place, steps: [{ send }] }, ground);
      expect(outcome).to.equal('explained');
      return log.filter(({ from }) => from === 'tester').map(({ segment: { tsval } }) => tsval);
    } finally {
      fence.close();
      await tester.close();
    }
  };

  it('sends them as `run` does', async () => {
    const [first = 0, , old = 0] = await tsvalsIn('old-timestamp');
    expect(lt(old, first)).to.equal(true);
    const [offered, , none] = await tsvalsIn('no-timestamp');
    expect([offered === undefined, none]).to.deep.equal([false, undefined]);
  });
});
