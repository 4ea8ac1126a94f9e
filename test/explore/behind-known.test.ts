import { expect } from 'chai';
import { all, type Fault, has, inState, vanish, when } from '../../bench/mutants/tools.ts';
import { explore } from '../../lib/explore/explore.ts';
import { sequenceText } from '../../lib/explore/sequence.ts';
import { ALL_CHECKS } from '../../lib/standard/adoption.ts';
import { referenceWorld } from '../states/reference-world.ts';
import { both, FIN_IGNORED, TOO_NEW_SILENT } from './faults.ts';

const profile = 'rfc9293';

/** Explores two faults at once. */
async function found(arrive: Fault, known: Parameters<typeof explore>[1]['known'] = []) {
  const { tester, environment } = referenceWorld(profile, { arrive });
  try {
    const { findings, accepted } = await explore(
      {
        environment: { ...environment, answersManyAtOnce: true },
        family: 4,
        profile,
        adoptions: [ALL_CHECKS],
      },
      { seed: 4, sequences: 700, width: 32, known },
    );
    return { findings, accepted, texts: findings.map((one) => sequenceText(one.sequence)) };
  } finally {
    await tester.close();
  }
}

describe('exploration behind what it knows', function () {
  this.timeout(300_000);

  it('finds both of two faults that show in the same way', async () => {
    const noFlags: Fault = when((_tcb, { ctl }) => ctl.size === 0, vanish);
    const urgent: Fault = when(all(has('URG', 'ACK'), inState('ESTABLISHED')), vanish);
    const { texts } = await found(both(noFlags, urgent));
    expect(texts.some((text) => /<SEQ=[^>]*>(;|$)/.test(text))).to.equal(true);
    expect(texts.some((text) => text.includes('URG'))).to.equal(true);
  });

  it('knows what an earlier exploration has found, and finds the rest', async () => {
    const first = await found(TOO_NEW_SILENT);
    expect(first.findings).to.have.length.at.least(1);
    const known = first.findings.flatMap(({ habits }, index) =>
      habits.map((habit) => ({ name: first.texts[index] ?? '', habit })),
    );
    const none = await found(TOO_NEW_SILENT, known);
    expect(none.texts).to.deep.equal([]);
    expect(none.accepted).to.have.length.at.least(1);
    const rest = await found(both(TOO_NEW_SILENT, FIN_IGNORED), known);
    expect(rest.texts.some((text) => text.includes('FIN'))).to.equal(true);
    expect(rest.texts).not.to.include.members([...first.texts]);
  });
});
