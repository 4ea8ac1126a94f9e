import type { Sequence } from '../../sequence.ts';
import { Course, type Drawing, plainPlace } from '../course.ts';

/** With a timestamp where the old connection had none, it should (RFC 6191 section 2); without one, it may. */
const NEWER = [
  '<SEQ=RCV.NXT+RCV.WND+10><CTL=SYN><MSS=1460><TSVAL=1><TSECR=0>',
  '<SEQ=RCV.NXT+RCV.WND+10><CTL=SYN><MSS=1460><TSVAL=1><TSECR=0>',
  '<SEQ=RCV.NXT+1><CTL=SYN><TSVAL=1><TSECR=0>',
  '<SEQ=RCV.NXT+RCV.WND+10><CTL=SYN><MSS=1460>',
  '<SEQ=RCV.NXT+1><CTL=SYN><MSS=1460>',
  '<SEQ=RCV.NXT><CTL=SYN>',
] as const;
/** What becomes of the new connection: it is reset, or opened, or its SYN turns out to be an old duplicate. */
const NEXT = [
  '<SEQ=RCV.NXT><CTL=RST>',
  '<SEQ=RCV.NXT><CTL=RST>',
  '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=RST,ACK>',
  '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
  '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK>',
] as const;

/** A SYN opens a connection in TIME-WAIT anew, or may; a reset shows that it was a duplicate (RFC 1122 section 4.2.2.13). */
export function reopening(drawing: Drawing): Sequence | undefined {
  const { choice } = drawing;
  const place = plainPlace(drawing, 'TIME-WAIT');
  if (!place) return undefined;
  const course = new Course(drawing, place).send(choice.of(NEWER)).send(choice.of(NEXT));
  if (choice.percent(40)) course.act();
  if (choice.percent(20)) course.send(choice.of(NEWER)).send(choice.of(NEXT));
  return course.ends().sequence;
}
