import { expect } from 'chai';
import { type Baseline, entriesOf } from '../../../lib/report/baseline/baseline.ts';
import { gate, isOpen } from '../../../lib/report/baseline/gate.ts';
import { updateBaseline } from '../../../lib/report/baseline/update.ts';
import type { Run } from '../../../lib/report/run.ts';
import { Session } from '../../../lib/runner/session.ts';
import { settingsFrom } from '../../../lib/runner/settings.ts';
import { skipWithoutLab } from '../../lab/skip.ts';

const IDS = ['closed.syn.empty', 'closed.syn.text', 'closed.ack.empty', 'closed.fin.empty'];
const everyCase = () => true;

/** A run of the reference with a single fault. */
async function runOf(mutant: string, seed: number): Promise<Run> {
  const settings = settingsFrom({
    SEGMENT_ARRIVES_STACK: `reference:rfc9293:${mutant}`,
    SEGMENT_ARRIVES_SEED: String(seed),
  });
  const session = await Session.open(settings);
  try {
    const chosen = IDS.flatMap((id) => ([4, 6] as const).map((family) => ({ id, family })));
    session.request(chosen);
    const cases = await Promise.all(chosen.map(({ id, family }) => session.result(id, family)));
    const { target } = session;
    const head = { version: '0', seed, profile: 'rfc9293', strict: false, complete: true } as const;
    return { ...head, target, cases, startedAt: '2026-01-02T03:04:05Z', durationMs: 1 };
  } finally {
    await session.close();
  }
}

const reviewed = ({ findings, ...rest }: Baseline): Baseline => ({
  ...rest,
  findings: findings.map((finding) => ({ ...finding, reason: 'SEG.LEN is counted as it always was' })),
});

const withoutReplies = ({ findings, ...rest }: Baseline): Baseline => ({
  ...rest,
  findings: findings.map(({ cases, ...finding }) => ({
    ...finding,
    cases: cases.map(({ observed: _, ...one }) => one),
  })),
});

describe('a field that changes under an accepted deviation', () => {
  let accepted: Baseline;

  before(async function () {
    this.timeout(1_200_000);
    skipWithoutLab(this);
    const run = await runOf('length-without-syn', 1);
    accepted = reviewed(updateBaseline(run, undefined, everyCase).baseline);
    expect(entriesOf(accepted).map(({ observed }) => observed)).to.include(
      '<SEQ=0><ACK=SEG.SEQ><CTL=RST,ACK>',
    );
  });

  it('is none when the target does the same with other sequence numbers', async function () {
    this.timeout(1_200_000);
    const outcome = gate(await runOf('length-without-syn', 2), accepted, { isKnown: everyCase });
    expect(outcome.objections).to.deep.equal([]);
    expect(isOpen(outcome)).to.equal(true);
  });

  for (const [mutant, reply] of [
    ['second-form-without-ack-bit', '<SEQ=0><CTL=RST>'],
    ['second-form-with-own-seq', '<SEQ=ANY><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>'],
  ] as const) {
    it(`shuts the gate: ${reply}`, async function () {
      this.timeout(1_200_000);
      const run = await runOf(mutant, 3);
      const changed = (baseline: Baseline): string[] =>
        gate(run, baseline, { isKnown: everyCase, allowPermitted: true }).objections.flatMap((one) =>
          one.kind === 'changed observation' ? [one.result.id] : [],
        );
      expect(changed(accepted)).to.include('closed.syn.empty');
      // Kind and state are those that were accepted: without the reply, nothing would tell.
      expect(changed(withoutReplies(accepted))).to.deep.equal([]);
    });
  }
});
