/** Programs on the target of a lab that call the tester all the time. */
import type { Lab } from '../../../lib/lab/namespaces/lab.ts';
import type { Family } from '../../../lib/wire/index.ts';
import { spawnInTarget } from '../../lab/in-target.ts';

/** Where they call. */
export const CALLED = { 4: 32_101, 6: 32_102 } as const;

/** Connects again as soon as a connection has ended. Sends nothing, and closes when the tester has closed. */
const caller = (host: string, port: number): string => `
  const { connect } = require('node:net');
  const call = () => connect(${port}, '${host}').resume().on('error', () => {}).on('close', () => setTimeout(call, 5));
  call();
`;

export function call(lab: Lab, family: Family): void {
  spawnInTarget(lab, process.execPath, ['-e', caller(lab.tester[family], CALLED[family])]);
}
