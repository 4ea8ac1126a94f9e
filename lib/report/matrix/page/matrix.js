import { caseLink } from './case.js';
import { resultAt } from './data.js';
import { countWords, html, KIND_WORDS, KINDS, mark, notation, PROFILE_NAMES, tally } from './words.js';

/*
 * The matrix: a table for each state, a row for each stimulus. One stack: the verdicts of all profiles for each family.
 * Several: a column for each stack and family, under the chosen profile.
 */

export const matrixHtml = (data, filters) =>
  data.states.map((state, index) => stateHtml(state, index, data, filters)).join('');

function stateHtml(state, index, data, filters) {
  const rows = data.rows.filter((row) => row.state === state);
  const counts = tally(
    rows.flatMap((row) => row.results),
    filters.profile,
  );
  const several = data.stacks.length > 1;
  const columns = data.stacks.reduce((sum, stack) => sum + stack.families.length, 0);
  const body = rows.map((row) => rowHtml(row, data, filters)).join('');
  return `<section class="state" id="state-${index}" style="--rows:${rows.length};--columns:${columns}"><table class="${several ? 'several' : 'single'}" data-profile="${filters.profile}">
<caption><h2>${html(state)}</h2><p>${html(countWords(counts))}</p></caption>
${several ? severalHead(data) : singleHead(data)}<tbody>${body}</tbody></table></section>`;
}

function singleHead(data) {
  const { families } = data.stacks[0];
  const top = families.map(
    (family) => `<th scope="colgroup" colspan="${data.profiles.length + 1}">IPv${family}</th>`,
  );
  const names = data.profiles.map((profile, index) => {
    const name = PROFILE_NAMES[profile] ?? profile;
    const short = html(name).replace(/^RFC /, '<span class="sr">RFC </span>');
    return `<th scope="col" class="p${index}"><abbr title="${html(name)}">${short}</abbr></th>`;
  });
  const columns = `<col class="k">${data.profiles.map((_, index) => `<col class="v p${index}">`).join('')}`;
  return `<colgroup><col class="s"></colgroup>${families.map(() => `<colgroup>${columns}</colgroup>`).join('')}<thead><tr><th scope="col" rowspan="2">segment</th>${top.join('')}</tr><tr>${families.map(() => `<th scope="col" class="k">answer</th>${names.join('')}`).join('')}</tr></thead>`;
}

function severalHead(data) {
  const top = data.stacks.map(
    (stack) => `<th scope="colgroup" colspan="${stack.families.length}">${html(stack.target.name)}</th>`,
  );
  const names = data.stacks.flatMap((stack) =>
    stack.families.map((family) => `<th scope="col">IPv${family}</th>`),
  );
  const columns = data.stacks.map(
    (stack) => `<colgroup>${'<col class="w">'.repeat(stack.families.length)}</colgroup>`,
  );
  return `<colgroup><col class="s"></colgroup>${columns.join('')}<thead><tr><th scope="col" rowspan="2">segment</th>${top.join('')}</tr><tr>${names.join('')}</tr></thead>`;
}

function rowHtml(row, data, filters) {
  const condition = row.condition ? `<span class="condition">${html(row.condition)}</span>` : '';
  const cells = data.stacks.flatMap((stack) =>
    stack.families.map((family) => {
      const result = resultAt(row, stack.index, family);
      return data.stacks.length > 1
        ? severalCell(row, result, data, filters)
        : singleCells(row, result, data);
    }),
  );
  return `<tr data-row="${row.index}"><th scope="row"><div><code>${notation(row.send)}</code><span class="title">${html(row.title)} ${condition}</span></div></th>${cells.join('')}</tr>`;
}

/** A cell's link; its address is permanent, and its numbers are those of the result: row, family, stack. */
function cellLink(row, result, data, { key, symbol }, words, rest = '') {
  const { family, stack } = result;
  return `<a class="${key}" href="${html(caseLink(row, result, data))}" data-of="${row.index}/${family}/${stack}" tabindex="-1" aria-label="${html(words)}">${symbol}${rest}</a>`;
}

const spoken = ({ key }) => (key === 'impossible' ? 'not possible with this target' : key);

function singleCells(row, result, data) {
  if (!result) return `<td class="k"></td>${'<td></td>'.repeat(data.profiles.length)}`;
  const sent = result.stimulus !== '';
  const kind = `<td class="k ${sent ? KIND_CLASSES[result.kind] : ''}">${sent ? KINDS[result.kind] : ''}</td>`;
  return (
    kind +
    data.profiles
      .map((profile, index) => {
        const verdict = mark(result, index);
        const words = `${row.id}, IPv${result.family}, ${PROFILE_NAMES[profile] ?? profile}: ${spoken(verdict)}`;
        return `<td class="p${index}">${cellLink(row, result, data, verdict, words)}</td>`;
      })
      .join('')
  );
}

const KIND_CLASSES = ['rst', 'ack', 'quiet', 'ack', 'rst'];

function severalCell(row, result, data, filters) {
  if (!result) return '<td></td>';
  const verdict = mark(result, filters.profile);
  const sent = result.stimulus !== '';
  const words = `${row.id}, ${data.stacks[result.stack].target.name}, IPv${result.family}: ${spoken(verdict)}${sent ? `, ${KIND_WORDS[result.kind]}` : ''}`;
  const kind = `<span>${sent ? KINDS[result.kind] : ''}</span>`;
  return `<td>${cellLink(row, result, data, verdict, words, kind)}</td>`;
}
