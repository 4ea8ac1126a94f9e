/** Octets that are not a header, or a header that cannot be expressed in octets. */
export class WireError extends Error {
  override readonly name = 'WireError';
}
