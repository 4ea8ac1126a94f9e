import type { Sequence } from '../../sequence.ts';
import { Course, type Drawing, plainPlace } from '../course.ts';

const WINDOWS = [0, 0, 1, 10, 100] as const;

/** A segment that acknowledges nothing new tells a smaller window: the text that follows keeps to it (RFC 9293 section 3.10.7.4, fifth). */
export function windows(drawing: Drawing): Sequence | undefined {
  const { choice } = drawing;
  const place = plainPlace(drawing, 'ESTABLISHED', 'CLOSE-WAIT');
  if (!place) return undefined;
  const course = new Course(drawing, place);
  const tells = (): Course => course.send(`<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><WND=${choice.of(WINDOWS)}>`);
  tells().call({ call: 'SEND', octets: choice.of([10, 1000]) });
  if (choice.percent(50)) tells();
  if (choice.percent(30)) course.act();
  return course.sequence;
}
