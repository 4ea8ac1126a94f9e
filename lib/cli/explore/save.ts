import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlayedScenario } from '../../explore/messages.ts';
import { encodePcapng } from '../../report/pcapng.ts';
import { reproduction } from '../../report/reproduce/reproduce.ts';
import type { TargetInfo } from '../../report/run.ts';
import { subjectOf } from '../../report/subject.ts';
import { resolveScenario } from '../../catalogue/resolve.ts';
import type { Profile } from '../../standard/profile.ts';

/** The files of a finding. */
export interface SavedFiles {
  /** A suite with the scenario: `run --suites` plays it. */
  readonly suite: string;
  readonly packetdrill: string;
  readonly capture: string;
}

/** Writes a finding: as a suite of one scenario, as a packetdrill script, and as a capture of the connection. */
export function saveFinding(
  folder: string,
  number: number,
  { declaration, result }: PlayedScenario,
  target: TargetInfo,
  profile: Profile,
): SavedFiles {
  const { state, ...scenario } = declaration;
  mkdirSync(folder, { recursive: true });
  const suite = join(folder, `${number}.ts`);
  const packetdrill = join(folder, `${number}.pkt`);
  const capture = join(folder, `${number}.pcapng`);
  writeFileSync(
    suite,
    [
      "import { inState } from 'segment-arrives';",
      '',
      `export default inState(${JSON.stringify(state)}, [`,
      JSON.stringify(scenario, undefined, 2).replace(/^/gm, '  ').concat(','),
      ']);',
      '',
    ].join('\n'),
  );
  const subject = subjectOf(resolveScenario(declaration));
  writeFileSync(packetdrill, reproduction(result, subject, target, { profile }));
  writeFileSync(capture, encodePcapng(result));
  return { suite, packetdrill, capture };
}
