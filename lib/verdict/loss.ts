/** The target was given up in the middle of a run: what was still to be run has no verdict. */
export interface Loss {
  readonly reason: string;
  /** The cases that were on the wire then, those first whose segments were nearest to when the target was last heard of. */
  readonly onTheWire: readonly { readonly id: string; readonly family: 4 | 6 }[];
}

const NAMED = 3;

/** The reason, and the cases that may have to do with it. */
export function lossText({ reason, onTheWire }: Loss): string {
  if (onTheWire.length === 0) return reason;
  const named = onTheWire.slice(0, NAMED).map(({ id, family }) => `${id} IPv${family}`);
  const more = onTheWire.length - named.length;
  return `${reason}; on the wire then: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
