import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labCommand } from '../../lib/lab/namespaces/enter.ts';
import { measured } from './measured.ts';

/** Cases that packetdrill has words for. */
export const BEHAVIOURS = [
  ...['closed.ack.empty', 'closed.syn.text', 'closed.after-fins.text-ack-beyond-snd-nxt'],
  ...['listen.rst.empty', 'listen.option.unaligned', 'listen.syn-psh-urg.empty'],
  ...['syn-sent.syn.unknown-option', 'syn-sent.psh.text', 'syn-received.passive.option.nops'],
  ...[
    'established.zero-window.at-rcv-nxt',
    'established.rst.middle',
    'established.syn.middle',
    'established.text.in-order',
  ],
  ...[
    'fin-wait-1.header.reserved-bits',
    'fin-wait-1.text.out-of-order',
    'fin-wait-2.urg.pointer-without-urg',
  ],
  ...['close-wait.zero-window.rst-with-text', 'close-wait.no-ack.text'],
  ...['closing.zero-window.at-rcv-nxt', 'last-ack.zero-window.at-rcv-nxt'],
];

/**
 * Writes a script for each of these, as `reproduce` prints it.
 *
 * @param results of a run that has tried them
 */
export async function writeScripts(
  program: readonly string[],
  results: string,
  folder: string,
): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const scripts: string[] = [];
  for (const id of BEHAVIOURS) {
    const words = [...program, 'reproduce', id, '--family', '4', '--results', results];
    const { stdout, code } = await measured(words);
    if (code !== 0) throw new Error(`${id} was not run`);
    const file = join(folder, `${id}.pkt`);
    writeFileSync(file, stdout);
    scripts.push(file);
  }
  return scripts;
}

/** Seconds that the scripts take, each in a namespace of its own; and how many packetdrill finds as written. */
export async function playAll(
  packetdrill: string,
  scripts: readonly string[],
  isAtOnce: boolean,
): Promise<{ readonly wall: number; readonly right: number }> {
  const { command, args } = labCommand();
  const play = (script: string) =>
    measured([command, ...args, 'sh', '-c', `ip link set lo up && exec "$0" "$1"`, packetdrill, script]);
  const began = performance.now();
  const codes: (number | null)[] = [];
  if (isAtOnce) codes.push(...(await Promise.all(scripts.map(play))).map(({ code }) => code));
  else for (const script of scripts) codes.push((await play(script)).code);
  return { wall: (performance.now() - began) / 1000, right: codes.filter((code) => code === 0).length };
}
