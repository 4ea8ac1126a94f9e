import type { State } from '../standard/state.ts';
import type { Environment } from './environment.ts';
import { endByReset, reach } from './recipes.ts';
import { type Numbers, type Proof, Scene } from './scene.ts';
import { Unreached } from './unreached.ts';

type Conduct = (scene: Scene, found: Proof & Numbers) => Promise<Proof>;

const known = new WeakMap<Environment, Map<string, Promise<State | 'unknown' | undefined>>>();

/**
 * Whether this target conducts itself in a state as in another, without any stimulus: a TCP that takes text behind the peer's
 * FIN, for example, does so in CLOSE-WAIT before and after. Then that conduct tells nothing of the stimulus; it has cases of
 * its own. Found out once for each state, when it is first asked.
 *
 * @param instead the state that the conduct speaks for
 * @param conduct what is looked at
 */
export async function isHabit(
  scene: Scene,
  state: State,
  instead: State | 'unknown',
  conduct: Conduct,
): Promise<boolean> {
  const { environment } = scene;
  // The only connection that there can be at a time is the one that is asked about.
  if (environment.driver.testerPorts) return true;
  const { family } = scene.connection.mailbox.link;
  let shown = known.get(environment);
  if (!shown) {
    shown = new Map();
    known.set(environment, shown);
  }
  const key = `${state} ${family}`;
  let untouched = shown.get(key);
  if (!untouched) {
    untouched = conductIn(environment, family, state, conduct).catch(() => undefined);
    shown.set(key, untouched);
  }
  const found = await untouched;
  // What could not be tried accuses nobody.
  return found === undefined || found === instead;
}

/** The state that the conduct speaks for on a connection that was brought into a state, and sent nothing but old text. */
async function conductIn(
  environment: Environment,
  family: 4 | 6,
  state: State,
  conduct: Conduct,
): Promise<State | 'unknown'> {
  const reached = await reach(environment, { family, state, rcvNxt: 793_001 });
  const { connection } = reached;
  const { mailbox } = connection;
  try {
    const mark = mailbox.log.length;
    const { segment: stimulus } = connection.send('<SEQ=RCV.NXT-1><ACK=SND.UNA><CTL=ACK><DATA=1>');
    const scene = new Scene(environment, { ...reached, state, stimulus, mark });
    const numbers = await scene.numbers();
    if (numbers === undefined || numbers === 'reset') throw new Unreached('it does not answer');
    return (await conduct(scene, { state, how: [], ...numbers })).state;
  } finally {
    await endByReset(environment, reached);
  }
}
