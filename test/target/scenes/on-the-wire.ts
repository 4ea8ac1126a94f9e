/** The tester's end in a lab, as the engine has it before it runs cases, but without the preflight. */

import { findScenario } from '../../../lib/catalogue/catalogue.ts';
import { runScenario } from '../../../lib/runner/trial/run-scenario.ts';
import { ALL_CHECKS } from '../../../lib/standard/adoption.ts';
import { DEFAULT_TIMING, type Timing } from '../../../lib/states/index.ts';
import type { Driver } from '../../../lib/target/driver.ts';
import { PortRange, RawLink, silenceKernel, Tester } from '../../../lib/tester/index.ts';
import type { CaseResult } from '../../../lib/verdict/result.ts';

const PORTS = { low: 10_000, high: 31_999 };
const CLOSED_PORT = 1;

export interface Ends {
  /** Numbers that are known to crash the target. */
  readonly avoided?: { readonly rcvNxt: readonly number[] };
  readonly families: readonly (4 | 6)[];
  readonly tester: Readonly<Partial<Record<4 | 6, string>>>;
  readonly target: Readonly<Partial<Record<4 | 6, string>>>;
}

/** Runs cases side by side, in each of their families. */
export async function runCases(
  ends: Ends,
  driver: Driver,
  ids: readonly string[],
  width = 40,
  timing: Partial<Timing> = {},
): Promise<CaseResult[]> {
  const links = await Promise.all(
    ends.families.map((family) =>
      RawLink.open({ family, local: ends.tester[family] as string, remote: ends.target[family] as string }),
    ),
  );
  const tester = new Tester(links, new PortRange(PORTS.low, PORTS.high));
  const restore = silenceKernel(
    links.flatMap(({ family, remote: target }) =>
      [PORTS, ...(driver.testerPorts ?? []).map((port) => ({ low: port, high: port }))].map((range) => ({
        ...{ family, target },
        ...range,
      })),
    ),
  );
  const environment = { tester, driver, closedPort: CLOSED_PORT, timing: { ...DEFAULT_TIMING, ...timing } };
  const jobs = ids.flatMap((id, index) => {
    const subject = findScenario(id);
    if (!subject) throw new Error(`no such case: ${id}`);
    return ends.families
      .filter((family) => subject.families.includes(family))
      .map((family) => ({ subject, family, index }));
  });
  const results: CaseResult[] = [];
  const lane = async (): Promise<void> => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const { subject, ...rest } = job;
      results.push(
        await runScenario(subject, {
          environment,
          ...rest,
          seed: 793,
          profile: 'rfc9293',
          adoption: ALL_CHECKS,
          avoided: ends.avoided?.rcvNxt ?? [],
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  restore();
  await tester.close();
  return results;
}
