/**
 * Starts a stack of the lab for the scenes, and makes the calls that come as lines of JSON on standard input: `[call, ...words]`. Each is
 * answered by a line.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { findStack } from '../../../lib/lab/stacks/index.ts';
import type { Handle, ListenerKind, OwnListener } from '../../../lib/target/driver.ts';

const [id = ''] = process.argv.slice(2);
const stack = await findStack(id);
if (!stack) throw new Error(`no stack ${id}`);
const { driver, name, tester, target, restart, stop } = await stack.start({ families: [4] });

const handles = new Map<number, Handle>();
const listeners = new Map<number, OwnListener>();
const held = (handle: Handle): number => {
  handles.set(handles.size, handle);
  return handles.size - 1;
};
const of = (number: number): Handle => handles.get(number) as Handle;

const CALLS = {
  async listen(testerPort: number, kind: ListenerKind): Promise<number> {
    if (!driver.listen) return driver.listener(4, kind, testerPort);
    const listener = await driver.listen(4, kind);
    listeners.set(listener.port, listener);
    return listener.port;
  },
  async closeListener(port: number): Promise<void> {
    const listener = listeners.get(port);
    if (listener) await driver.closeListener?.(listener);
    listeners.delete(port);
  },
  async accept(testerPort: number): Promise<number> {
    const handle = await driver.accepted(testerPort, 5000);
    if (!handle) throw new Error('nothing was accepted');
    return held(handle);
  },
  connect: async (testerPort: number) => held(await driver.connect(4, testerPort, 'plain')),
  send: (handle: number, octets: number) => driver.send(of(handle), octets),
  shutdown: (handle: number) => driver.shutdown(of(handle)),
  close: (handle: number) => driver.close(of(handle)),
  abort: (handle: number) => driver.abort(of(handle)),
  release: (testerPort: number) => driver.release(testerPort, undefined),
  async restart(): Promise<void> {
    await restart?.();
    await driver.renew?.();
    listeners.clear();
  },
};

const tell = (answer: object): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);
tell({ name, tester: tester[4], target: target[4], restart: restart !== undefined });
const lines = createInterface(process.stdin);
let last = Promise.resolve();
lines.on('line', (line) => {
  const [call, ...words] = JSON.parse(line) as [keyof typeof CALLS, ...never[]];
  const action = CALLS[call] as (...words: never[]) => Promise<unknown>;
  last = last.then(() =>
    action(...words).then(
      (value) => tell({ value }),
      (error: Error) => tell({ error: error.message }),
    ),
  );
});
await once(lines, 'close');
await last;
await stop();
