import type { Step } from '../catalogue/steps.ts';
import type { Finding, WrongField } from './finding.ts';

/** What was sent, or who was told, and what must come back. */
const WORDS: Readonly<Record<Step, { readonly what: string; readonly reply: string }>> = {
  'SYN to any port': { what: 'a SYN to any port', reply: 'answer to a SYN' },
  'SYN to a closed port': { what: 'a SYN to a closed port', reply: 'reset of a SYN to a closed port' },
  'ACK to a closed port': { what: 'an ACK to a closed port', reply: 'reset of an ACK to a closed port' },
  'RST to a closed port': { what: 'a RST to a closed port', reply: 'answer to a RST' },
  'SYN to LISTEN': { what: 'a SYN to a port that listens', reply: 'SYN,ACK' },
  'ACK to SYN-RECEIVED': {
    what: 'the acknowledgment of its SYN,ACK',
    reply: 'answer to the acknowledgment of its SYN,ACK',
  },
  OPEN: { what: 'the call to open a connection', reply: 'SYN' },
  'SYN,ACK to SYN-SENT': { what: 'the SYN,ACK to its SYN', reply: 'ACK of a SYN,ACK' },
  'SYN to SYN-SENT': { what: 'a SYN that crosses its own', reply: 'SYN,ACK to a SYN that crosses its own' },
  CLOSE: { what: 'the call to close', reply: 'FIN' },
  FIN: { what: 'a FIN', reply: 'ACK of a FIN' },
};

/** A finding in one line: `its SYN,ACK acknowledges SEG.SEQ instead of SEG.SEQ+1, over IPv4`. */
export const findingText = (finding: Omit<Finding, 'records'>): string =>
  `${whatIsWrong(finding)}, over IPv${finding.family}`;

function whatIsWrong({ step, observed, wrong }: Pick<Finding, 'step' | 'observed' | 'wrong'>): string {
  const { what, reply } = WORDS[step];
  if (step === 'RST to a closed port') return `it answers ${what}`;
  if (step === 'ACK to SYN-RECEIVED') return `its user is not told of a connection after ${what}`;
  if (step === 'OPEN' || step === 'CLOSE') return `no ${reply} comes after ${what} of its user`;
  if (observed.length === 0) return `it does not answer ${what}`;
  if (wrong.length === 0) return `its ${reply} is not as it must be`;
  return `its ${reply} ${wrong.map(fieldText).join(' and ')}`;
}

function fieldText({ field, expected, observed }: WrongField): string {
  if (field === 'ACK') return `acknowledges ${observed} instead of ${expected}`;
  return `has ${field}=${observed} instead of ${expected}`;
}
