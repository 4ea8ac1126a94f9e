import { unsigned } from './octets.ts';

/** The type of the basic security option of IPv4. */
export const SECURITY_OPTION_TYPE = 130;

/** The classification levels of RFC 1108 section 2.3. */
export const SECURITY_LEVELS = {
  'top secret': 0x3d,
  secret: 0x5a,
  confidential: 0x96,
  unclassified: 0xab,
} as const;

export type SecurityLevel = keyof typeof SECURITY_LEVELS;

/**
 * The octets of a basic security option (RFC 1108 section 2.1): type 130, its length, the level, and the protection
 * authority flags, of which the lowest bit of every octet but the last must be set.
 *
 * @param authority the flags' octets; none when absent, which makes an option of 3 octets
 * @throws WireError when the option exceeds 255 octets (an IPv4 header has room for 40)
 */
export function securityOption(level: SecurityLevel, authority: Uint8Array = new Uint8Array()): Uint8Array {
  const length = unsigned('security option length', 3 + authority.length, 8);
  return Uint8Array.of(SECURITY_OPTION_TYPE, length, SECURITY_LEVELS[level], ...authority);
}

/** The precedence in a type of service octet, 0 (routine) to 7 (RFC 791 section 3.1). */
export const precedence = (tos: number): number => tos >>> 5;

/** The type of service octet with its precedence replaced. @throws WireError when `value` is not in 0...7 */
export const withPrecedence = (tos: number, value: number): number =>
  (unsigned('precedence', value, 3) << 5) | (tos & 0x1f);
