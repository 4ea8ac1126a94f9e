import type { Sequence } from '../../sequence.ts';
import { Course, type Drawing, plainPlace } from '../course.ts';
import { choiceOfHeader } from '../steps.ts';

/** The user chooses a time to live or a Diffserv field: what is sent then has it (RFC 9293 MUST-48, MUST-49). */
export function headers(drawing: Drawing): Sequence | undefined {
  const { choice } = drawing;
  const place = plainPlace(drawing, 'ESTABLISHED', 'CLOSE-WAIT');
  if (!place) return undefined;
  const course = new Course(drawing, place);
  course.call(choiceOfHeader(choice, choice.percent(50) ? 'TTL' : 'DIFFSERV'));
  course.call({ call: 'SEND', octets: choice.of([1, 10, 1000]) });
  if (choice.percent(30)) course.act();
  return course.sequence;
}
