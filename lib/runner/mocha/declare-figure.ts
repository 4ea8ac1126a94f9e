import type { LadderDeclaration } from '../../catalogue/ladder.ts';
import { registerLadder } from '../../catalogue/ladders.ts';
import { declareLadderTest } from './mocha-tests.ts';

/**
 * Declares a ladder: one side of a figure of RFC 793, played by the target, or a rule that takes several steps.
 *
 * @throws CatalogueError when the id is malformed or taken, a notation does not parse, or a citation is missing.
 */
export function figure(declaration: LadderDeclaration): void {
  declareLadderTest(registerLadder(declaration));
}
