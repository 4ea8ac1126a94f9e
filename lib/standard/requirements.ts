import { ANCHORS } from './requirements/anchors.ts';
import { NUMBERED } from './requirements/numbered.ts';
import type { Requirement } from './requirements/types.ts';

export type { Observable, Requirement } from './requirements/types.ts';
export { ANCHORS, NUMBERED };

/** Every rule that a case can name: the numbered ones first. */
export const REQUIREMENTS: readonly Requirement[] = [...NUMBERED, ...ANCHORS];

const byId = new Map(REQUIREMENTS.map((requirement) => [requirement.id, requirement]));

export const isRequirement = (id: string): boolean => byId.has(id);

export const requirement = (id: string): Requirement | undefined => byId.get(id);
