import type { Case } from '../../../lib/catalogue/scenario.ts';
import { ADOPTIONS, type Adoption, ALL_CHECKS, CHECKS } from '../../../lib/standard/adoption.ts';
import { PROFILES, type Profile } from '../../../lib/standard/profile.ts';
import { encounterOf } from './encounters.ts';
import { expected, modelled, printEncounter } from './outcomes.ts';

/** TCBs for each case, profile and choice of the checks of RFC 5961. */
const ENCOUNTERS = 25;

const adoptions = (profile: Profile): readonly Adoption[] =>
  profile === 'rfc9293' ? ADOPTIONS : [ALL_CHECKS];

const printAdoption = (adoption: Adoption): string =>
  CHECKS.filter((check) => adoption[check]).join('+') || 'none';

/** The first encounter in which the case and the specification differ, in full. */
function disagreement(subject: Case, profile: Profile, adoption: Adoption): string | undefined {
  for (let number = 0; number < ENCOUNTERS; number += 1) {
    const encounter = encounterOf(subject, number);
    const byCase = expected(subject, encounter, profile, adoption);
    const byModel = modelled(encounter, profile, adoption);
    const onlyInCase = [...byCase.keys()].filter((outcome) => !byModel.has(outcome));
    const onlyInModel = [...byModel].filter(([outcome]) => !byCase.has(outcome));
    if (onlyInCase.length === 0 && onlyInModel.length === 0) continue;
    return [
      `${subject.id} by ${profile}, RFC 5961 adopted: ${printAdoption(adoption)}: ${printEncounter(encounter)}`,
      ...onlyInCase.map((outcome) => `  only in the case:  ${outcome}`),
      ...onlyInModel.map(([outcome, why]) => `  only in the model: ${outcome} (${why})`),
    ].join('\n');
  }
  return undefined;
}

/** Where a case and the specification differ, under each profile and each choice of the checks of RFC 5961. */
export const disagreements = (subject: Case): readonly string[] =>
  PROFILES.flatMap((profile) =>
    adoptions(profile).flatMap((adoption) => disagreement(subject, profile, adoption) ?? []),
  );
