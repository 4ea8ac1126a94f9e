import type { Sequence } from '../../sequence.ts';
import { Course, type Drawing, plainPlace } from '../course.ts';

/** Where Nagle is turned off, little text goes out although text is in flight (RFC 9293 MUST-17). */
export function nagle(drawing: Drawing): Sequence | undefined {
  const place = plainPlace(drawing, 'ESTABLISHED', 'CLOSE-WAIT');
  if (!place) return undefined;
  const { choice } = drawing;
  const course = new Course(drawing, place).call({ call: 'NAGLE OFF' });
  for (let sends = 2 + choice.below(2); sends > 0; sends -= 1)
    course.call({ call: 'SEND', octets: choice.of([1, 10, 100]) });
  if (choice.percent(50)) course.act();
  return course.sequence;
}
