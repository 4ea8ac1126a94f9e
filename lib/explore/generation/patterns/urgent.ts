import type { Sequence } from '../../sequence.ts';
import { Course, type Drawing, plainPlace } from '../course.ts';

/** Such segments are dropped before the sixth step. RFC 793 drops all but the one with an old ACK. */
const REFUSED = [
  '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK,URG>',
  '<SEQ=RCV.NXT><ACK=SND.UNA-2^30><CTL=ACK,URG>',
  '<SEQ=RCV.NXT+RCV.WND><ACK=SND.NXT><CTL=ACK,URG>',
  '<SEQ=RCV.NXT><CTL=URG>',
] as const;

/**
 * The urgent pointer counts in the sixth step, of a segment that the steps before have not refused (RFC 9293 section 3.10.7.4). The
 * user is told of it until it has read so far.
 */
export function urgent(drawing: Drawing): Sequence | undefined {
  const { choice } = drawing;
  const place = plainPlace(drawing, 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2');
  if (!place) return undefined;
  const course = new Course(drawing, place);
  course.send(`${choice.of(REFUSED)}<DATA=1><URG=${choice.of([1, 10, 100])}>`);
  if (choice.percent(50))
    course.send(`<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,URG><DATA=1><URG=${choice.of([1, 10])}>`);
  if (choice.percent(30)) course.act();
  return course.sequence;
}
