/** A state could not be reached or a circumstance not be brought about. The message says why, for people. */
export class Unreached extends Error {
  override name = 'Unreached';
}
