import { expect } from 'chai';
import { findScenario } from '../../lib/catalogue/catalogue.ts';
import type { Finding } from '../../lib/findings/findings.ts';
import { findingTitle } from '../../lib/report/finding-title.ts';

const finding = (more: Partial<Finding>): Finding => ({
  id: 'a',
  verdict: 'deviates',
  effect: {},
  where: [],
  effects: more.effect ? [more.effect] : [],
  harm: 'wrong reply',
  states: ['ESTABLISHED'],
  after: [],
  cases: [{ id: 'established.ack.one-before', family: 4 }],
  ...more,
});

describe('the title of a finding', () => {
  const rows: readonly (readonly [Partial<Finding>, string])[] = [
    [
      { effect: { reply: { due: 'ACK', seen: 'silence' } }, where: ['no ACK', 'unacceptable', 'no SYN'] },
      'No reply to a segment without ACK outside the window; an empty ACK is due',
    ],
    [
      { effect: { state: 'lost' }, where: ['RST', 'ACK', 'one before the window'] },
      'A reset at RCV.NXT-1 ends the connection',
    ],
    [
      { effect: { state: 'entered' }, where: ['ACK', 'text', 'SYN-RECEIVED'], after: ['ESTABLISHED'] },
      'Text in SYN-RECEIVED changes the state to ESTABLISHED',
    ],
    [
      {
        effect: { form: { of: 'RST', field: 'CTL' } },
        where: ['ACK'],
        flags: { due: 'RST', seen: 'RST,ACK' },
      },
      'RST,ACK in place of RST in reply to a segment with ACK',
    ],
    [
      {
        effects: [{ reply: { due: 'ACK', seen: 'silence' } }, { state: 'lost' }],
        where: ['at the right edge', 'unacceptable', 'zero-window'],
      },
      'A segment at RCV.NXT+RCV.WND at a closed window gets no reply where an empty ACK is due, or ends the connection',
    ],
    [
      {
        effect: { reply: { seen: 'RST' } },
        effects: [{ reply: { due: 'silence', seen: 'RST' } }, { reply: { due: 'ACK', seen: 'RST' } }],
        where: ['SYN', 'ACK', 'after a passive OPEN', 'SYN-RECEIVED'],
      },
      'A reset in reply to a SYN,ACK in SYN-RECEIVED after a passive open; no reply or an empty ACK is due',
    ],
    [
      { effect: { extra: 'option: window scale without SYN' }, where: ['FIN'] },
      'Wrong options in a reply to a FIN: only a SYN carries a window scale (RFC 7323 2.2)',
    ],
    [
      {
        effect: { reply: { due: 'text', seen: 'silence' } },
        cases: [{ id: 'ladder.ack-counts.before-window', family: 4 }],
      },
      `No reply where text is due: “${findScenario('ladder.ack-counts.before-window')?.title}”`,
    ],
    [
      { effect: { extra: 'time' }, cases: [{ id: 'ladder.ack-counts.before-window', family: 4 }] },
      `The reply comes at the wrong time: “${findScenario('ladder.ack-counts.before-window')?.title}”`,
    ],
    [
      {
        effects: [{ state: 'kept' }, { reply: { due: 'silence', seen: 'ACK' } }],
        where: ['RST', 'text', 'no ACK', 'across an edge'],
      },
      'A reset with text that reaches across an edge of the window does not end the connection, or gets an ACK where no reply is due',
    ],
    [
      {
        effect: { reply: { due: 'ACK', seen: 'silence' } },
        where: ['no ACK', 'no text', 'before the window', 'after the peer closed'],
      },
      "No reply to a segment without ACK or text that begins before the window after the peer's FIN; an empty ACK is due",
    ],
    [
      {
        effect: { reply: { due: 'ACK', seen: 'several' } },
        where: ['SYN', 'no ACK', 'FIN', 'after the peer closed', 'TIME-WAIT'],
      },
      'Several segments in reply to a SYN with FIN in TIME-WAIT; an empty ACK is due',
    ],
  ];
  for (const [more, title] of rows) it(title, () => expect(findingTitle(finding(more))).to.equal(title));
});
