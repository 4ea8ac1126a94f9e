import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { wordsToStart } from '../../lib/processes.ts';
import { HEARTBEAT } from '../../lib/runner/messages.ts';

const CHANNEL = 3;

describe("the engine's process", () => {
  it('ends without a word when its parent has ended before a message of it', async () => {
    const [command = '', ...words] = wordsToStart('lib/runner/worker.ts');
    const child = spawn(command, words, {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_CHANNEL_FD: String(CHANNEL), NODE_CHANNEL_SERIALIZATION_MODE: 'json' },
    });
    const channel = child.stdio[CHANNEL] as Socket;
    let told = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    await once(channel, 'data');
    child.kill('SIGSTOP');
    channel.destroy();
    // The heartbeat is due before it can read that nobody is there.
    await pause(1.5 * HEARTBEAT);
    const closed = once(child, 'close');
    child.kill('SIGCONT');
    const [code] = await closed;
    expect(told).to.equal('');
    expect(code).to.equal(2);
  });
});
