import { expect } from 'chai';
import { CASES } from '../../bench/cases.ts';
import { outcomesOf } from '../../lib/catalogue/scenario.ts';
import { forecast } from '../../bench/forecast.ts';
import { findStack } from '../../lib/lab/stacks/index.ts';
import { reasonText } from '../../lib/report/expectation.ts';
import { Session } from '../../lib/runner/session.ts';
import { settingsFrom } from '../../lib/runner/settings.ts';
import { adoptionNamed, type KnownAdoption } from '../../lib/standard/adoption.ts';
import { PROFILES, type Profile } from '../../lib/standard/profile.ts';
import { type CaseResult, verdictOf } from '../../lib/verdict/result.ts';
import { skipWithoutLab } from './skip.ts';

const SEED = 793;
/** One case in so many. The families of cases follow each other, so each is included. */
const EVERY = 8;
const NUMBERS = { iss: 1000, rcvNxt: 5000, any: 77_777 };

interface Choice {
  readonly id: string;
  readonly family: 4 | 6;
}

/** A part of the catalogue: every state, IPv4 and IPv6 in turn, and all cases that only the reference can do. */
const choose = (): Choice[] =>
  CASES.filter(
    ({ conditions }, index) => index % EVERY === 0 || conditions.includes('precedence-to-raise'),
  ).map(({ id, families }, index) => ({ id, family: families[index % families.length] ?? 4 }));

interface Found {
  readonly adoption: KnownAdoption;
  readonly results: readonly CaseResult[];
}

async function play(stack: string, chosen: readonly Choice[]): Promise<Found> {
  const settings = settingsFrom({
    SEGMENT_ARRIVES_STACK: stack,
    SEGMENT_ARRIVES_SEED: String(SEED),
  });
  const session = await Session.open(settings);
  try {
    session.request(chosen);
    const results = await Promise.all(chosen.map(({ id, family }) => session.result(id, family)));
    return { adoption: session.target.adoption, results };
  } finally {
    await session.close();
  }
}

const told = (result: CaseResult, profile: Profile): string =>
  `${result.id} IPv${result.family}: ${reasonText(result, profile)}`;

describe('the reference target', () => {
  before(async function () {
    this.timeout(1_200_000);
    skipWithoutLab(this);
  });

  it('is a stack of the lab, by profile and by mutant', async () => {
    expect((await findStack('reference'))?.id).to.equal('reference');
    expect((await findStack('reference:rfc793'))?.what).to.contain('rfc793');
    expect((await findStack('reference:rfc793:paws-missing'))?.id).to.equal('reference:rfc793:paws-missing');
    expect((await findStack('reference:rfc9293:adopts=rst+ack'))?.id).to.equal(
      'reference:rfc9293:adopts=rst+ack',
    );
    for (const id of ['reference:rfc9293:msl=1.5', 'reference:rfc9293:paws-missing:msl=1.5'])
      expect((await findStack(id))?.id).to.equal(id);
    for (const id of ['reference:rfc9293:msl=', 'reference:msl=1', 'reference:rfc9293:msl=1:paws-missing'])
      expect(await findStack(id).catch(() => undefined)).to.equal(undefined);
    for (const id of ['reference:rfc793:adopts=rst', 'reference:rfc9293:adopts=fin', 'reference:rfc9293:'])
      expect(await findStack(id), id).to.equal(undefined);
    for (const id of ['reference:rfc42', 'reference:rfc793:no-such-fault', 'reference:rfc793:paws-missing:x'])
      expect(await findStack(id), id).to.equal(undefined);
  });

  for (const follows of PROFILES) {
    it(`conforms to ${follows}, and deviates from the others where the model says so`, async function () {
      this.timeout(1_200_000);
      const { results: found } = await play(`reference:${follows}`, choose());
      const off = found.filter((one) => verdictOf(one, follows) !== 'conformant');
      expect(off.map((result) => told(result, follows))).to.deep.equal([]);
      for (const judgedBy of PROFILES) {
        const deviating = found.filter((one) => verdictOf(one, judgedBy) === 'deviates');
        const predicted = found.filter(({ id }) => {
          const subject = CASES.find((one) => one.id === id);
          return subject && forecast(subject, { follows, judgedBy, numbers: NUMBERS }) === 'deviates';
        });
        const ids = (some: readonly CaseResult[]): string[] => some.map(({ id }) => id);
        expect(ids(deviating), judgedBy).to.deep.equal(ids(predicted));
      }
      const elsewhere = follows === 'rfc5961' || follows === 'rfc9293' ? 'rfc793' : 'rfc5961';
      expect(found.some((one) => verdictOf(one, elsewhere) === 'deviates')).to.equal(true);
    });
  }

  for (const adopts of ['rst', 'syn', 'ack', 'none'])
    it(`conforms to rfc9293 with these checks of RFC 5961 and no others: ${adopts}`, async function () {
      this.timeout(1_200_000);
      const aboutAChoice = CASES.filter((subject) => outcomesOf(subject).rfc9293.some(({ when }) => when));
      const chosen = aboutAChoice
        .filter((_, index) => index % 2 === 0)
        .map(({ id }) => ({ id, family: 4 }) as const);
      const { adoption, results: found } = await play(`reference:rfc9293:adopts=${adopts}`, chosen);
      expect(adoption).to.deep.equal(adoptionNamed(adopts));
      const off = found.filter((one) => verdictOf(one, 'rfc9293') !== 'conformant');
      expect(off.map((result) => told(result, 'rfc9293'))).to.deep.equal([]);
    });
});
