/**
 * Counts exchanges with a closed port of the lab's Linux, a SYN and its reset: by two bare raw sockets, and by the tester's endpoint.
 * Prints the best round of each as JSON, in exchanges per second of processor time. It runs in a network namespace of its own.
 */
import { Lab } from '../../lib/lab/namespaces/lab.ts';
import { segmentOf } from '../../lib/notation/index.ts';
import { PortRange, RawLink, Tester } from '../../lib/tester/index.ts';
import { rawSockets } from '../../lib/tester/raw-socket.ts';
import { buildPacket } from '../../lib/tester/packet.ts';

const MILLISECONDS = 700;
const ROUNDS = 5;
const IN_FLIGHT = 64;
/** On a connection: more would measure how long the log of one can get. A case has about ten. */
const ON_A_CONNECTION = 16;
const CLOSED_PORT = 1;
const SYN = segmentOf({ seq: 793, ctl: ['SYN'] });
// As the endpoint does: a socket of this protocol only sends.
const ONLY_SENDS = 255;

const lab = await Lab.create({ families: [4] });
try {
  const rounds: [number, number][] = [];
  // In turn: what else the machine does meanwhile slows both.
  for (let round = 0; round < ROUNDS; round += 1) rounds.push([await bareLoop(), await byEndpoint()]);
  const bare = Math.max(...rounds.map(([each]) => each));
  const endpoint = Math.max(...rounds.map(([, each]) => each));
  process.stdout.write(`${JSON.stringify({ bare, endpoint })}\n`);
} finally {
  await lab.dispose();
}
process.exit();

async function bareLoop(): Promise<number> {
  const raw = await rawSockets();
  const addressFamily = raw.AddressFamily.IPv4;
  const receiver = raw.createSocket({ protocol: raw.Protocol.TCP, addressFamily });
  const sender = raw.createSocket({ protocol: ONLY_SENDS, addressFamily });
  const packet = Buffer.from(
    buildPacket(SYN, {
      ...{ family: 4, src: lab.tester[4], dst: lab.target[4] },
      ...{ srcPort: 9999, dstPort: CLOSED_PORT, window: 1024 },
    }),
  );
  let count = 0;
  const send = () => sender.send(packet, 0, packet.length, lab.target[4], () => {});
  receiver.on('message', (_, source) => {
    if (source !== lab.target[4]) return;
    count += 1;
    send();
  });
  const began = process.cpuUsage();
  for (let index = 0; index < IN_FLIGHT; index += 1) send();
  await pause();
  const rate = count / processorSeconds(began);
  receiver.close();
  sender.close();
  return rate;
}

async function byEndpoint(): Promise<number> {
  const link = await RawLink.open({ family: 4, local: lab.tester[4], remote: lab.target[4] });
  const tester = new Tester([link], new PortRange(10_000, 31_999));
  let count = 0;
  let isOver = false;
  const began = process.cpuUsage();
  for (let index = 0; index < IN_FLIGHT; index += 1) void exchange();
  await pause();
  isOver = true;
  const rate = count / processorSeconds(began);
  await tester.close();
  return rate;

  async function exchange(): Promise<void> {
    while (!isOver) {
      const mailbox = tester.open(4);
      for (let left = ON_A_CONNECTION; left > 0 && !isOver; left -= 1) {
        const mark = mailbox.log.length;
        mailbox.send(SYN, CLOSED_PORT, 1024);
        if (await mailbox.next(({ from }) => from === 'target', 1000, mark)) count += 1;
      }
      mailbox.close();
    }
  }
}

/** Both loops keep a processor busy. Its time is the same however busy the machine is. */
function processorSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, MILLISECONDS));
}
