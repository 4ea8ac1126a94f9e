import { html, mark, notation, PROFILE_NAMES } from './words.js';

/* What was expected of a case, what was observed, and what each profile makes of it. */

const MARK_WORDS = { '=': 'as expected', '≈': 'as good', '≠': 'not as expected' };

export const badge = (result, profile) => {
  const { key, symbol } = mark(result, profile);
  return `<span class="badge ${key}"><b aria-hidden="true">${symbol}</b>${key === 'impossible' ? 'not possible' : key}</span>`;
};

/** Profiles that expect, judge and explain alike share a row. */
function profileGroups(row, result, data) {
  const groups = new Map();
  data.profiles.forEach((_, index) => {
    const key = JSON.stringify([
      row.expect[index],
      row.open[index],
      result.verdicts[index],
      result.reasons[index],
    ]);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  });
  return [...groups.values()];
}

const outcomeHtml = ([reply, rest]) =>
  `<code>${notation(reply)}</code><span class="then">${html(rest)}</span>`;

/** Field by field; the verdict's reason says the rest. */
function comparisonHtml(lines) {
  const body = lines.map(
    ([sign, field, expected, observed]) =>
      `<tr${sign === '≠' ? ' class="differs"' : ''}><td><span aria-hidden="true">${sign}</span><span class="sr">${MARK_WORDS[sign]}</span></td><th scope="row">${html(field)}</th><td>${notation(expected)}</td><td>${notation(observed)}</td></tr>`,
  );
  return `<table class="fields"><thead><tr><td></td><th scope="col">field</th><th scope="col">expected</th><th scope="col">observed</th></tr></thead><tbody>${body.join('')}</tbody></table>`;
}

export function verdictTable(row, result, data, chosen) {
  const lines = profileGroups(row, result, data).map((profiles) => {
    const [first] = profiles;
    const names = profiles.map(
      (index) => `<span>${html(PROFILE_NAMES[data.profiles[index]] ?? data.profiles[index])}</span> `,
    );
    const expected =
      row.expect[first].map(outcomeHtml).join('<br><i class="or">or</i> ') ||
      (row.steps.length > 0 ? '<i>the steps above</i>' : '<i>not in this catalogue</i>');
    const open = row.open[first].map((sentence) => `<p class="open">${html(sentence)}</p>`).join('');
    const reason = result.reasons[first] ? `<p class="reason">${html(result.reasons[first])}</p>` : '';
    const comparison = result.comparisons[first].length > 0 ? comparisonHtml(result.comparisons[first]) : '';
    return `<tr role="row"${profiles.includes(chosen) ? ' class="chosen"' : ''}><th scope="row" role="rowheader">${names.join('')}</th><td role="cell">${expected}${open}${comparison}${reason}</td><td role="cell">${badge(result, first)}</td></tr>`;
  });
  return `<table class="verdicts" role="table"><thead><tr role="row"><th scope="col">profile</th><th scope="col">expected</th><th scope="col">verdict</th></tr></thead><tbody>${lines.join('')}</tbody></table>`;
}

/** A ladder's steps. */
export function stepsHtml({ steps }) {
  if (steps.length === 0) return '';
  const lines = steps.map(
    ([who, what]) => `<li><span class="who">${html(who)}</span> <code>${notation(what)}</code></li>`,
  );
  return `<h3>Expected, step by step</h3><ol class="steps">${lines.join('')}</ol>`;
}
