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
  const body = rows.map((row) => rowHtml(row, data, filters)).join('');
  return `<section class="state" id="state-${index}" style="--rows:${rows.length}"><table class="${several ? 'several' : 'single'}" data-profile="${filters.profile}">
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
    return `<th scope="col" class="p${index}"><abbr title="${html(name)}">${html(name.replace(/^RFC /, ''))}</abbr></th>`;
  });
  const columns = `<col class="k">${'<col class="v">'.repeat(data.profiles.length)}`;
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
      return data.stacks.length > 1 ? severalCell(result, data, filters) : singleCells(result, data);
    }),
  );
  return `<tr data-row="${row.index}"><th scope="row"><div><code>${notation(row.send)}</code><span class="title">${html(row.title)} ${condition}</span></div></th>${cells.join('')}</tr>`;
}

/** The numbers of a button's result: row, family, stack. */
const address = ({ row, family, stack }) => `data-of="${row}/${family}/${stack}" tabindex="-1"`;

function singleCells(result, data) {
  if (!result) return `<td class="k"></td>${'<td></td>'.repeat(data.profiles.length)}`;
  const sent = result.stimulus !== '';
  const kind = `<td class="k ${sent ? KIND_CLASSES[result.kind] : ''}">${sent ? KINDS[result.kind] : ''}</td>`;
  return (
    kind +
    data.profiles
      .map((profile, index) => {
        const { key, symbol } = mark(result, index);
        return `<td class="p${index}"><button type="button" class="${key}" ${address(result)} aria-label="${key} under ${PROFILE_NAMES[profile] ?? profile}">${symbol}</button></td>`;
      })
      .join('')
  );
}

const KIND_CLASSES = ['rst', 'ack', 'quiet', 'ack', 'rst'];

function severalCell(result, data, filters) {
  if (!result) return '<td></td>';
  const { key, symbol } = mark(result, filters.profile);
  const sent = result.stimulus !== '';
  const words = `${key}${sent ? `, ${KIND_WORDS[result.kind]}` : ''}, ${data.stacks[result.stack].target.name} IPv${result.family}`;
  return `<td><button type="button" class="${key}" ${address(result)} aria-label="${html(words)}">${symbol}<span>${sent ? KINDS[result.kind] : ''}</span></button></td>`;
}
