import { lengthOf } from '../notation/index.ts';
import { type Handle, NotCapable } from '../target/driver.ts';
import type { Entry } from '../tester/index.ts';
import { add, gt } from '../wire/seq.ts';
import { type Connection, TESTER_MSS, TESTER_WINDOW } from './connection.ts';
import { type Dialogue, unanswered } from './dialogue.ts';
import { Unreached } from './precondition.ts';

// What recipes do with an established connection. All throw Unreached when an answer is missing.

// A window closes after a few segments or never.
const MOST_FILLS = 64;
// The last segment, with the FIN, has at most so many octets. The FIN takes sequence space and no room in the buffer: with so
// little text the right edge stays (RFC 9293 section 3.8.6.2.2); with more, the target may offer the spare octet again.
const LITTLE = 64;
// The congestion window after one, two and four acknowledged segments.
const FLIGHTS = 3;

const ACK = { ctl: ['ACK'] } as const;

const isText = ({ segment }: Entry): boolean => segment.data > 0;

/** Takes and acknowledges the text that the target's application sends first. */
export async function receiveGreeting(dialogue: Dialogue, connection: Connection): Promise<void> {
  const { log } = dialogue.mailbox;
  let entry = await dialogue.mailbox.next(isText, dialogue.patience);
  if (!entry) throw new Unreached({ what: 'no greeting' });
  while (entry) {
    const since = log.length;
    connection.absorb();
    dialogue.assure(connection, ACK);
    entry = await dialogue.mailbox.next(isText, dialogue.environment.timing.guard, since);
  }
}

/** Makes the application close. Acknowledges its text, but not its FIN. @param upon text that makes it close */
export async function closesByItself(dialogue: Dialogue, connection: Connection, upon = ''): Promise<void> {
  if (upon !== '') {
    const entry = connection.send({ ctl: ['ACK', 'PSH'], data: upon.length }, { text: upon });
    await dialogue.acknowledges(connection, entry, 'ACK of text');
  }
  const { mailbox, patience } = dialogue;
  const isNew = ({ segment }: Entry): boolean => segment.data > 0 || segment.ctl.has('FIN');
  for (let since = 0; connection.targetFin === undefined || connection.targetFin !== connection.sndUna; ) {
    const entry = await mailbox.next(isNew, patience, since);
    if (!entry) throw unanswered('FIN', patience, 'CLOSE');
    since = mailbox.log.indexOf(entry) + 1;
    connection.absorb();
    const end = connection.targetFin ?? connection.sndNxt;
    if (gt(end, connection.sndUna)) dialogue.assure(connection, { ...ACK, ack: end });
  }
}

/** Sends the tester's FIN and waits for its acknowledgment. With `fillsWindow`, sends text before it that closes the window. */
export async function finish(
  dialogue: Dialogue,
  connection: Connection,
  fillsWindow: boolean,
  ack: 'sndNxt' | 'sndUna' = 'sndNxt',
): Promise<void> {
  if (fillsWindow) return closeWindow(dialogue, connection, true, ack);
  const fin = connection.send({ ack: connection[ack], ctl: ['FIN', 'ACK'] });
  await dialogue.acknowledges(connection, fin, 'ACK of the FIN');
}

/** Fills the target's receive buffer until it advertises a window of zero. @throws NotCapable when the window does not close */
export async function closeWindow(
  dialogue: Dialogue,
  connection: Connection,
  withFin: boolean,
  ack: 'sndNxt' | 'sndUna' = 'sndNxt',
): Promise<void> {
  const mss = TESTER_MSS[dialogue.mailbox.link.family];
  for (let fills = 0; fills < MOST_FILLS && connection.rcvWnd > 0; fills += 1) {
    const first = firstOfPair(dialogue, connection, 2 * mss, ack);
    const rest = connection.rcvWnd - first;
    const fin = withFin && rest <= LITTLE;
    const octets = fin ? rest - 1 : Math.min(withFin ? rest - LITTLE : rest, mss);
    const segment = connection.send({
      ...{ seq: add(connection.rcvNxt, first), ack: connection[ack], data: octets },
      ctl: fin ? ['FIN', 'ACK', 'PSH'] : ['ACK', 'PSH'],
    });
    await dialogue.acknowledges(connection, segment, 'ACK of text');
    if (fin) break;
  }
  if (connection.rcvWnd !== 0) {
    throw new NotCapable({ what: 'closed window', octets: connection.rcvWnd });
  }
}

