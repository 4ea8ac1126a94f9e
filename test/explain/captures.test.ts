import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Cause } from '../../lib/explain/cause.ts';
import { explained } from './scene.ts';

/* Each answer was worked out from the packets and the RFCs before the code was asked. */

interface Answer {
  readonly frame: number;
  readonly cause: Cause;
  readonly drawnBy?: number;
  readonly states: readonly string[];
  /** Another cause that must be named beside it, since no packet tells them apart. */
  readonly or?: Cause;
}

const of = (name: string) => {
  const { accounts, facts } = explained(readFileSync(new URL(`captures/${name}`, import.meta.url)));
  const [account] = accounts;
  if (!account || accounts.length !== 1) throw new Error(`${name}: ${accounts.length} connections`);
  return { account, facts };
};

function check(name: string, answers: readonly Answer[]): void {
  const { explanations } = of(name).account;
  expect(explanations.map(({ segment }) => segment.frame)).to.deep.equal(answers.map(({ frame }) => frame));
  answers.forEach((answer, index) => {
    const found = explanations[index];
    const { cause, drawnBy, states, verdict, form, candidates } = found ?? {};
    const told = { frame: answer.frame, cause, ...(drawnBy === undefined ? {} : { drawnBy }), states };
    const { or, ...wanted } = answer;
    expect(told).to.deep.equal(wanted);
    expect(verdict, `frame ${answer.frame}`).to.equal('conformant');
    expect(form?.right).to.equal(true);
    if (or) expect(candidates).to.include(or);
  });
}

describe('captures of others', () => {
  /*
   * B's FIN (20) is at A only after A has sent text (18) and a FIN (19), so both reach B in FIN-WAIT-1. The three resets have the ACK
   * fields of 18, 21 and 19. Two of them have another TTL at the same distance (128-123 = 64-59 = 5 routers), and come sooner than any
   * other answer of B: another machine in front of it may have sent them. The packets do not tell.
   */
  it('reset-after-both-fins: text for an application that has closed, and what followed it', () => {
    check('reset-after-both-fins.pcap', [
      { frame: 22, cause: 'text for a closed user', drawnBy: 18, states: ['FIN-WAIT-1'] },
      { frame: 23, cause: 'closed by its own reset', drawnBy: 21, states: ['CLOSED'], or: 'closed by FINs' },
      { frame: 24, cause: 'closed by its own reset', drawnBy: 19, states: ['CLOSED'], or: 'closed by FINs' },
    ]);
    const { account } = of('reset-after-both-fins.pcap');
    expect(account.point).to.include({ at: 'end', end: 0 });
    expect(account.explanations[0]?.sure).to.equal('likely');
    expect(account.explanations[0]?.decides).to.include('call of the user');
    expect(account.explanations[0]?.signs.map(({ kind }) => kind)).to.include.members([
      'FIN',
      'other TTL, same distance',
      'too soon',
    ]);
  });

  /* A has sent its FIN in 13; 14 brings text that nobody reads (RFC 1122 4.2.2.13). From then on A has no connection. */
  it('closed-while-text-arrives-ipv6: text for an application that has closed, over IPv6', () => {
    check('closed-while-text-arrives-ipv6.pcap', [
      { frame: 15, cause: 'text for a closed user', drawnBy: 14, states: ['FIN-WAIT-1'] },
      { frame: 17, cause: 'closed by its own reset', drawnBy: 16, states: ['CLOSED'] },
      { frame: 19, cause: 'closed by its own reset', drawnBy: 18, states: ['CLOSED'], or: 'closed by FINs' },
    ]);
    const { account } = of('closed-while-text-arrives-ipv6.pcap');
    expect(account.point).to.include({ at: 'end', end: 0 });
    expect(account.explanations.map(({ sure }) => sure)).to.deep.equal(['likely', 'certain', 'likely']);
  });

  /* A reset with SEQ=SND.NXT and ACK=RCV.NXT, just after text whose room in the window was not given back. 8 acknowledges that text. */
  it('close-with-unread-text: an abort looks the same, and the capture says so', () => {
    check('close-with-unread-text.pcap', [
      { frame: 7, cause: 'close with unread text', states: ['ESTABLISHED'], or: 'abort' },
      { frame: 9, cause: 'closed by its own reset', drawnBy: 8, states: ['CLOSED'] },
    ]);
    const { account } = of('close-with-unread-text.pcap');
    expect(account.point).to.include({ at: 'end', end: 1 });
    expect(account.explanations[0]?.sure).to.equal('cannot tell');
  });

  /* Each identification comes twice. The reset of A comes 36 s after the last segment, and nothing draws it. */
  it('every-frame-twice: one reset, not two, and nothing on the wire that draws it', () => {
    check('every-frame-twice.pcap', [
      { frame: 19, cause: 'abort', states: ['ESTABLISHED'], or: 'close with unread text' },
    ]);
    const { account } = of('every-frame-twice.pcap');
    expect(account.oddities.doubled).to.equal(10);
    expect(account.explanations[0]?.sure).to.equal('cannot tell');
    expect(account.point.at).to.equal('between');
  });

  /* The SYN in 2 crosses the SYN in 1: a simultaneous open (RFC 9293 figure 7). The reset is at SND.NXT, as ABORT sends it. */
  it('split-handshake: a simultaneous open, ended by a reset at SND.NXT', () => {
    check('split-handshake.pcap', [{ frame: 7, cause: 'abort', states: ['ESTABLISHED'] }]);
  });

  /* B has acknowledged A's FIN in 5, so it is in CLOSE-WAIT. Its window had opened again after the only text of A. */
  it('begins-in-the-middle: an abort in CLOSE-WAIT', () => {
    check('begins-in-the-middle.pcapng', [
      { frame: 6, cause: 'abort', states: ['CLOSE-WAIT'], or: 'close with unread text' },
    ]);
    const { account } = of('begins-in-the-middle.pcapng');
    expect(account.begunInTheMiddle).to.equal(true);
    expect(account.point).to.include({ at: 'end', end: 0 });
  });

  /* RFC 1122 4.2.2.12 lets a reset carry text, of the user who ABORTs. Text of B was under way, which nobody reads any more. */
  it('reset-with-text: text in a reset is allowed', () => {
    check('reset-with-text.pcap', [
      { frame: 8, cause: 'abort', states: ['ESTABLISHED'], or: 'close with unread text' },
    ]);
    expect(of('reset-with-text.pcap').account.explanations[0]?.signs).to.deep.include({
      kind: 'carries text',
      octets: 13,
    });
  });
});
