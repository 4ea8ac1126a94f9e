import type { Sequence } from '../../sequence.ts';
import { Course, type Drawing, plainPlace } from '../course.ts';

/** The user opens a connection to where there can be none (RFC 9293 MUST-46). */
export function opens(drawing: Drawing): Sequence | undefined {
  const place = plainPlace(drawing, 'CLOSED');
  if (!place) return undefined;
  const course = new Course(drawing, place).call({ call: 'OPEN TO MULTICAST' });
  if (drawing.choice.percent(30)) course.act();
  return course.sequence;
}
