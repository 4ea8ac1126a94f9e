import { parentPort, workerData } from 'node:worker_threads';
import { Generator } from '../generate.ts';
import type { Asked } from './ahead.ts';

/** What the thread does that generates sequences: it makes so many more each time that it is asked. */
export function generateWhenAsked(): void {
  const { seed, family, batch, ...expected } = workerData as Asked;
  const generator = new Generator(seed, family, expected);
  parentPort?.on('message', () => {
    parentPort?.postMessage(Array.from({ length: batch }, () => generator.next()));
  });
}
