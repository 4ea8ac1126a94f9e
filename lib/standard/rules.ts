import { OTHERS } from './rules/others.ts';
import { RFC_793 } from './rules/rfc793.ts';
import { RFC_1122 } from './rules/rfc1122.ts';
import { RFC_9293_SECTIONS } from './rules/rfc9293.ts';
import { RFC_9293_NUMBERED } from './rules/rfc9293-numbered.ts';
import type { Rule } from './rules/rule.ts';

export type { Rule } from './rules/rule.ts';

/**
 * The table of rules: one row for each rule that a case can name. An id begins with its document. An id without a document is a
 * requirement of RFC 9293: its number in appendix B, or section and step where it has no number.
 */
export const RULES = {
  ...RFC_9293_NUMBERED,
  ...RFC_9293_SECTIONS,
  ...RFC_793,
  ...RFC_1122,
  ...OTHERS,
};

/** The id of a rule. A misspelt id does not compile. */
export type RuleId = keyof typeof RULES;

// This type checks that what a rule carries is an id of the table.
const TABLE: Readonly<Record<RuleId, Rule<RuleId>>> = RULES;

export const RULE_IDS = Object.keys(RULES) as readonly RuleId[];

export const isRule = (id: string): id is RuleId => Object.hasOwn(TABLE, id);

export const ruleOf = (id: RuleId): Rule<RuleId> => TABLE[id];

/** Whether it has a number in appendix B of RFC 9293. */
export const isNumbered = (id: RuleId): boolean => Object.hasOwn(RFC_9293_NUMBERED, id);

const citations = new Map<RuleId, string>();

/** Document, section and step, e.g. `RFC 9293 3.10.7.4 first`. */
export function citationOf(id: RuleId): string {
  const { document, section, step } = TABLE[id];
  const citation = citations.get(id) ?? [document, section, ...(step === undefined ? [] : [step])].join(' ');
  citations.set(id, citation);
  return citation;
}

/** The places that a case with these rules cites, each once. */
export const citationsOf = (ids: readonly RuleId[]): readonly string[] => [...new Set(ids.map(citationOf))];

/** The requirements that a case with these rules tests, each once. */
export const requirementsOf = (ids: readonly RuleId[]): readonly RuleId[] => [
  ...new Set(ids.flatMap((id) => TABLE[id].carries ?? [id])),
];

/**
 * The rules that are requirements themselves, the numbered ones first. A rule of an older document `carries` the requirements
 * that it has become.
 */
export const REQUIREMENTS = RULE_IDS.filter((id) => TABLE[id].carries === undefined);
