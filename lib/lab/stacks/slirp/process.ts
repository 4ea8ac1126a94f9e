import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { stop } from '../../../processes.ts';
import { NotCapable } from '../../../target/driver.ts';
import type { Lab } from '../../namespaces/lab.ts';
import type { Addresses } from '../../namespaces/link.ts';
import { ipBatch, run, startUntilReady } from '../../namespaces/run.ts';
import { type KeptProcess, keepRunning } from '../kept-process.ts';
import type { WayIn } from '../proxy-driver.ts';

/** The guest of slirp4netns is the tester. HOST is how the guest sees the host behind the proxy. */
export const GUEST: Addresses = { 4: '10.77.6.100', 6: 'fd00::100' };
export const HOST: Addresses = { 4: '10.77.6.2', 6: 'fd00::2' };
const NETWORK = '10.77.6.0/24';
const TAP = 'tap0';
// Least, default and most, in octets. A loopback's megabytes would keep the proxy's window open when the user does not read.
const SEND_BUFFER = '4096 16384 16384';
// Ports on the host behind the proxy.
const FORWARDS = { low: 2000, high: 7999 };
// Descriptors.
const STDIN = 0;
const READY = 3;

/** Starts slirp4netns in the target's namespace, with a tap in ours. @throws LabUnavailable */
export async function startSlirp(
  lab: Lab,
  apiSocket: string,
  logs: string | undefined,
): Promise<KeptProcess> {
  await run([...lab.entering, 'sh', '-c', `echo ${SEND_BUFFER} > /proc/sys/net/ipv4/tcp_wmem`]);
  return keepRunning((log) => startOnce(lab, apiSocket, log), logs && join(logs, 'slirp.log'));
}

async function startOnce(lab: Lab, apiSocket: string, log: string | undefined): Promise<ChildProcess> {
  const words = [
    ...[...lab.entering, 'slirp4netns', '--enable-ipv6', `--cidr=${NETWORK}`, '--netns-type=path'],
    ...[`--exit-fd=${STDIN}`, `--ready-fd=${READY}`, `--api-socket=${apiSocket}`],
    ...[`/proc/${process.pid}/ns/net`, TAP],
  ];
  const { child } = await startUntilReady({
    ...{ what: 'slirp4netns', words, patienceMs: 5000, third: 'pipe', log },
    ready: (started) => once(started.stdio[READY] as Readable, 'data'),
  });
  try {
    await setUpTap(lab);
    return child;
  } catch (error) {
    await stop(child);
    throw error;
  }
}

/** The tap replaces the lab's own link, which carries nothing. */
async function setUpTap({ families }: Lab): Promise<void> {
  // Always IPv4: it carries the upper tester's commands.
  const commands = [
    `link set dev ${TAP} addrgenmode none`,
    `link set dev ${TAP} up`,
    `addr add ${GUEST[4]}/24 broadcast + dev ${TAP}`,
    `route replace default via ${HOST[4]} dev ${TAP}`,
    `route replace 224.0.0.0/4 dev ${TAP}`,
  ];
  if (families.includes(6)) {
    commands.push(
      `addr add ${GUEST[6]}/64 dev ${TAP} nodad`,
      `route replace default via ${HOST[6]} dev ${TAP}`,
    );
  }
  await ipBatch(commands);
}

/** The requests of slirp4netns: JSON, each on a connection of its own to a UNIX socket. */
export class SlirpApi {
  readonly #path: string;
  #last: Promise<unknown> = Promise.resolve();
  #next = FORWARDS.low;

  constructor(path: string) {
    this.#path = path;
  }

  /** Forwards a port of the host's loopback address to the tester. It forwards over IPv4 only. */
  async wayIn(family: 4 | 6, testerPort: number): Promise<WayIn> {
    if (family === 6) throw new NotCapable({ what: 'way in over the family', family });
    const port = this.#next;
    this.#next = port === FORWARDS.high ? FORWARDS.low : port + 1;
    const address = '127.0.0.1';
    const { id } = await this.#request<{ id: number }>('add_hostfwd', {
      proto: 'tcp',
      host_addr: address,
      host_port: port,
      guest_addr: GUEST[4],
      guest_port: testerPort,
    });
    const close = async (): Promise<void> => {
      await this.#request('remove_hostfwd', { id });
    };
    return { address, port, close };
  }

  /** One after the other: slirp4netns has room for one waiting connection. */
  #request<Answer>(execute: string, args: object): Promise<Answer> {
    const answer = this.#last.then(() => this.#ask<Answer>(execute, args));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #ask<Answer>(execute: string, args: object): Promise<Answer> {
    const socket = connect({ path: this.#path, allowHalfOpen: true });
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.end(JSON.stringify({ execute, arguments: args }));
    await once(socket, 'end');
    const answer = JSON.parse(text) as { return?: Answer; error?: { desc: string } };
    if (answer.error) throw new Error(`slirp4netns: ${execute}: ${answer.error.desc}`);
    return answer.return as Answer;
  }
}
