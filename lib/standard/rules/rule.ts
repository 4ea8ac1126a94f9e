/**
 * How a document words a rule: with a keyword of RFC 2119 (MUST NOT is a MUST too), or as plain text.
 * All of RFC 793 is text.
 */
export type RuleLevel = 'MUST' | 'SHOULD' | 'MAY' | 'text';

/**
 * What a test must observe to see whether a rule is kept: `W` the wire, `A` the target's user, `W+A` both, `N` nothing shows it
 * from outside. `~` adds that it takes a long time or many connections.
 */
export type Observable = 'W' | 'A' | 'W+A' | 'N' | 'W~' | 'W+A~';

/** One rule of one document. */
export interface Rule<Carried extends string = string> {
  /** `RFC 9293`. */
  readonly document: string;
  /** `3.10.7.4`, `figure 8` or `A.2`. */
  readonly section: string;
  /** The part of the section: a step of SEGMENT ARRIVES, a group, a field. */
  readonly step?: string;
  readonly level: RuleLevel;
  /** What the rule asks, in one sentence in our own words. */
  readonly asks: string;
  readonly observable: Observable;
  /**
   * The requirements of RFC 9293 that this older rule has become; a case that names the rule tests them. Empty when the text only
   * explains an expectation. Absent when the rule is a requirement itself.
   */
  readonly carries?: readonly Carried[];
}

/** A section, or a section and a part of it. */
type Place = string | readonly [section: string, step: string];

interface Rest<Carried extends string> {
  /** `W` when absent. */
  readonly observable?: Observable;
  readonly carries?: readonly Carried[];
}

type Row = <const Carried extends string = never>(
  place: Place,
  asks: string,
  rest?: Rest<Carried>,
) => Rule<Carried>;

/** Makes the rows of one document, one function for each level. */
export function rulesOf(document: string): Record<'must' | 'should' | 'may' | 'text', Row> {
  const row =
    (level: RuleLevel): Row =>
    (place, asks, { observable = 'W', carries } = {}) => {
      const [section, step] = typeof place === 'string' ? [place] : place;
      return {
        document,
        section,
        ...(step === undefined ? {} : { step }),
        level,
        asks,
        observable,
        ...(carries ? { carries } : {}),
      };
    };
  return { must: row('MUST'), should: row('SHOULD'), may: row('MAY'), text: row('text') };
}
