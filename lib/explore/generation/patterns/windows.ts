import type { Sequence } from '../../sequence.ts';
import { Course, type Drawing, plainPlace } from '../course.ts';

const SMALLER = [0, 0, 1, 10, 100] as const;
const LARGER = 4380;

/**
 * A segment that acknowledges nothing new tells a smaller window, or a larger one again: the text that follows keeps to it, and goes out
 * (RFC 9293 section 3.10.7.4, fifth).
 */
export function windows(drawing: Drawing): Sequence | undefined {
  const { choice } = drawing;
  const place = plainPlace(drawing, 'ESTABLISHED', 'CLOSE-WAIT');
  if (!place) return undefined;
  const course = new Course(drawing, place);
  const tells = (window: number): Course => course.send(`<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><WND=${window}>`);
  tells(choice.of(SMALLER));
  if (choice.percent(50)) tells(LARGER);
  course.call({ call: 'SEND', octets: choice.of([10, 1000]) });
  if (choice.percent(50)) tells(choice.percent(50) ? LARGER : choice.of(SMALLER));
  if (choice.percent(30)) course.act();
  return course.sequence;
}
