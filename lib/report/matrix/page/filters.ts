import { VERDICTS, type Verdict } from '../../../verdict/result.ts';
import { type Data, html, MARKS, NOT_POSSIBLE, plural, profileName, type Row } from './data.ts';

/* The row of filters, and which rows pass them. */

export interface Filters {
  /** The index of the chosen profile. */
  profile: number;
  /** The only state that is shown; empty for all. */
  state: string;
  /** Those that are shown. */
  verdicts: ReadonlySet<Verdict>;
  /** Words that a row must have, in small letters. */
  text: string;
  /** Only rows in which stacks, or the families of one stack, differ. */
  differing: boolean;
}

export const newFilters = (data: Data): Filters => ({
  profile: Math.max(0, data.profiles.indexOf(data.stacks[0]?.profile ?? 'rfc9293')),
  state: '',
  verdicts: new Set(VERDICTS),
  text: '',
  differing: false,
});

/** Whether a row is shown. */
export function passes(row: Row, { profile, state, verdicts, text, differing }: Filters): boolean {
  if (state && row.state !== state) return false;
  const isShown = (verdict: Verdict | undefined): boolean => verdict !== undefined && verdicts.has(verdict);
  if (!row.results.some((result) => isShown(result.verdicts[profile]))) return false;
  if (differing && !differs(row, profile)) return false;
  const haystack = `${row.id} ${row.title} ${row.send} ${row.condition} ${row.cite.join(' ')}`.toLowerCase();
  return text.split(/\s+/).every((word) => haystack.includes(word));
}

/** Whether the stacks, or the families of one stack, differ in verdict or answer. */
function differs({ results: [first, ...rest] }: Row, profile: number): boolean {
  return rest.some((one) => one.verdicts[profile] !== first?.verdicts[profile] || one.kind !== first?.kind);
}

/** The verdicts are filter and legend in one. Cases that are not possible count as inconclusive. */
function chipsHtml(data: Data, filters: Filters): string {
  const impossible = data.stacks.some(({ results }) => results.some((result) => result.byCapability));
  return MARKS.map(({ key, symbol, means }) => {
    const more = key === 'inconclusive' && impossible;
    const title = more ? `${means}; ${NOT_POSSIBLE.symbol} ${NOT_POSSIBLE.means}` : means;
    const rest = more ? ` <b aria-hidden="true">${NOT_POSSIBLE.symbol}</b>not possible` : '';
    return `<label class="chip ${key}" title="${html(title)}"><input type="checkbox" name="verdict" value="${key}"${filters.verdicts.has(key) ? ' checked' : ''}><span><b aria-hidden="true">${symbol}</b>${key}${rest}</span></label>`;
  }).join('');
}

export function filtersHtml(data: Data, filters: Filters): string {
  const profiles = data.profiles.map(
    (profile, index) =>
      `<label><input type="radio" name="profile" value="${index}"${index === filters.profile ? ' checked' : ''}><span>${profileName(profile)}</span></label>`,
  );
  const states = data.states.map((state) => `<option>${html(state)}</option>`);
  return `
<fieldset class="segmented"><legend>Profile</legend>${profiles.join('')}</fieldset>
<fieldset class="chips"><legend>Verdict</legend><span>${chipsHtml(data, filters)}</span></fieldset>
<label class="field"><span class="caption">State</span><select name="state"><option value="">all states</option>${states.join('')}</select></label>
<label class="field grow"><span class="caption">Text</span><input type="search" name="text" placeholder="id, segment, title" autocomplete="off" spellcheck="false"></label>
<label class="check"><input type="checkbox" name="differing"><span>${data.stacks.length > 1 ? 'stacks' : 'IPv4 and IPv6'} differ</span></label>
<output id="shown" aria-live="polite"></output>`;
}

export const shownText = (shown: number, all: number): string =>
  `${shown === all ? '' : `${shown} of `}${plural(all, 'stimulus', 'stimuli')}`;

/** Reads the form into the filters. */
export function readFilters(form: HTMLFormElement, filters: Filters): void {
  const values = new FormData(form);
  filters.profile = Number(values.get('profile'));
  filters.state = String(values.get('state'));
  filters.text = String(values.get('text')).trim().toLowerCase();
  filters.verdicts = new Set(VERDICTS.filter((verdict) => values.getAll('verdict').includes(verdict)));
  filters.differing = values.has('differing');
}
