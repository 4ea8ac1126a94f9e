/* The matrix has thousands of buttons but is one stop for the Tab key: the arrow keys move within it. */

const visibleRows = (main) => [...main.querySelectorAll('tbody tr:not([hidden])')];

const buttonsOf = (row) => [...row.querySelectorAll('button')];

/** Makes the button the one that Tab reaches. */
export function makeStop(main, button) {
  for (const old of main.querySelectorAll('button[tabindex="0"]')) old.tabIndex = -1;
  if (button) button.tabIndex = 0;
}

/** The first button that can be seen becomes the stop, unless the present one can be. */
export function ensureStop(main) {
  const stop = main.querySelector('tbody tr:not([hidden]) button[tabindex="0"]');
  if (!stop) makeStop(main, main.querySelector('tbody tr:not([hidden]) button'));
}

/** The button that an arrow key leads to, or undefined. */
function target(main, button, key) {
  const row = button.closest('tr');
  const buttons = buttonsOf(row);
  const column = buttons.indexOf(button);
  if (key === 'ArrowLeft') return buttons[column - 1];
  if (key === 'ArrowRight') return buttons[column + 1];
  if (key === 'Home') return buttons[0];
  if (key === 'End') return buttons.at(-1);
  const step = { ArrowUp: -1, ArrowDown: 1, PageUp: -15, PageDown: 15 }[key];
  if (!step) return undefined;
  const rows = visibleRows(main).filter((one) => buttonsOf(one).length > 0);
  const at = Math.min(Math.max(rows.indexOf(row) + step, 0), rows.length - 1);
  const there = buttonsOf(rows[at]);
  return there[Math.min(column, there.length - 1)];
}

export function moveWithArrows(main) {
  main.addEventListener('keydown', (event) => {
    const button = event.target.closest('tbody button');
    if (!button || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = target(main, button, event.key);
    if (!next) return;
    event.preventDefault();
    makeStop(main, next);
    next.focus();
    next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
  main.addEventListener('focusin', (event) => {
    const button = event.target.closest('tbody button');
    if (button) makeStop(main, button);
  });
}
