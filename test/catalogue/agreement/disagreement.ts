import { demandsOf } from '../../../lib/catalogue/conditions.ts';
import { isCase, type Scenario } from '../../../lib/catalogue/scenario.ts';
import { ADOPTIONS, type Adoption, ALL_CHECKS, CHECKS, NO_CHECKS } from '../../../lib/standard/adoption.ts';
import { PROFILES, type Profile } from '../../../lib/standard/profile.ts';
import { type Encounter, encounterOf } from './encounters.ts';
import { oncePerChoice } from './once-per-choice.ts';
import { walk } from './walk.ts';

/** TCBs for each scenario, profile and choice of the checks of RFC 5961; several steps make many ways of each. */
const ENCOUNTERS = 25;
const ENCOUNTERS_OF_STEPS = 2;

const adoptions = (subject: Scenario, profile: Profile): readonly Adoption[] =>
  profile !== 'rfc9293' ? [ALL_CHECKS] : isCase(subject) ? ADOPTIONS : [ALL_CHECKS, NO_CHECKS];

const printAdoption = (adoption: Adoption): string =>
  CHECKS.filter((check) => adoption[check]).join('+') || 'none';

/** The first encounter in which the scenario and the specification differ, in full. */
function disagreement(
  subject: Scenario,
  encounters: readonly Encounter[],
  profile: Profile,
  adoption: Adoption,
): string | undefined {
  const isReading = demandsOf(subject.conditions).user.receives !== false;
  for (const { tcb, segmentOf } of encounters) {
    const found = walk(subject, tcb, isReading, { profile, adoption, isExact: isCase(subject), segmentOf });
    if (found.length === 0) continue;
    const { sndUna, sndNxt, rcvNxt, rcvWnd } = tcb;
    return [
      `  at SND.UNA=${sndUna} SND.NXT=${sndNxt} RCV.NXT=${rcvNxt} RCV.WND=${rcvWnd}`,
      ...found.map((text) => `  ${text}`),
    ].join('\n');
  }
  return undefined;
}

/** Where a scenario and the specification differ, under each profile and each choice of the checks of RFC 5961. */
export const disagreements = (subject: Scenario): readonly string[] =>
  connectionsOf(subject).flatMap(disagreementsOfOne);

/** Each connection by itself, with its own steps: no other is there, as far as the specification of one goes. */
function connectionsOf(subject: Scenario): readonly Scenario[] {
  const others = Object.entries(subject.beside);
  if (others.length === 0) return [subject];
  const own = (name: string | undefined) => subject.steps.filter(({ on }) => on === name);
  return [
    { ...subject, beside: {}, steps: own(undefined) },
    ...others.map(([name, { state, origin, closedBy, conditions }]) => {
      const { origin: _, closedBy: __, ...rest } = subject;
      const place = { state, conditions, ...(origin ? { origin } : {}), ...(closedBy ? { closedBy } : {}) };
      return { ...rest, ...place, id: `${subject.id} (${name})`, beside: {}, steps: own(name) };
    }),
  ];
}

function disagreementsOfOne(subject: Scenario): readonly string[] {
  const encounters = Array.from({ length: isCase(subject) ? ENCOUNTERS : ENCOUNTERS_OF_STEPS }, (_, number) =>
    encounterOf(subject, number),
  );
  // The same difference is told once.
  const found = new Map<string, string[]>();
  for (const profile of PROFILES) {
    const all = adoptions(subject, profile);
    const texts = oncePerChoice(all, (adoption) => disagreement(subject, encounters, profile, adoption));
    for (const text of new Set(texts)) {
      if (text === undefined) continue;
      const where = all.filter((_, index) => texts[index] === text).map(printAdoption);
      const which = where.length === all.length ? '' : ` with ${where.join(' or ')} of RFC 5961`;
      found.set(text, [...(found.get(text) ?? []), `${profile}${which}`]);
    }
  }
  return [...found].map(([text, where]) => `${subject.id} differs under ${where.join(', ')}\n${text}`);
}
