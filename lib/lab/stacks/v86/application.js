/**
 * The application on the TCP of v86's network adapter: `application.js TARGET TESTER MAC` carries frames over descriptor 3 (see
 * carrier.c), and takes lines (see examples/targets/README.md). No guest runs: the tester stands in its place.
 */
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { V86 } from 'v86';

const LENGTH = 4;

const [router_ip, vm_ip, router_mac] = process.argv.slice(2);
const emulator = new V86({
  wasm_path: fileURLToPath(new URL('v86.wasm', import.meta.resolve('v86'))),
  net_device: { type: 'ne2k', relay_url: 'fetch', router_ip, router_mac, vm_ip },
});
await new Promise((resolve) => emulator.add_listener('emulator-loaded', resolve));
const { network_adapter: tcp } = emulator;

const wire = new Socket({ fd: 3 });
tcp.receive = (frame) => {
  const length = Buffer.alloc(LENGTH);
  length.writeUInt32BE(frame.length);
  wire.write(Buffer.concat([length, frame]));
};
let arrived = Buffer.alloc(0);
wire.on('data', (octets) => {
  arrived = Buffer.concat([arrived, octets]);
  while (arrived.length >= LENGTH) {
    const end = LENGTH + arrived.readUInt32BE();
    if (arrived.length < end) break;
    const frame = Uint8Array.from(arrived.subarray(LENGTH, end));
    arrived = arrived.subarray(end);
    // Of the tester, to which an active OPEN goes.
    tcp.vm_mac = frame.slice(6, 12);
    tcp.send(frame);
  }
});

/** Connections and ports of listeners; the number of each is its place, from 1. */
const users = [];
const received = new Map();

function take(connection) {
  received.set(connection, 0);
  connection.on('data', ({ length }) => received.set(connection, received.get(connection) + length));
  return users.push(connection);
}

// It asks at each SYN, and answers when the application takes the connection. What nobody takes is reset.
tcp.on_tcp_connection = (connection) => {
  const listener = users.indexOf(connection.sport) + 1;
  if (listener === 0) return;
  const number = take(connection);
  connection.accept();
  console.log('accept', listener, number, connection.dport);
};

function answer(verb, words) {
  const [first, second] = words.map(Number);
  const user = users[first - 1];
  switch (verb) {
    case 'ping':
      return '';
    case 'listen':
      return users.push(second);
    case 'connect':
      return take(tcp.connect(Number(words[2])));
    case 'send':
      return user.write(new Uint8Array(second)) ?? '';
    case 'receive':
      return received.get(user);
    // Its CLOSE is that of RFC 793: it goes on receiving.
    case 'shutdown':
    case 'close':
      if (typeof user === 'number') users[first - 1] = undefined;
      else user.close();
      return '';
    // It has no ABORT: this forgets the connection.
    case 'abort':
      return user.release() ?? '';
    default:
      throw new Error(`no ${verb}`);
  }
}

createInterface(process.stdin)
  .on('line', (line) => {
    const [number, verb, ...words] = line.split(' ');
    try {
      console.log(number, 'ok', answer(verb, words));
    } catch (error) {
      console.log(number, 'no', error.message);
    }
  })
  .on('close', () => process.exit());
