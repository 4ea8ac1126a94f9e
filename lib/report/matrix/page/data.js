/* What ../encode.ts packed, unpacked. A result's records are left packed until its ladder is drawn. */

const ROLES = ['setup', 'stimulus', 'reply', 'retransmission', 'proof', 'window update'];
const FROM_TARGET = 8;

export function decode({ texts, profiles, cases, runs }) {
  const text = (index) => (index < 0 ? '' : texts[index]);
  const rows = cases.map(([id, title, state, condition, send, cite, rules, steps, expect, open], index) => ({
    index,
    id: text(id),
    title: text(title),
    state: text(state),
    condition: text(condition),
    send: text(send),
    cite: cite.map(text),
    rules: rules.map(text),
    steps: steps.map((pair) => pair.map(text)),
    expect: expect.map((outcomes) => outcomes.map((pair) => pair.map(text))),
    open: open.map((sentences) => sentences.map(text)),
    results: [],
  }));
  const stacks = runs.map(({ results, ...run }, index) => ({
    ...run,
    index,
    results: results.map((packed) => decodeResult(packed, index, text)),
  }));
  for (const stack of stacks) {
    stack.families = [4, 6].filter((family) => stack.results.some((result) => result.family === family));
    for (const result of stack.results) rows[result.row].results.push(result);
  }
  return { profiles, rows, stacks, states: [...new Set(rows.map((row) => row.state))] };
}

function decodeResult(packed, stack, text) {
  const [row, family, kind, after, verdicts, stimulus, observed, proof, reasons, comparisons] = packed;
  const [why, capability, notes, variables, records, durationMs, captured] = packed.slice(10);
  return {
    row,
    family,
    stack,
    kind,
    stateAfter: text(after),
    verdicts,
    stimulus,
    observed,
    proof: text(proof),
    reasons: reasons.map(text),
    comparisons: comparisons.map((index) => (index < 0 ? [] : JSON.parse(text(index)))),
    inconclusive: text(why),
    byCapability: capability === 1,
    notes: notes.map(text),
    variables: pairs(variables, text),
    durationMs,
    captured: captured === 1,
    get records() {
      return unpackRecords(records, text);
    },
  };
}

function pairs(flat, text) {
  const list = [];
  for (let at = 0; at < flat.length; at += 2) list.push([text(flat[at]), flat[at + 1]]);
  return list;
}

function unpackRecords(flat, text) {
  const records = [];
  for (let at = 0; at < flat.length; at += 3) {
    const code = flat[at + 1];
    records.push({
      at: flat[at],
      from: code >= FROM_TARGET ? 'target' : 'tester',
      role: ROLES[code % FROM_TARGET],
      relative: text(flat[at + 2]),
    });
  }
  return records;
}

/** The result of a row for a stack and family, or undefined. */
export const resultAt = (row, stack, family) =>
  row.results.find((result) => result.stack === stack && result.family === family);
