/** What the codec throws, and nothing else: a message that is not the Testability Protocol, or cannot be put in it. */
export class TestabilityError extends Error {
  override readonly name = 'TestabilityError';
}
