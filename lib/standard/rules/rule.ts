/**
 * How a document words a rule: by one of the keywords of RFC 2119 (an absolute prohibition is a MUST too), or in plain text.
 * All of RFC 793 is text.
 */
export type RuleLevel = 'MUST' | 'SHOULD' | 'MAY' | 'text';

/**
 * What it takes to see whether a rule is kept: `W` the wire, `A` the user's side of the target, `W+A` both, `N` it cannot be
 * seen from outside. `~` adds that it takes long, or many connections.
 */
export type Observable = 'W' | 'A' | 'W+A' | 'N' | 'W~' | 'W+A~';

/** One rule of one document. */
export interface Rule<Carried extends string = string> {
  /** `RFC 9293`. */
  readonly document: string;
  /** `3.10.7.4`, `figure 8` or `A.2`. */
  readonly section: string;
  /** What narrows the section down: a step of SEGMENT ARRIVES, a group, a field. */
  readonly step?: string;
  readonly level: RuleLevel;
  /** What the rule asks, in one sentence of our own. */
  readonly asks: string;
  readonly observable: Observable;
  /**
   * The requirements that a case tests when it names this rule: those that a later document has made of it. None where the
   * text only explains what a case expects. Absent: the rule is a requirement itself.
   */
  readonly carries?: readonly Carried[];
}

/** A section, or a section and what narrows it down. */
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

/** What writes the rows of one document, by how binding each is. */
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
