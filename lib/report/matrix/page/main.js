import { caseHtml, caseLink } from './case.js';
import { resultAt, unpacked } from './data.js';
import { filtersHtml, newFilters, passes, readFilters, shownText } from './filters.js';
import { ensureStop, matrixHtml, moveWithArrows } from './matrix.js';
import { footHtml, headHtml, requirementsHtml, statesHtml, tallyHtml } from './overview.js';

/* Brings the page to life: draws it, follows the filters and the address. */

const byId = (id) => document.getElementById(id);
const data = await unpacked(byId('data').textContent);
const filters = newFilters(data);
const main = byId('matrix');
const form = byId('filters');
const dialog = byId('case');
/** The case that is open, and the link to go back to. */
let open;
let opener;

/** In milliseconds. A browser that is busy, or draws nothing, may never be idle. */
const LATEST = 200;
const whenIdle = (action) =>
  window.requestIdleCallback
    ? window.requestIdleCallback(() => action(), { timeout: LATEST })
    : setTimeout(action, 50);

/**
 * The page is there at once, since a state is laid out only when it comes near the screen. But a screen reader finds only
 * what is laid out, so the other states follow one by one.
 */
function layOutRest() {
  const section = main.querySelector('section.state:not(.drawn)');
  if (!section) return;
  section.classList.add('drawn');
  whenIdle(layOutRest);
}

function drawMatrix() {
  main.innerHTML = matrixHtml(data, filters);
  whenIdle(layOutRest);
  byId('states').innerHTML = statesHtml(data, filters);
  for (const place of document.querySelectorAll('.tally'))
    place.innerHTML = tallyHtml(data.stacks[place.dataset.stack], filters);
}

function filterRows() {
  let shown = 0;
  for (const section of main.querySelectorAll('section.state')) {
    let here = 0;
    for (const line of section.querySelectorAll('tbody tr')) {
      line.hidden = !passes(data.rows[line.dataset.row], filters);
      if (!line.hidden) here += 1;
    }
    section.hidden = here === 0;
    section.style.setProperty('--rows', here);
    shown += here;
  }
  byId('shown').textContent = shownText(shown, data.rows.length);
  main.classList.toggle('empty', shown === 0);
  ensureStop(main);
}

function onFilter(event) {
  const before = filters.profile;
  readFilters(form, filters);
  if (filters.profile !== before) drawMatrix();
  filterRows();
  if (event.target.name === 'profile' && open) showCase(open.row, open.result);
}

function showCase(row, result) {
  open = { row, result };
  dialog.innerHTML = caseHtml(row, result, data, filters.profile);
  if (!dialog.open) dialog.showModal();
  byId('case-title').focus();
  dialog.scrollTop = 0;
  document.title = `${row.id}, IPv${result.family}: segment-arrives`;
}

const pageTitle = document.title;

function hideCase() {
  open = undefined;
  document.title = pageTitle;
  if (dialog.open) dialog.close();
  const link = opener && main.querySelector(`a[data-of="${opener}"]`);
  if (link) link.focus({ preventScroll: true });
}

/** Follows the address: `#/case/<id>/<family>/<stack>` opens a case, anything else closes it. */
function follow() {
  const [, id, family, slug] = /^#\/case\/([^/]+)\/([46])(?:\/([^/]+))?$/.exec(location.hash) ?? [];
  const row = id && data.rows.find((one) => one.id === decodeURIComponent(id));
  const stack = data.stacks.find((one) => one.slug === decodeURIComponent(slug ?? '')) ?? data.stacks[0];
  const result = row && resultAt(row, stack.index, Number(family));
  if (result) {
    opener = `${row.index}/${result.family}/${stack.index}`;
    showCase(row, result);
  } else hideCase();
}

/** Goes to the next row that is shown and has a result of the same stack and family. */
function step(by) {
  const { family, stack } = open.result;
  const rows = [...main.querySelectorAll('tbody tr')]
    .filter((line) => !line.hidden || Number(line.dataset.row) === open.row.index)
    .map((line) => data.rows[line.dataset.row])
    .filter((row) => resultAt(row, stack, family));
  const row = rows[rows.indexOf(open.row) + by];
  if (!row) return;
  // Not by a new address: its event comes late, and the next key may come first.
  history.replaceState(null, '', caseLink(row, resultAt(row, stack, family), data));
  follow();
}

/** Closes the case, and takes it out of the address. */
function leave() {
  if (location.hash.startsWith('#/case/')) history.replaceState(null, '', '#/');
  hideCase();
}

const ACTIONS = {
  previous: () => step(-1),
  next: () => step(1),
  close: leave,
  copy: async (button) => {
    // A page from a file or over plain HTTP may not write to the clipboard. The address bar has the link, too.
    const copied = await navigator.clipboard?.writeText(location.href).then(
      () => true,
      () => false,
    );
    button.textContent = copied ? 'copied' : 'see the address bar';
  },
};

byId('head').innerHTML = headHtml(data);
byId('foot').innerHTML = footHtml(data);
form.innerHTML = filtersHtml(data, filters);
drawMatrix();
filterRows();
moveWithArrows(main);

for (const place of document.querySelectorAll('details.requirements'))
  place.addEventListener(
    'toggle',
    () => {
      place.lastElementChild.innerHTML = requirementsHtml(data.stacks[place.dataset.stack]);
    },
    { once: true },
  );

// The heads of the tables stay in view below the filters.
new ResizeObserver(() => {
  const sticks = getComputedStyle(form.parentElement).position === 'sticky';
  document.body.style.setProperty('--bar', `${sticks ? form.offsetHeight : 0}px`);
}).observe(form);

form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('input', onFilter);
byId('states').addEventListener('click', (event) => {
  const index = event.target.closest('button[data-state]')?.dataset.state;
  const section = index && byId(`state-${index}`);
  if (!section) return;
  section.scrollIntoView();
  section.querySelector('tr:not([hidden]) a[data-of]')?.focus({ preventScroll: true });
});
dialog.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (button) ACTIONS[button.dataset.do](button);
  // A click on the dialog itself is one on the backdrop.
  else if (event.target === dialog) leave();
});
// The browser closes it on Escape. The event comes late, and another case may be open by then.
dialog.addEventListener('close', () => {
  if (open && !dialog.open) leave();
});
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest?.('input, select, textarea');
  if (open && event.key === 'j') step(1);
  else if (open && event.key === 'k') step(-1);
  else if (!open && !typing && event.key === '/') {
    event.preventDefault();
    form.elements.text.focus();
  }
});
addEventListener('hashchange', follow);
follow();
document.body.dataset.drawn = '';
