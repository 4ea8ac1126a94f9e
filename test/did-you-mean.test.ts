import { expect } from 'chai';
import { didYouMean } from '../lib/did-you-mean.ts';

const WORDS = ['SND.UNA', 'SND.NXT', 'RCV.NXT', 'ISS'];

describe('did you mean', () => {
  it('names the nearest word', () => {
    expect(didYouMean('SND.NEXT', WORDS)).to.equal(' (did you mean SND.NXT?)');
  });

  it('names the word that has the same letters in another order', () => {
    expect(didYouMean('ISS', ['SIS', 'ISX'])).to.equal(' (did you mean SIS?)');
    expect(didYouMean('UGR', ['SYN', 'URG'])).to.equal(' (did you mean URG?)');
  });

  it('names none where every word is another one', () => {
    for (const word of ['WINDOW', 'X', '']) expect(didYouMean(word, WORDS), word).to.equal('');
    expect(didYouMean('ISS', [])).to.equal('');
  });
});
