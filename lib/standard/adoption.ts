/**
 * The checks that RFC 5961 adds, each against one kind of blind attack: RST (section 3.2), SYN (4.2) and ACK (5.2).
 *
 * Section 6 leaves each of them to the implementer. RFC 9293 section 3.10.7.4 states them one by one, in its second,
 * fourth and fifth step. A TCP may have any of them without the others.
 */
export const CHECKS = ['rst', 'syn', 'ack'] as const;

export type Check = (typeof CHECKS)[number];

/** Where RFC 5961 describes the check. */
export const SECTION_OF: Readonly<Record<Check, string>> = { rst: '3.2', syn: '4.2', ack: '5.2' };

/** Which of the checks a TCP has adopted. */
export type Adoption = Readonly<Record<Check, boolean>>;

/** What is known about a target. A check that is absent is not known. */
export type KnownAdoption = Partial<Adoption>;

export const ALL_CHECKS: Adoption = { rst: true, syn: true, ack: true };
export const NO_CHECKS: Adoption = { rst: false, syn: false, ack: false };

/** All eight choices. */
export const ADOPTIONS: readonly Adoption[] = [true, false].flatMap((rst) =>
  [true, false].flatMap((syn) => [true, false].map((ack) => ({ rst, syn, ack }))),
);

/** Marks an outcome as valid only for a TCP that has adopted a check, or only for one that has not. */
export interface Choice {
  readonly check: Check;
  readonly adopted: boolean;
}

/** Whether an outcome is valid for a target. When the target's choice is not known, both outcomes are valid. */
export const counts = ({ when }: { readonly when?: Choice }, known: KnownAdoption): boolean =>
  when === undefined || known[when.check] === undefined || known[when.check] === when.adopted;

export const sameChoice = (one: Choice | undefined, other: Choice | undefined): boolean =>
  one?.check === other?.check && one?.adopted === other?.adopted;

/** For reports, e.g. `RFC 5961 4.2 (SYN) not adopted`. */
export const choiceText = ({ check, adopted }: Choice): string =>
  `RFC 5961 ${SECTION_OF[check]} (${check.toUpperCase()}) ${adopted ? 'adopted' : 'not adopted'}`;

/** The adoption of exactly the checks named, e.g. `rst+ack` or `none`; undefined when a name is no check. */
export function adoptionNamed(text: string): Adoption | undefined {
  const names = text === 'none' ? [] : text.split('+');
  if (!names.every((name) => (CHECKS as readonly string[]).includes(name))) return undefined;
  return { rst: names.includes('rst'), syn: names.includes('syn'), ack: names.includes('ack') };
}
