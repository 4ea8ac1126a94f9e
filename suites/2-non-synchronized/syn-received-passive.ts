/** SYN-RECEIVED, entered from LISTEN: the target has answered a SYN. */
import { inState } from '../../lib/runner/declare.ts';
import {
  ackCheck,
  establishing,
  rstCheck,
  securityCheck,
  sequenceCheck,
  synCheck,
  zeroWindow,
} from './families/syn-received.ts';
import { timestamps } from './families/syn-received-timestamps.ts';

inState('SYN-RECEIVED (passive)', [
  ...timestamps('passive'),
  ...sequenceCheck('passive'),
  ...rstCheck('passive'),
  ...securityCheck('passive'),
  ...synCheck('passive'),
  ...ackCheck('passive'),
  ...establishing('passive'),
  ...zeroWindow('passive'),
]);
