import type { Adoption, Profile } from '../profile.ts';

type Ordinal = 'first' | 'second' | 'third' | 'fourth' | 'fifth' | 'sixth' | 'seventh' | 'eighth';

/** Names a step of SEGMENT ARRIVES, and what it says there in our own words. */
type Step = (step: Ordinal, what: string) => string;

/** Which documents are in force, and where their steps are written. */
export interface Rules {
  readonly rfc1122: boolean;
  /** The challenge ACKs. In `rfc9293` it depends on the target whether they are in force. */
  readonly rfc5961: boolean;
  readonly rfc9293: boolean;
  /** Whether precedence is compared: not since RFC 2873, which comes with the profile `rfc5961`. */
  readonly precedence: boolean;
  readonly listen: Step;
  readonly synSent: Step;
  readonly other: Step;
}

export const rulesOf = (profile: Profile, adoption: Adoption): Rules => {
  const rfc9293 = profile === 'rfc9293';
  const steps =
    (section: string, heading: string): Step =>
    (step, what) =>
      `${rfc9293 ? `RFC 9293 ${section} ` : `RFC 793 3.9 SEGMENT ARRIVES, ${heading}`}${step}: ${what}`;
  return {
    rfc1122: profile !== 'rfc793',
    rfc5961: profile === 'rfc5961' || (rfc9293 && adoption === 'adopted'),
    rfc9293,
    precedence: profile === 'rfc793' || profile === 'rfc1122',
    listen: steps('3.10.7.2', 'LISTEN, '),
    synSent: steps('3.10.7.3', 'SYN-SENT, '),
    other: steps('3.10.7.4', ''),
  };
};
