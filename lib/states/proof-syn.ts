import { segmentOf } from '../notation/index.ts';
import { add } from '../wire/seq.ts';
import { type Connection, TESTER_MSS, TESTER_WINDOW } from './connection.ts';
import type { Environment } from './environment.ts';
import { endByReset, reach } from './recipes.ts';

/** How a connection answers a SYN in its window that is newer than all before it. */
export type SynAnswer = 'rst' | 'syn-ack' | 'ack' | 'silence';

export interface SynAnswers {
  readonly timeWait: SynAnswer;
  readonly closing: SynAnswer;
}

const found = new WeakMap<Environment, Map<4 | 6, Promise<SynAnswers | undefined>>>();

/**
 * How this target answers a SYN in TIME-WAIT and in CLOSING, where that differs. No document asks it to tell the two apart
 * by that (RFC 1122 section 4.2.2.13 lets a SYN reopen TIME-WAIT), but most TCPs do; once known, it tells in which of the
 * two a connection is. Found out once, when it is first asked; undefined where it does not tell.
 */
export function synAnswers(environment: Environment, family: 4 | 6): Promise<SynAnswers | undefined> {
  let byFamily = found.get(environment);
  if (!byFamily) {
    byFamily = new Map();
    found.set(environment, byFamily);
  }
  let answers = byFamily.get(family);
  if (!answers) {
    // Without somebody who moves the target's user there, or with one connection at a time, it stays unknown.
    answers = environment.driver.seesAccepts
      ? findOut(environment, family).catch(() => undefined)
      : Promise.resolve(undefined);
    byFamily.set(family, answers);
  }
  return answers;
}

/** Two ways lead to TIME-WAIT: a target that goes astray on the one is known by the other. */
async function findOut(environment: Environment, family: 4 | 6): Promise<SynAnswers | undefined> {
  const [closing, ...timeWaits] = await Promise.all([
    answerIn(environment, family, 'CLOSING'),
    answerIn(environment, family, 'TIME-WAIT'),
    answerIn(environment, family, 'CLOSING', '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>'),
  ]);
  if (closing === 'silence') return undefined;
  const timeWait = timeWaits.find((answer) => answer !== closing && answer !== 'silence');
  return timeWait && { timeWait, closing };
}

async function answerIn(
  environment: Environment,
  family: 4 | 6,
  state: 'TIME-WAIT' | 'CLOSING',
  before?: string,
): Promise<SynAnswer> {
  const { connection, handle } = await reach(environment, { family, state, rcvNxt: 793_001 });
  try {
    if (before) connection.send(before);
    return await answerToSyn(environment, connection, connection.rcvNxt);
  } finally {
    await endByReset(environment, { connection, handle });
  }
}

/**
 * Sends a SYN just beyond RCV.NXT and waits for the answer; what timers send meanwhile is none. It carries a timestamp:
 * after a connection without, RFC 6191 section 2 has TIME-WAIT accept such a SYN.
 */
export async function answerToSyn(
  { timing }: Environment,
  connection: Connection,
  rcvNxt: number,
): Promise<SynAnswer> {
  const { mailbox } = connection;
  const from = mailbox.log.length;
  const fields = { wnd: TESTER_WINDOW, mss: TESTER_MSS[mailbox.link.family], tsval: 1, tsecr: 0 };
  connection.transmit(segmentOf({ seq: add(rcvNxt, 1), ctl: ['SYN'], ...fields }));
  const answer = await mailbox.next(
    ({ segment: { ctl, data } }) => ctl.has('RST') || (ctl.has('ACK') && !ctl.has('FIN') && data === 0),
    timing.guard,
    from,
  );
  if (!answer) return 'silence';
  const { ctl } = answer.segment;
  if (ctl.has('RST')) return 'rst';
  return ctl.has('SYN') ? 'syn-ack' : 'ack';
}
