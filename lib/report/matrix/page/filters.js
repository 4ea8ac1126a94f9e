import { html, NOT_POSSIBLE, plural, profileName, VERDICTS } from './data.js';

/* The row of filters, and which rows pass them. */

/** The filters at the start; `verdicts` holds those that are shown. */
export const newFilters = (data) => ({
  profile: Math.max(0, data.profiles.indexOf(data.stacks[0]?.profile ?? 'rfc9293')),
  state: '',
  verdicts: new Set(VERDICTS.map(({ key }) => key)),
  text: '',
  differing: false,
});

/** Whether a row is shown. */
export function passes(row, { profile, state, verdicts, text, differing }) {
  if (state && row.state !== state) return false;
  if (!row.results.some((result) => verdicts.has(result.verdicts[profile]))) return false;
  if (differing && !differs(row, profile)) return false;
  const haystack = `${row.id} ${row.title} ${row.send} ${row.condition} ${row.cite.join(' ')}`.toLowerCase();
  return text.split(/\s+/).every((word) => haystack.includes(word));
}

/** Whether the stacks, or the families of one stack, differ in verdict or answer. */
function differs({ results: [first, ...rest] }, profile) {
  return rest.some((one) => one.verdicts[profile] !== first.verdicts[profile] || one.kind !== first.kind);
}

/** The verdicts are filter and legend in one. Cases that are not possible count as inconclusive. */
function chipsHtml(data, filters) {
  const impossible = data.stacks.some(({ results }) => results.some((result) => result.byCapability));
  return VERDICTS.map(({ key, symbol, means }) => {
    const more = key === 'inconclusive' && impossible;
    const title = more ? `${means}; ${NOT_POSSIBLE.symbol} ${NOT_POSSIBLE.means}` : means;
    const rest = more ? ` <b aria-hidden="true">${NOT_POSSIBLE.symbol}</b>not possible` : '';
    return `<label class="chip ${key}" title="${html(title)}"><input type="checkbox" name="verdict" value="${key}"${filters.verdicts.has(key) ? ' checked' : ''}><span><b aria-hidden="true">${symbol}</b>${key}${rest}</span></label>`;
  }).join('');
}

export function filtersHtml(data, filters) {
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

export const shownText = (shown, all) =>
  `${shown === all ? '' : `${shown} of `}${plural(all, 'stimulus', 'stimuli')}`;

/** Reads the form into the filters. */
export function readFilters(form, filters) {
  const values = new FormData(form);
  filters.profile = Number(values.get('profile'));
  filters.state = values.get('state');
  filters.text = values.get('text').trim().toLowerCase();
  filters.verdicts = new Set(values.getAll('verdict'));
  filters.differing = values.has('differing');
}
