import { expect } from 'chai';
import { isOpen, LEFT_OPEN, sentences } from '../../lib/catalogue/left-open.ts';
import { parseReply } from '../../lib/catalogue/resolve.ts';

const SILENCE = { reply: parseReply('silence') };
const ACK = { reply: parseReply('<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>') };
const ACK_OF_TEXT = { reply: parseReply('<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>') };
const RST = { reply: parseReply('<SEQ=SEG.ACK><CTL=RST>') };
const RST_ACK = { reply: parseReply('<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>') };
const SYN_ACK = { reply: parseReply('<ACK=SEG.SEQ+1><CTL=SYN,ACK>') };

describe('what a text leaves open', () => {
  it('is three kinds of reply, or silence beside a reply', () => {
    expect(isOpen([SILENCE, SILENCE])).to.equal(false);
    expect(isOpen([ACK, RST, RST_ACK])).to.equal(false);
    expect(isOpen([ACK, ACK_OF_TEXT, SYN_ACK])).to.equal(false);
    expect(isOpen([SILENCE, ACK])).to.equal(true);
    expect(isOpen([ACK, RST, SYN_ACK])).to.equal(true);
  });

  it('is told by the sentence of each text, once', () => {
    const outcomes = [SILENCE, { ...ACK, leftOpen: 'PAWS' }, { ...ACK_OF_TEXT, leftOpen: 'PAWS' }] as const;
    expect(sentences(outcomes)).to.deep.equal([LEFT_OPEN.PAWS]);
    expect(sentences([ACK, { ...ACK_OF_TEXT, leftOpen: 'PAWS' }]), 'nothing is open').to.deep.equal([]);
  });

  it('is told to be a choice of the target where outcomes belong to those who have adopted RFC 5961', () => {
    expect(sentences([{ ...ACK, when: { check: 'rst', adopted: true } }, SILENCE])).to.deep.equal([
      LEFT_OPEN['RFC 5961 by choice'],
    ]);
  });

  it('names a document in every sentence, or that there is none', () => {
    for (const sentence of Object.values(LEFT_OPEN)) {
      expect(sentence).to.match(/RFC \d+|^No document/);
      expect(sentence).to.match(/^[A-Z].*[^.]\.$/);
      expect(sentence.length).to.be.below(220);
    }
  });
});