/** Fills the target's receive buffer until one segment can fill the rest of its window. Its user must not read. */
export async function narrowWindow(dialogue: Dialogue, connection: Connection): Promise<void> {
  const { family } = dialogue.mailbox.link;
  const most = mostOfWindow(family);
  const mss = TESTER_MSS[family];
  for (let fills = 0; fills < MOST_FILLS && connection.rcvWnd > most; fills += 1) {
    const first = firstOfPair(dialogue, connection, 2 * mss + most);
    const octets = Math.min(connection.rcvWnd - first - Math.floor(most / 2), mss);
    const text = connection.send({
      ...{ seq: add(connection.rcvNxt, first), ctl: ['ACK', 'PSH'], data: octets },
    });
    await dialogue.acknowledges(connection, text, 'ACK of text');
  }
  if (connection.rcvWnd > most) {
    throw new NotCapable({ what: 'window of one segment', octets: connection.rcvWnd });
  }
}

/**
 * Sends a full segment when the window is larger than `larger`. A second segment is to follow: two are acknowledged at once, one
 * may wait for a delayed ACK (RFC 9293 SHLD-18, SHLD-19).
 *
 * @returns the octets that were sent
 */
function firstOfPair(
  dialogue: Dialogue,
  connection: Connection,
  larger: number,
  ack: 'sndNxt' | 'sndUna' = 'sndNxt',
): number {
  if (connection.rcvWnd <= larger || dialogue.environment.tester.path.disturbed) return 0;
  const mss = TESTER_MSS[dialogue.mailbox.link.family];
  connection.send({ ...ACK, ack: connection[ack], data: mss });
  return mss;
}

/** The largest window, in octets, that one segment fills, with a few octets to spare. */
export const mostOfWindow = (family: 4 | 6): number => TESTER_MSS[family] - 8;

/** Makes the target send more than MAX.SND.WND, and acknowledges all of it. */
export async function sendBeyondWindow(
  dialogue: Dialogue,
  connection: Connection,
  handle: Handle,
): Promise<void> {
  const octets = TESTER_WINDOW + TESTER_MSS[dialogue.mailbox.link.family];
  const end = add(connection.sndNxt, octets);
  const since = dialogue.mailbox.log.length;
  await dialogue.environment.driver.send(handle, octets);
  await takeText(dialogue, connection, end, since);
}

/** Acknowledges text as it arrives. @param end SND.UNA when all is there. @param from the place in the log to start from */
async function takeText(
  dialogue: Dialogue,
  connection: Connection,
  end: number,
  from: number,
): Promise<void> {
  const { log } = dialogue.mailbox;
  for (let since = from; connection.sndUna !== end; ) {
    const before = connection.sndNxt;
    if (!(await dialogue.mailbox.next(isText, dialogue.patience, since)))
      throw new Unreached({ what: 'text missing' });
    since = log.length;
    connection.absorb();
    if (connection.sndNxt !== before) dialogue.assure(connection, ACK);
  }
}

/**
 * Makes the target send text, and with `withFin` a FIN behind it, that stays unacknowledged. All must be sent at once: after a
 * retransmission the congestion window may allow no more. A target whose window is too small gets acknowledgments that open it
 * (RFC 5681 section 3.1).
 */
export async function putInFlight(
  dialogue: Dialogue,
  connection: Connection,
  handle: Handle,
  octets: number,
  withFin: boolean,
): Promise<void> {
  const { driver } = dialogue.environment;
  for (let flights = 1; !(await isInFlight(dialogue, connection, handle, octets)); flights += 1) {
    if (flights === FLIGHTS) {
      throw new Unreached({ what: 'text not at once', octets });
    }
  }
  if (!withFin) return;
  dialogue.assure(connection, ACK);
  const end = add(connection.sndNxt, octets + 1);
  await Promise.all([driver.send(handle, octets), driver.shutdown(handle)]);
  await dialogue.arrives(connection, 'FIN', 'CLOSE');
  if (connection.sndNxt !== end) throw otherText();
}

/** Whether the target sends all of the text at once. If not, all of it is acknowledged. */
async function isInFlight(
  dialogue: Dialogue,
  connection: Connection,
  handle: Handle,
  octets: number,
): Promise<boolean> {
  const { mailbox, environment } = dialogue;
  const end = add(connection.sndNxt, octets);
  const since = mailbox.log.length;
  await environment.driver.send(handle, octets);
  const isLast = ({ segment }: Entry): boolean => add(segment.seq, lengthOf(segment)) === end;
  const last = await mailbox.next(isLast, 2 * environment.timing.guard, since);
  connection.absorb();
  if (last) {
    if (connection.sndNxt !== end) throw otherText();
    return true;
  }
  const from = mailbox.log.length;
  dialogue.assure(connection, ACK);
  await takeText(dialogue, connection, end, from);
  return false;
}

const otherText = (): Unreached => new Unreached({ what: 'other text' });
