import { sourceOf } from './source.ts';

/** A case that must not enter the catalogue; the message says where it is written, its id, and what is wrong with it. */
export class CatalogueError extends Error {
  override name = 'CatalogueError';

  /** @param place where it is written, as `FILE:LINE`; what the stack tells when absent */
  constructor(id: string, problem: string, place?: string) {
    super();
    const source = place ?? sourceOf(id, this.stack);
    this.message = `${source ? `${source}: ` : ''}${id}: ${problem}`;
    // The stack begins with the message, as mocha prints it.
    Error.captureStackTrace(this, CatalogueError);
  }
}
