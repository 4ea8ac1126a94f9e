import type { ConcreteSegment } from '../../lib/notation/index.ts';
import { DEFAULT_TIMING, type Environment, type Timing } from '../../lib/states/index.ts';
import type { Driver, Handle } from '../../lib/target/driver.ts';
import { PortRange, Tester } from '../../lib/tester/index.ts';
import { add, gt } from '../../lib/wire/seq.ts';
import { MemoryLink, type Sent } from '../tester/memory-link.ts';

export const LISTENER = 7930;
export const CLOSED_PORT = 1;

/** Short, because in memory everything is answered at once. */
export const TIMING: Timing = {
  ...DEFAULT_TIMING,
  ...{ guard: 20, observation: 30, finRetransmission: 40, synAckRetransmission: 40 },
};

/** A driver whose user the test drives. It records every call. */
export class ScriptedDriver implements Driver {
  readonly name = 'a script';
  seesAccepts = true;
  readonly calls: string[] = [];
  /** Whether the ACK of the handshake has arrived. */
  acceptsWhen: (testerPort: number) => boolean = () => true;
  onConnect: (testerPort: number) => void = () => {};
  onShutdown: () => void = () => {};
  userHasRead?: () => Promise<void>;

  listener(): Promise<number> {
    return Promise.resolve(LISTENER);
  }

  async accepted(testerPort: number, _timeout?: number): Promise<Handle | undefined> {
    return this.acceptsWhen(testerPort) ? { socketId: testerPort } : undefined;
  }

  async connect(_family: 4 | 6, testerPort: number): Promise<Handle> {
    this.onConnect(testerPort);
    return { socketId: testerPort };
  }

  async send(): Promise<void> {
    this.calls.push('send');
  }

  async shutdown(): Promise<void> {
    this.calls.push('shutdown');
    this.onShutdown();
  }

  async close(): Promise<void> {
    this.calls.push('close');
  }

  async abort(): Promise<void> {
    this.calls.push('abort');
  }

  async release(testerPort: number): Promise<void> {
    this.calls.push(`release ${testerPort}`);
  }

  async dispose(): Promise<void> {}
}

export interface World {
  readonly link: MemoryLink;
  readonly tester: Tester;
  readonly driver: ScriptedDriver;
  readonly environment: Environment;
}

export function world(timing: Timing = TIMING): World {
  const link = new MemoryLink();
  const tester = new Tester([link], new PortRange(10_000, 20_000));
  // In memory nothing arrives late, however late this process is.
  Object.assign(tester.lag, { worstSince: () => 0 });
  const driver = new ScriptedDriver();
  return { link, tester, driver, environment: { tester, driver, timing, closedPort: CLOSED_PORT } };
}

const ISS = 5000;

/**
 * A TCP that accepts connections, acknowledges text and FINs, and resets at closed ports: just enough for a recipe.
 *
 * @param deaf swallows a segment
 */
export function accepting(deaf: (sent: Sent) => boolean = () => false): MemoryLink['script'] {
  let rcvNxt = 0;
  let isFinTaken = false;
  return (sent) => {
    const { ctl, seq, data } = sent.segment;
    if (deaf(sent)) return [];
    if (ctl.has('RST')) return [];
    if (sent.to === CLOSED_PORT) return [resetOf(sent.segment)];
    if (ctl.has('SYN')) {
      rcvNxt = add(seq, 1);
      isFinTaken = false;
      return [`<SEQ=${ISS}><ACK=${rcvNxt}><CTL=SYN,ACK><WND=8000><MSS=1460>`];
    }
    const length = data + (ctl.has('FIN') ? 1 : 0);
    if (length === 0) return [];
    if (!isFinTaken && gt(add(seq, length), rcvNxt)) {
      rcvNxt = add(seq, length);
      isFinTaken = ctl.has('FIN');
    }
    return [`<SEQ=${ISS + 1}><ACK=${rcvNxt}><CTL=ACK><WND=8000>`];
  };
}

const resetOf = ({ ctl, ack, seq }: ConcreteSegment): string =>
  ctl.has('ACK') ? `<SEQ=${ack}><CTL=RST>` : `<SEQ=0><ACK=${add(seq, 1)}><CTL=RST,ACK>`;
