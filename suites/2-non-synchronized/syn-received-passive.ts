/** SYN-RECEIVED, entered from LISTEN: the target has answered a SYN. */
import { inState } from '../../lib/catalogue/declare.ts';
import { ackCheck } from './families/syn-received/ack.ts';
import { wrongChecksums } from './families/syn-received/checksum.ts';
import { establishing } from './families/syn-received/establishing.ts';
import { headerForm } from './families/syn-received/header-form.ts';
import { rstCheck } from './families/syn-received/rst.ts';
import { securityCheck } from './families/syn-received/security.ts';
import { sequenceCheck } from './families/syn-received/sequence.ts';
import { synCheck } from './families/syn-received/syn.ts';
import { timestamps } from './families/syn-received/timestamps.ts';
import { zeroWindow } from './families/syn-received/zero-window.ts';

export default inState('SYN-RECEIVED (passive)', [
  ...headerForm('passive'),
  ...wrongChecksums('passive'),
  ...timestamps('passive'),
  ...sequenceCheck('passive'),
  ...rstCheck('passive'),
  ...securityCheck('passive'),
  ...synCheck('passive'),
  ...ackCheck('passive'),
  ...establishing('passive'),
  ...zeroWindow('passive'),
]);
