import { caseHtml, caseLink } from './case.ts';
import { type Result, type Row, resultAt, type Stack, unpacked } from './data.ts';
import { filtersHtml, newFilters, passes, readFilters, shownText } from './filters.ts';
import { ensureStop, matrixHtml, moveWithArrows } from './matrix.ts';
import { findingsHtml, footHtml, headHtml, requirementsHtml, statesHtml, tallyHtml } from './overview.ts';

/* Brings the page to life: draws it, follows the filters and the address. */

const byId = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;
const data = await unpacked(byId('data').textContent ?? '');
const filters = newFilters(data);
const main = byId('matrix');
const form = byId('filters') as HTMLFormElement;
const dialog = byId('case') as HTMLDialogElement;
/** The case that is open, and the link to go back to. */
let open: { readonly row: Row; readonly result: Result } | undefined;
let opener: string | undefined;

/** The element with an index in its data. */
const stackAt = ({ dataset }: HTMLElement): Stack => data.stacks[Number(dataset.stack)] as Stack;
const rowAt = ({ dataset }: HTMLElement): Row => data.rows[Number(dataset.row)] as Row;
/** The nearest element around that of an event. */
const around = <Found extends Element>({ target }: Event, selector: string): Found | null =>
  target instanceof Element ? target.closest<Found>(selector) : null;

/** In milliseconds. A browser that is busy, or draws nothing, may never be idle. */
const LATEST = 200;
const whenIdle = (action: () => void): unknown =>
  'requestIdleCallback' in window
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

/** What stands above the matrix. */
function drawOverview() {
  byId('states').innerHTML = statesHtml(data, filters);
  for (const place of document.querySelectorAll<HTMLElement>('.tally'))
    place.innerHTML = tallyHtml(stackAt(place), filters);
  const [stack] = data.stacks;
  const findings = document.getElementById('findings');
  const { profile } = filters;
  if (stack && findings) findings.innerHTML = findingsHtml(stack, profile, data.profiles[profile]);
}

function drawMatrix() {
  main.innerHTML = matrixHtml(data, filters);
  whenIdle(layOutRest);
}

/** A tab in the background is given no frame. */
const nextFrame = () =>
  new Promise<void>((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, LATEST);
  });

function filterRows() {
  let shown = 0;
  for (const section of main.querySelectorAll<HTMLElement>('section.state')) {
    let here = 0;
    for (const line of section.querySelectorAll<HTMLElement>('tbody tr')) {
      line.hidden = !passes(rowAt(line), filters);
      if (!line.hidden) here += 1;
    }
    section.hidden = here === 0;
    section.style.setProperty('--rows', String(here));
    shown += here;
  }
  byId('shown').textContent = shownText(shown, data.rows.length);
  main.classList.toggle('empty', shown === 0);
  ensureStop(main);
}

function onFilter({ target }: Event): void {
  const before = filters.profile;
  readFilters(form, filters);
  if (filters.profile !== before) {
    drawOverview();
    drawMatrix();
  }
  filterRows();
  if (target instanceof HTMLInputElement && target.name === 'profile' && open)
    showCase(open.row, open.result);
}

function showCase(row: Row, result: Result): void {
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
  const link = opener && main.querySelector<HTMLElement>(`a[data-of="${opener}"]`);
  if (link) link.focus({ preventScroll: true });
}

/** Follows the address: `#/case/<id>/<family>/<stack>` opens a case, anything else closes it. */
function follow() {
  const [, id, family, slug] = /^#\/case\/([^/]+)\/([46])(?:\/([^/]+))?$/.exec(location.hash) ?? [];
  const row = id === undefined ? undefined : data.rows.find((one) => one.id === decodeURIComponent(id));
  const stack = data.stacks.find((one) => one.slug === decodeURIComponent(slug ?? '')) ?? data.stacks[0];
  const result = row && stack && resultAt(row, stack.index, Number(family));
  if (row && stack && result) {
    opener = `${row.index}/${result.family}/${stack.index}`;
    showCase(row, result);
  } else hideCase();
}

/** Goes to the next row that is shown and has a result of the same stack and family. */
function step(by: number): void {
  if (!open) return;
  const { row: here, result } = open;
  const { family, stack } = result;
  const rows = [...main.querySelectorAll<HTMLElement>('tbody tr')]
    .filter((line) => !line.hidden || Number(line.dataset.row) === here.index)
    .map(rowAt)
    .filter((row) => resultAt(row, stack, family));
  const row = rows[rows.indexOf(here) + by];
  const there = row && resultAt(row, stack, family);
  if (!row || !there) return;
  // Not by a new address: its event comes late, and the next key may come first.
  history.replaceState(null, '', caseLink(row, there, data));
  follow();
}

/** Closes the case, and takes it out of the address. */
function leave() {
  if (location.hash.startsWith('#/case/')) history.replaceState(null, '', '#/');
  hideCase();
}

const ACTIONS: Readonly<Record<string, (button: HTMLElement) => unknown>> = {
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
drawOverview();

for (const place of document.querySelectorAll<HTMLElement>('details.requirements'))
  place.addEventListener(
    'toggle',
    () => {
      if (place.lastElementChild) place.lastElementChild.innerHTML = requirementsHtml(stackAt(place));
    },
    { once: true },
  );

// The heads of the tables stay in view below the filters.
new ResizeObserver(() => {
  const sticks = getComputedStyle(form.parentElement ?? form).position === 'sticky';
  document.body.style.setProperty('--bar', `${sticks ? form.offsetHeight : 0}px`);
}).observe(form);

form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('input', onFilter);
byId('states').addEventListener('click', (event) => {
  const index = around<HTMLElement>(event, 'button[data-state]')?.dataset.state;
  const section = index && byId(`state-${index}`);
  if (!section) return;
  section.scrollIntoView();
  section.querySelector<HTMLElement>('tr:not([hidden]) a[data-of]')?.focus({ preventScroll: true });
});
dialog.addEventListener('click', (event) => {
  const button = around<HTMLElement>(event, 'button[data-do]');
  if (button) ACTIONS[button.dataset.do ?? '']?.(button);
  // A click on the dialog itself is one on the backdrop.
  else if (event.target === dialog) leave();
});
// The browser closes it on Escape. The event comes late, and another case may be open by then.
dialog.addEventListener('close', () => {
  if (open && !dialog.open) leave();
});
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = around(event, 'input, select, textarea');
  if (open && event.key === 'j') step(1);
  else if (open && event.key === 'k') step(-1);
  else if (!open && !typing && event.key === '/') {
    event.preventDefault();
    form.querySelector<HTMLElement>('[name="text"]')?.focus();
  }
});
addEventListener('hashchange', follow);
follow();
// The findings can be read, and lead to their cases, before the matrix is there.
performance.mark('usable');
await nextFrame();
drawMatrix();
filterRows();
moveWithArrows(main);
document.body.dataset.drawn = '';
// For whoever measures how long it takes.
performance.mark('drawn');
