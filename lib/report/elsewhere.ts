import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OURS } from '../catalogue/catalogue.ts';
import type { Finding } from '../findings/findings.ts';
import { type AcceptedCase, type Baseline, entriesOf, keyOf, readBaseline } from './baseline/baseline.ts';
import { seenIn } from './baseline/replies.ts';
import type { Profile } from '../standard/profile.ts';
import type { Run } from './run.ts';

// Another stack has a finding when so much of it was observed alike there.
const SHARED = 0.5;

/** What is known of another stack: its deviations. */
export interface KnownStack {
  readonly name: string;
  /** What it was judged by. */
  readonly profile: Profile;
  readonly deviations: ReadonlyMap<string, Pick<AcceptedCase, 'kind' | 'stateAfter'>>;
}

export const knownStack = (baseline: Baseline): KnownStack => ({
  name: baseline.target,
  profile: baseline.profile,
  deviations: new Map(
    entriesOf(baseline)
      .filter(({ verdict }) => verdict === 'deviates')
      .map((entry) => [keyOf(entry), entry]),
  ),
});

const FOLDER = fileURLToPath(new URL('../../reports/baselines/', import.meta.url));
const PACKED = fileURLToPath(new URL('../../dist/known-stacks.json', import.meta.url));
/**
 * A stack in the published package: the scenarios by what was observed, kind and state: of both families, of IPv4 alone, of IPv6
 * alone. Each is told by how far it comes in the catalogue behind the one before.
 */
export type PackedStack = Pick<KnownStack, 'name' | 'profile'> & {
  readonly observed: Readonly<Record<string, readonly (readonly number[])[]>>;
};
let known: readonly KnownStack[] | undefined;

/** The stacks whose baselines come with the suite; none where they were left out. */
function knownStacks(): readonly KnownStack[] {
  if (known) return known;
  try {
    if (existsSync(PACKED)) {
      known = (JSON.parse(readFileSync(PACKED, 'utf8')) as readonly PackedStack[]).map(unpacked);
      return known;
    }
    const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
    known = names.map((name) => knownStack(readBaseline(`${FOLDER}${name}`)));
  } catch {
    known = [];
  }
  return known;
}

export const unpacked = ({ observed, ...about }: PackedStack): KnownStack => {
  const seen = ([what, byFamilies]: [string, PackedStack['observed'][string]]) => {
    const [kind, stateAfter] = what.split('|') as [AcceptedCase['kind'], AcceptedCase['stateAfter']];
    return byFamilies.flatMap((distances, at) => {
      const families = ([[4, 6], [4], [6]] as const)[at] ?? [];
      let place = 0;
      return distances.flatMap((distance) => {
        place += distance;
        const id = OURS[place]?.id ?? '';
        return families.map((family) => [keyOf({ id, family }), { kind, stateAfter }] as const);
      });
    });
  };
  return { ...about, deviations: new Map(Object.entries(observed).flatMap(seen)) };
};

/**
 * The stacks of the lab that are known to have a finding of a run, by name; never the target itself, nor one judged by another
 * profile.
 */
export function alsoOn(
  finding: Finding,
  { cases, target, profile }: Pick<Run, 'cases' | 'target' | 'profile'>,
  stacks: readonly KnownStack[] = knownStacks(),
): readonly string[] {
  if (finding.verdict !== 'deviates') return [];
  const keys = new Set(finding.cases.map(keyOf));
  const results = cases.filter((result) => keys.has(keyOf(result)));
  const others = stacks.filter((stack) => {
    if (stack.name === target.name || stack.profile !== profile) return false;
    const alike = results.filter((result) => {
      const there = stack.deviations.get(keyOf(result));
      const seen = seenIn(result);
      return there && seen && there.kind === seen.kind && there.stateAfter === seen.stateAfter;
    });
    return alike.length > 0 && alike.length >= SHARED * results.length;
  });
  return others.map(({ name }) => name).sort();
}
