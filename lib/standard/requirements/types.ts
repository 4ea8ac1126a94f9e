/**
 * What it takes to see whether a requirement is met: `W` the wire, `A` the user's side of the target, `W+A` both, `N` it
 * cannot be seen from outside. `~` adds that it takes long, or many connections.
 */
export type Observable = 'W' | 'A' | 'W+A' | 'N' | 'W~' | 'W+A~';

/** A rule that a case can name as what it tests. */
export interface Requirement {
  /** The number of RFC 9293 appendix B, or for a rule that has none: its document, section and step. */
  readonly id: string;
  /** Where it is written: a section of RFC 9293, unless the text names another document. */
  readonly section: string;
  /** The rule, in our own words. */
  readonly text: string;
  readonly observable: Observable;
}
