import type { Sequence } from '../../sequence.ts';
import { Course, type Drawing, plainPlace } from '../course.ts';

const OPTIONS = ['', '<MSS=200>', '<MSS=536>', '<MSS=1000>', '<MSS=1460>'] as const;
/** More than one segment of any of these sizes, and no more than the tester's window takes. */
const OCTETS = [1000, 3000, 4380] as const;

/** A connection is opened by a SYN with some MSS, or without one: then text of several segments shows their size. */
export function sizes(drawing: Drawing): Sequence | undefined {
  const { choice } = drawing;
  const place = plainPlace(drawing, 'LISTEN', 'SYN-SENT');
  if (!place) return undefined;
  const course = new Course(drawing, place);
  const option = choice.of(OPTIONS);
  if (place.state === 'LISTEN')
    course.send(`<SEQ=ANY><CTL=SYN>${option}`).send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
  else if (choice.percent(70)) course.send(`<SEQ=RCV.NXT><ACK=SND.NXT><CTL=SYN,ACK>${option}`);
  else course.send(`<SEQ=RCV.NXT><CTL=SYN>${option}`).send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
  course.call({ call: 'SEND', octets: choice.of(OCTETS) });
  if (choice.percent(50)) course.send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
  if (choice.percent(30)) course.act();
  return course.sequence;
}
