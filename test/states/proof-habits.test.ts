import { expect } from 'chai';
import { Connection } from '../../lib/states/index.ts';
import { answerToSyn } from '../../lib/states/proof-habits.ts';
import { world } from './scripted-target.ts';

describe('the answer to a SYN', () => {
  for (const [what, replies, expected] of [
    ['is an ACK, where nothing else comes', ['<SEQ=5001><ACK=101><CTL=ACK>'], 'ack'],
    [
      'is the SYN,ACK behind the ACK of an earlier probe, which came late',
      ['<SEQ=5001><ACK=101><CTL=ACK>', '<SEQ=9000><ACK=103><CTL=SYN,ACK>'],
      'syn-ack',
    ],
    [
      'is the reset behind such an ACK',
      ['<SEQ=5001><ACK=101><CTL=ACK>', '<SEQ=0><ACK=103><CTL=RST,ACK>'],
      'rst',
    ],
    ['is no FIN that a timer sends', ['<SEQ=5001><ACK=101><CTL=FIN,ACK>'], 'silence'],
  ] as const) {
    it(what, async () => {
      const { link, tester, environment } = world();
      link.script = () => replies;
      const connection = new Connection(tester.open(4), 80, 100);
      expect(await answerToSyn(environment, connection, 101)).to.equal(expected);
      await tester.close();
    });
  }
});
