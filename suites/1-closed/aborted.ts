/**
 * CLOSED: the connection was aborted by a reset.
 *
 * RFC 9293 3.5.2 advises the side that *sends* a reset to rest in TIME-WAIT. These cases begin in CLOSED: for a target
 * that follows the advice, the tester must have reset the connection.
 */
import { inState } from '../../lib/catalogue/declare.ts';
import { lateSegments } from './families/late-segments.ts';

export default inState('CLOSED', lateSegments('closed.aborted', 'abort'));
