import type { Sequence } from '../../sequence.ts';
import { Course, type Drawing, plainPlace } from '../course.ts';

/** Three connections of the same ports, one after the other: each has an ISS of its own (RFC 9293 section 3.4.1). */
export function opensAgain(drawing: Drawing): Sequence | undefined {
  const { choice } = drawing;
  const place = plainPlace(drawing, 'LISTEN');
  if (!place) return undefined;
  const course = new Course(drawing, place);
  for (let left = 3; left > 0; left -= 1) {
    course.send('<SEQ=ANY><CTL=SYN>');
    if (left > 1) course.send('<SEQ=RCV.NXT><CTL=RST>');
  }
  if (choice.percent(30)) course.act();
  return course.sequence;
}
