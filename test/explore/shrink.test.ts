import { expect } from 'chai';
import { parseSegment } from '../../lib/notation/index.ts';
import { type Sequence, type SequenceStep, sequenceText } from '../../lib/explore/sequence.ts';
import { shrink } from '../../lib/explore/shrink.ts';

const send = (text: string): SequenceStep => ({ send: [parseSegment(text)] });

const LONG: Sequence = {
  place: { state: 'CLOSING', conditions: ['timestamps'] },
  steps: [
    send('<SEQ=RCV.NXT+10><ACK=SND.UNA><CTL=ACK><DATA=100>'),
    { user: { call: 'SEND', octets: 3000 } },
    send('<SEQ=RCV.NXT><ACK=SND.NXT+2^30><CTL=ACK,PSH,URG><DATA=10><WND=0><URG=1>'),
    send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>'),
  ],
};

describe('shrinking', () => {
  it('leaves only the step that fails, with plain fields, in the nearest state', async () => {
    const fails = async ({ steps }: Sequence): Promise<boolean> =>
      steps.some((step) => 'send' in step && step.send[0].wnd !== undefined);
    const { sequence } = await shrink(LONG, fails, 500);
    expect(sequenceText(sequence)).to.equal('ESTABLISHED: <SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><WND=0>');
  });

  it('keeps what the failure needs', async () => {
    const fails = async ({ place, steps }: Sequence): Promise<boolean> =>
      place.state === 'CLOSING' && steps.some((step) => 'user' in step) && steps.length >= 2;
    const { sequence } = await shrink(LONG, fails, 500);
    expect(sequence.place).to.deep.equal({ state: 'CLOSING', conditions: [] });
    expect(sequence.steps).to.have.length(2);
    expect(sequence.steps).to.deep.include({ user: { call: 'SEND', octets: 1 } });
  });

  it('ends after so many tries', async () => {
    let count = 0;
    const { tries } = await shrink(
      LONG,
      async () => {
        count += 1;
        return false;
      },
      10,
    );
    expect(tries).to.be.within(1, 13);
    expect(count).to.equal(tries);
  });

  it('forgets the choice of numbers where any will do', async () => {
    const { sequence } = await shrink({ ...LONG, numbers: 7 }, async () => true, 500);
    expect(sequence.numbers).to.equal(undefined);
  });
});
