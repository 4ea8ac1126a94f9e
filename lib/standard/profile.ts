/**
 * A profile is a chain of documents. Each overrides those before it.
 *
 * `rfc793`: the letter of 1981. `rfc1122`: its corrections. `rfc5961`: challenge ACKs, and RFC 2873: precedence is
 * ignored. `rfc9293`: the current standard, which leaves RFC 5961 to the implementer.
 */
export const PROFILES = ['rfc793', 'rfc1122', 'rfc5961', 'rfc9293'] as const;

export type Profile = (typeof PROFILES)[number];

export const DEFAULT_PROFILE: Profile = 'rfc9293';

export const isProfile = (text: string): text is Profile => (PROFILES as readonly string[]).includes(text);

/**
 * How strongly a document asks for an outcome.
 *
 * Several `required` outcomes of one case are equally right: any of them conforms. `recommended` is what a SHOULD asks for;
 * it conforms too. `permitted` is allowed where a SHOULD or a MAY was not taken, or where the RFCs contradict themselves. The
 * verdict is then `permitted`, which fails under --strict.
 */
export type Level = 'required' | 'recommended' | 'permitted';

/** The order of the levels: a higher number is stronger. */
export const STRENGTH: Readonly<Record<Level, number>> = { required: 2, recommended: 1, permitted: 0 };
