/**
 * RFC 9293 section 3.10.7: what is to be answered is answered each time, also within the same second. Only the challenge ACKs of
 * RFC 5961 may be limited (its section 7).
 */
import type {
  ByProfile,
  StateName,
  StepExpectation,
  StepOutcome,
  StepsDeclaration,
} from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import { ACK } from './families/parts.ts';

interface Answered {
  readonly name: string;
  readonly what: string;
  readonly send: string;
  readonly reply: string;
  readonly rules: readonly RuleId[];
  /** The second answer, where it need not be the same. */
  readonly again?: ByProfile<StepExpectation>;
}

const twice = (
  state: StateName,
  { name, what, send, reply, rules, again = reply }: Answered,
): StepsDeclaration & { state: StateName } => ({
  id: `ladder.twice.${name}-${state.toLowerCase().replace(/ \((.*)\)/, '-$1')}`,
  title: `${what} comes twice within a second: it is answered twice`,
  state,
  steps: [{ send }, { expect: reply }, { send }, { expect: again }],
  rules,
});

const UNACCEPTABLE: readonly RuleId[] = ['3.5.2 group 3', '3.10.7.4 first'];

const LIMITED: readonly StepOutcome[] = [
  { reply: ACK },
  { reply: 'silence', level: 'permitted', leftOpen: 'rate of challenge ACKs', ends: true },
];

const oldText = (ack: string): Answered => ({
  ...{ name: 'old-text', what: 'text that was acknowledged before', reply: ACK, rules: UNACCEPTABLE },
  send: `<SEQ=RCV.NXT-1><ACK=${ack}><CTL=ACK><DATA=1>`,
});

const beyondWindow = (ack: string): Answered => ({
  ...{ name: 'beyond-window', what: 'text beyond the window', reply: ACK, rules: UNACCEPTABLE },
  send: `<SEQ=RCV.NXT+RCV.WND+1><ACK=${ack}><CTL=ACK><DATA=1>`,
});

const emptyBeyondWindow = (ack: string): Answered => ({
  ...{ name: 'empty-beyond-window', what: 'an empty segment beyond the window', reply: ACK },
  ...{ send: `<SEQ=RCV.NXT+RCV.WND+1><ACK=${ack}><CTL=ACK>`, rules: UNACCEPTABLE },
});

const neverSent: Answered = {
  ...{ name: 'ack-beyond-snd-nxt', what: 'an ACK of an octet never sent', reply: ACK },
  send: '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK>',
  rules: ['3.5.2 group 3', '3.10.7.4 fifth'],
};

const oldSyn: Answered = {
  ...{ name: 'old-syn', what: 'a SYN before the window', reply: ACK, send: '<SEQ=RCV.NXT-1><CTL=SYN>' },
  again: { rfc793: ACK, rfc5961: LIMITED },
  rules: [...UNACCEPTABLE, 'RFC 5961 7'],
};

const SYNCHRONIZED = [
  ...(['ESTABLISHED', 'FIN-WAIT-2', 'CLOSE-WAIT', 'TIME-WAIT'] as const).map(
    (state) => [state, 'SND.NXT'] as const,
  ),
  ...(['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'] as const).map((state) => [state, 'SND.UNA'] as const),
];

export default scenarios('ladders', [
  ...SYNCHRONIZED.flatMap(([state, ack]) =>
    [oldText(ack), beyondWindow(ack), emptyBeyondWindow(ack)].map((one) => twice(state, one)),
  ),
  ...(['ESTABLISHED', 'CLOSE-WAIT'] as const).flatMap((state) =>
    [neverSent, oldSyn].map((one) => twice(state, one)),
  ),
  twice('SYN-RECEIVED (passive)', beyondWindow('SND.NXT')),
  twice('CLOSED', {
    ...{ name: 'ack', what: 'an ACK for no connection', rules: ['3.5.2 group 1', '3.10.7.1'] },
    ...{ send: '<SEQ=1000><ACK=2000><CTL=ACK>', reply: '<SEQ=SEG.ACK><CTL=RST>' },
  }),
  twice('LISTEN', {
    ...{ name: 'ack', what: 'an ACK in LISTEN', rules: ['3.5.2 group 2', '3.10.7.2 second'] },
    ...{ send: '<SEQ=1000><ACK=2000><CTL=ACK>', reply: '<SEQ=SEG.ACK><CTL=RST>' },
  }),
  twice('SYN-SENT', {
    ...{ name: 'bad-ack', what: 'an ACK of an octet never sent', rules: ['3.5.2 group 2', '3.10.7.3 first'] },
    ...{ send: '<SEQ=1000><ACK=SND.NXT+1><CTL=ACK>', reply: '<SEQ=SEG.ACK><CTL=RST>' },
  }),
]);
