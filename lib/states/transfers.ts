import { lengthOf } from '../notation/index.ts';
import { type Handle, NotCapable } from '../target/driver.ts';
import type { Entry } from '../tester/index.ts';
import { add, gt } from '../wire/seq.ts';
import { type Connection, TESTER_MSS, TESTER_WINDOW } from './connection.ts';
import type { Dialogue } from './dialogue.ts';
import { Unreached } from './unreached.ts';

// What recipes do with a connection that is established.

// A window closes in a few segments or never.
const MOST_FILLS = 64;
// A FIN takes a number of the window and no room in the buffer. With so little text the right edge stays where it is all
// the same (RFC 9293 section 3.8.6.2.2); with more, the octet of room that is left may be offered again.
const LITTLE = 64;
// One segment, two, four: who has taken that much sends the whole of it at once.
const FLIGHTS = 3;

/** Takes and acknowledges the text with which the target's application begins. */
export async function receiveGreeting(dialogue: Dialogue, connection: Connection): Promise<void> {
  const { log } = dialogue.mailbox;
  const isText = ({ segment }: Entry): boolean => segment.data > 0;
  let entry = await dialogue.mailbox.next(isText, dialogue.patience);
  if (!entry) throw new Unreached('the application did not send the text that it begins with');
  while (entry) {
    const since = log.length;
    connection.absorb();
    dialogue.assure(connection, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
    entry = await dialogue.mailbox.next(isText, dialogue.environment.timing.guard, since);
  }
}

/** Has the application close, and acknowledges the text that it sends before its FIN, but not the FIN. */
export async function closesByItself(dialogue: Dialogue, connection: Connection, upon = ''): Promise<void> {
  if (upon !== '') {
    const text = `<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=${upon.length}>`;
    const entry = connection.send(text, { text: upon });
    await dialogue.acknowledges(connection, entry, 'ACK of the text upon which the application closes');
  }
  const { log } = dialogue.mailbox;
  const isNews = ({ segment }: Entry): boolean => segment.data > 0 || segment.ctl.has('FIN');
  for (let since = 0; connection.targetFin === undefined || connection.targetFin !== connection.sndUna; ) {
    const entry = await dialogue.mailbox.next(isNews, dialogue.patience, since);
    if (!entry) throw new Unreached(`no FIN within ${Math.round(dialogue.patience)} ms`, 'CLOSE');
    since = log.indexOf(entry) + 1;
    connection.absorb();
    const end = connection.targetFin ?? connection.sndNxt;
    if (gt(end, connection.sndUna)) dialogue.assure(connection, `<SEQ=RCV.NXT><ACK=${end}><CTL=ACK>`);
  }
}

/** The tester's FIN, and its acknowledgment; together with as much text as closes the window where `fillsWindow`. */
export async function finish(
  dialogue: Dialogue,
  connection: Connection,
  fillsWindow: boolean,
  ack = 'SND.NXT',
): Promise<void> {
  if (fillsWindow) {
    await closeWindow(dialogue, connection, true, ack);
    return;
  }
  const fin = connection.send(`<SEQ=RCV.NXT><ACK=${ack}><CTL=FIN,ACK>`);
  await dialogue.acknowledges(connection, fin, 'ACK of the FIN');
}

/** Fills the target's receive buffer until it advertises a window of zero. */
export async function closeWindow(
  dialogue: Dialogue,
  connection: Connection,
  withFin: boolean,
  ack = 'SND.NXT',
): Promise<void> {
  const mss = TESTER_MSS[dialogue.mailbox.link.family];
  for (let fills = 0; fills < MOST_FILLS && connection.rcvWnd > 0; fills += 1) {
    const first = firstOfPair(dialogue, connection, 2 * mss, ack);
    const rest = connection.rcvWnd - first;
    const fin = withFin && rest <= LITTLE;
    const octets = fin ? rest - 1 : Math.min(withFin ? rest - LITTLE : rest, mss);
    const segment = connection.send(
      `<SEQ=RCV.NXT+${first}><ACK=${ack}><CTL=${fin ? 'FIN,' : ''}ACK,PSH><DATA=${octets}>`,
    );
    await dialogue.acknowledges(connection, segment, 'ACK of text that fills the window');
    if (fin) break;
  }
  if (connection.rcvWnd !== 0) {
    throw new NotCapable(
      `the target's window did not close: it still advertises ${connection.rcvWnd} octets`,
    );
  }
}

/** Fills the target's receive buffer, which nobody reads, until one segment holds what its window still takes. */
export async function narrowWindow(dialogue: Dialogue, connection: Connection): Promise<void> {
  const most = mostOfWindow(dialogue.mailbox.link.family);
  const mss = TESTER_MSS[dialogue.mailbox.link.family];
  for (let fills = 0; fills < MOST_FILLS && connection.rcvWnd > most; fills += 1) {
    const first = firstOfPair(dialogue, connection, 2 * mss + most);
    const octets = Math.min(connection.rcvWnd - first - Math.floor(most / 2), mss);
    const text = connection.send(`<SEQ=RCV.NXT+${first}><ACK=SND.NXT><CTL=ACK,PSH><DATA=${octets}>`);
    await dialogue.acknowledges(connection, text, 'ACK of text that narrows the window');
  }
  if (connection.rcvWnd > most) {
    throw new NotCapable(
      `the target's smallest window, ${connection.rcvWnd} octets, is more than a segment holds`,
    );
  }
}

/**
 * A full segment before another one, where the window is larger than that: two are acknowledged at once, one may wait for
 * the delayed ACK (RFC 9293 SHLD-18, SHLD-19).
 *
 * @returns the octets that were sent
 */
function firstOfPair(dialogue: Dialogue, connection: Connection, larger: number, ack = 'SND.NXT'): number {
  if (connection.rcvWnd <= larger || dialogue.environment.tester.path.disturbed) return 0;
  const mss = TESTER_MSS[dialogue.mailbox.link.family];
  connection.send(`<SEQ=RCV.NXT><ACK=${ack}><CTL=ACK><DATA=${mss}>`);
  return mss;
}

/** The largest window that one segment fills, with a few octets to spare. */
export const mostOfWindow = (family: 4 | 6): number => TESTER_MSS[family] - 8;

/** Has the target send more than MAX.SND.WND, all of it acknowledged. */
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

/** Acknowledges text as it comes, until all of it is there. @param from where in the log it may begin */
async function takeText(
  dialogue: Dialogue,
  connection: Connection,
  end: number,
  from: number,
): Promise<void> {
  const { log } = dialogue.mailbox;
  for (let since = from; connection.sndUna !== end; ) {
    const before = connection.sndNxt;
    const entry = await dialogue.mailbox.next(({ segment }) => segment.data > 0, dialogue.patience, since);
    if (!entry) throw new Unreached('the target did not send all the text that it was told to');
    since = log.length;
    connection.absorb();
    if (connection.sndNxt !== before) dialogue.assure(connection, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
  }
}

/**
 * Has the target send text that stays unacknowledged, and its FIN behind it where `withFin`: at once, since a target whose
 * timer has sent the text again may be allowed no more than that by its congestion window. One that begins with less in
 * flight is helped to more, by taking what it sends: each acknowledgment opens that window (RFC 5681 section 3.1).
 */
export async function putInFlight(
  dialogue: Dialogue,
  connection: Connection,
  handle: Handle,
  octets: number,
  withFin: boolean,
): Promise<void> {
  const { driver, timing } = dialogue.environment;
  for (
    let flights = FLIGHTS;
    !(await isInFlight(dialogue, connection, handle, octets, 2 * timing.guard));
    flights -= 1
  ) {
    if (flights === 1) throw new Unreached(`the target does not send ${octets} octets of text at once`);
  }
  if (!withFin) return;
  dialogue.assure(connection, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
  const end = add(connection.sndNxt, octets + 1);
  await Promise.all([driver.send(handle, octets), driver.shutdown(handle)]);
  await dialogue.finFromTarget(connection);
  if (connection.sndNxt !== end) throw new Unreached('the target sent other text than it was told to');
}

/** Whether all of the text came at once; otherwise it has been taken. */
async function isInFlight(
  dialogue: Dialogue,
  connection: Connection,
  handle: Handle,
  octets: number,
  within: number,
): Promise<boolean> {
  const { mailbox, environment } = dialogue;
  const end = add(connection.sndNxt, octets);
  const since = mailbox.log.length;
  await environment.driver.send(handle, octets);
  const isLast = ({ segment }: Entry): boolean => add(segment.seq, lengthOf(segment)) === end;
  const last = await mailbox.next(isLast, within, since);
  connection.absorb();
  if (last) {
    if (connection.sndNxt !== end) throw new Unreached('the target sent other text than it was told to');
    return true;
  }
  const from = mailbox.log.length;
  dialogue.assure(connection, '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
  await takeText(dialogue, connection, end, from);
  return false;
}
