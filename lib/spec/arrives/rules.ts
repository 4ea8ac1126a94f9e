import type { Adoption, Profile } from '../profile.ts';

export type Rules = ReturnType<typeof rulesOf>;

/** Which documents are in force, and where the steps of SEGMENT ARRIVES are written. */
export const rulesOf = (profile: Profile, adoption: Adoption) => {
  const rfc9293 = profile === 'rfc9293';
  /** Names a step, and what it says in our own words. */
  const steps =
    (section: string, heading: string) =>
    (step: string, what: string): string =>
      `${rfc9293 ? `RFC 9293 ${section} ` : `RFC 793 3.9 SEGMENT ARRIVES, ${heading}`}${step}: ${what}`;
  return {
    rfc1122: profile !== 'rfc793',
    /** The challenge ACKs. In `rfc9293` it depends on the target whether they are in force. */
    rfc5961: profile === 'rfc5961' || (rfc9293 && adoption === 'adopted'),
    rfc9293,
    /** Whether precedence is compared: not since RFC 2873, which comes with the profile `rfc5961`. */
    precedence: profile === 'rfc793' || profile === 'rfc1122',
    listen: steps('3.10.7.2', 'LISTEN, '),
    synSent: steps('3.10.7.3', 'SYN-SENT, '),
    other: steps('3.10.7.4', ''),
  };
};
