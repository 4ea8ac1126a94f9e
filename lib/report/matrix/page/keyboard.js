/* The matrix has thousands of links but is one stop for the Tab key: the arrow keys move within it. */

const visibleRows = (main) => [...main.querySelectorAll('tbody tr:not([hidden])')];

const linksOf = (row) => [...row.querySelectorAll('a[data-of]')];

/** Makes the link the one that Tab reaches. */
export function makeStop(main, link) {
  for (const old of main.querySelectorAll('a[tabindex="0"]')) old.tabIndex = -1;
  if (link) link.tabIndex = 0;
}

/** The first link that can be seen becomes the stop, unless the present one can be. */
export function ensureStop(main) {
  const stop = main.querySelector('tbody tr:not([hidden]) a[tabindex="0"]');
  if (!stop) makeStop(main, main.querySelector('tbody tr:not([hidden]) a[data-of]'));
}

/** The link that an arrow key leads to, or undefined. */
function target(main, link, key) {
  const row = link.closest('tr');
  const links = linksOf(row);
  const column = links.indexOf(link);
  if (key === 'ArrowLeft') return links[column - 1];
  if (key === 'ArrowRight') return links[column + 1];
  if (key === 'Home') return links[0];
  if (key === 'End') return links.at(-1);
  const step = { ArrowUp: -1, ArrowDown: 1, PageUp: -15, PageDown: 15 }[key];
  if (!step) return undefined;
  const rows = visibleRows(main).filter((one) => linksOf(one).length > 0);
  const at = Math.min(Math.max(rows.indexOf(row) + step, 0), rows.length - 1);
  const there = linksOf(rows[at]);
  return there[Math.min(column, there.length - 1)];
}

export function moveWithArrows(main) {
  main.addEventListener('keydown', (event) => {
    const link = event.target.closest('a[data-of]');
    if (!link || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = target(main, link, event.key);
    if (!next) return;
    event.preventDefault();
    makeStop(main, next);
    next.focus();
    next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
  main.addEventListener('focusin', (event) => {
    const link = event.target.closest('a[data-of]');
    if (link) makeStop(main, link);
  });
}
