/** RFC 9293 section 3.8.4: nobody has asked for keep-alives, so an idle connection sends nothing. */
import type { StateName, StepDeclaration, StepsDeclaration } from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import { SENDS_TEN } from './families/parts.ts';

/** In milliseconds. The interval of keep-alives is at least two hours where they are asked for. */
const IDLE = 120_000;

const idle = (
  name: string,
  state: StateName,
  before: readonly StepDeclaration[] = [],
): StepsDeclaration & { state: StateName } => ({
  id: `ladder.idle.${name}`,
  title: `nothing happens for two minutes in ${state}: the target sends nothing, and keeps the connection`,
  state,
  steps: [
    ...before,
    { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
    { expect: 'silence' },
    { expect: 'silence', settled: IDLE, then: state as 'ESTABLISHED' },
  ],
  rules: ['MUST-25', 'MUST-28', 'RFC 1122 4.2.3.6'],
  slow: true,
});

export default scenarios('ladders', [
  idle('established', 'ESTABLISHED', SENDS_TEN),
  idle('close-wait', 'CLOSE-WAIT'),
  idle('fin-wait-2', 'FIN-WAIT-2'),
]);
