import type { Tester } from '../../tester/index.ts';
import { type Knock, knock } from './knock.ts';

/** The path to the target does not work as a path to a TCP must; the message is one sentence. */
export class PathUnusable extends Error {
  override name = 'PathUnusable';
}

/** Ports of the target's. One that only opens connections has none that listens. */
export interface Ports {
  readonly closed: number;
  readonly open: number | undefined;
}

const TRIES = 4;
const ANSWER_WITHIN = 1000;
const ROUND_TRIPS = 10;

/**
 * Proves that a closed port resets, and that an open one answers.
 *
 * @returns round trips in milliseconds
 * @throws PathUnusable when an answer that every TCP gives does not come
 */
export async function portsAnswer(
  tester: Tester,
  family: 4 | 6,
  { closed, open }: Ports,
): Promise<readonly number[]> {
  const atClosed = await insist(tester, family, closed);
  const atOpen = open === undefined ? undefined : await insist(tester, family, open);
  checkThatTheyAnswer(tester, family, { closed, open }, atClosed, atOpen);
  const { remote } = tester.link(family);
  if (!atClosed.answers[0]?.segment.ctl.has('RST')) {
    throw new PathUnusable(`port ${closed} of ${remote} is not closed; name one that is with --closed-port`);
  }
  if (atOpen && !atOpen.answers[0]?.segment.ctl.has('SYN')) {
    throw new PathUnusable(`port ${open} of ${remote} does not accept connections`);
  }
  const roundTrips: number[] = [];
  for (let count = 0; count < ROUND_TRIPS; count += 1) {
    roundTrips.push(...roundTripOf(await knock(tester, family, open ?? closed, ANSWER_WITHIN)));
  }
  // The first may have waited for a resolution of the target's address.
  return roundTrips.length > 0 ? roundTrips : roundTripOf(atOpen ?? atClosed);
}

function checkThatTheyAnswer(
  tester: Tester,
  family: 4 | 6,
  { closed, open }: Ports,
  atClosed: Knock,
  atOpen: Knock | undefined,
): void {
  const { remote } = tester.link(family);
  const said = [...atClosed.refusals, ...(atOpen?.refusals ?? [])][0];
  const refusal = said ? ` (${said})` : '';
  if (atClosed.answers.length === 0 && !atOpen?.answers.length) {
    const nor = open === undefined ? '' : `, nor at port ${open}, which listens`;
    throw new PathUnusable(
      `${remote} does not answer, ${nor ? 'neither ' : ''}at port ${closed}, which should be closed${nor}${refusal}; is the target up, and no filter before it?`,
    );
  }
  if (atClosed.answers.length === 0) {
    throw new PathUnusable(
      `${remote} is filtered: port ${open} answers, but port ${closed}, which should be closed, sends no reset${refusal}; take the filter away, or the option that keeps the target from resetting`,
    );
  }
  if (atOpen?.answers.length === 0) {
    throw new PathUnusable(`${remote} is filtered: port ${open}, which listens, does not answer${refusal}`);
  }
}

async function insist(tester: Tester, family: 4 | 6, port: number): Promise<Knock> {
  let knocked = await knock(tester, family, port, ANSWER_WITHIN);
  for (let tries = 1; tries < TRIES && knocked.answers.length === 0; tries += 1) {
    knocked = await knock(tester, family, port, ANSWER_WITHIN);
  }
  return knocked;
}

const roundTripOf = ({ answers, syn }: Knock): number[] => (answers[0] ? [answers[0].at - syn.at] : []);
