import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { CASES } from '../../bench/cases.ts';
import { SCENARIOS } from '../../lib/catalogue/catalogue.ts';
import { conditionText } from '../../lib/catalogue/conditions.ts';
import { isOpen, LEFT_OPEN, REPLY_KINDS, replyKinds, sentences } from '../../lib/catalogue/left-open.ts';
import { parseReply, printReply } from '../../lib/catalogue/resolve.ts';
import {
  type Case,
  type OutcomesByProfile,
  outcomesOf,
  sentText,
  stimulusOf,
} from '../../lib/catalogue/scenario.ts';
import { STEP_RULES } from '../../lib/catalogue/steps.ts';
import { whyUncovered } from '../../lib/catalogue/uncovered.ts';
import { evaluateSegment, VARIABLES } from '../../lib/notation/index.ts';
import { ADOPTIONS, choiceText, counts } from '../../lib/standard/adoption.ts';
import { PROFILES, type Profile } from '../../lib/standard/profile.ts';
import { citationsOf, REQUIREMENTS, RULE_IDS, requirementsOf } from '../../lib/standard/rules.ts';
import { SYNCHRONIZED } from '../../lib/standard/state.ts';
import type { Control } from '../../lib/standard/tcb.ts';
import { presentIds, publishedIds } from './ids.ts';

const VALUES = Object.fromEntries(VARIABLES.map((name) => [name, 1]));

/** The stimulus without its numbers. */
const shapeOf = (subject: Case) => evaluateSegment(stimulusOf(subject), VALUES, () => 1);

/** A state as the suites name it: SYN-RECEIVED is two recipes. */
const recipeOf = ({ state, origin }: Case): string => (origin ? `${state} (${origin})` : state);

const RECIPES = [
  'CLOSED',
  'LISTEN',
  'SYN-SENT',
  'SYN-RECEIVED (passive)',
  'SYN-RECEIVED (active)',
  ...SYNCHRONIZED,
];

/** Facts: the stimuli that every state must have, as state, segment and condition. */
const STIMULI = readFileSync(new URL('stimuli.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t').join(' | '));

type Viewed = Case & { readonly send: string; readonly expect: OutcomesByProfile };

/** A figure of one stimulus is a case like the others, but for its name. */
const isFigure = ({ id }: Case): boolean => id.startsWith('figure-');

describe('the catalogue', () => {
  const cases: readonly Viewed[] = CASES.filter((one) => !isFigure(one)).map((one) => ({
    ...one,
    send: sentText(one),
    expect: outcomesOf(one),
  }));

  it('names each case once, lower case, after its state', () => {
    expect(new Set(cases.map(({ id }) => id)).size).to.equal(cases.length);
    for (const { id, state, origin } of cases) {
      expect(id).to.match(/^[a-z0-9-]+(\.[a-z0-9-]+){1,4}$/);
      expect(id.startsWith(`${state.toLowerCase()}.${origin ? `${origin}.` : ''}`), id).to.equal(true);
    }
  });

  it('names rules for each; what it cites and tests follows from them', () => {
    for (const { id, rules, cite, requirements } of SCENARIOS) {
      expect(rules, id).not.to.have.length(0);
      expect(new Set(rules).size, id).to.equal(rules.length);
      expect(cite, id).to.deep.equal(citationsOf(rules));
      expect(requirements, id).to.deep.equal(requirementsOf(rules)).and.not.have.length(0);
    }
  });

  it('names every rule of the table, or a step of the preflight does, or it says why none does', () => {
    const byCases = SCENARIOS.flatMap(({ rules }) => [...rules, ...requirementsOf(rules)]);
    const named = new Set([...byCases, ...Object.values(STEP_RULES).flat()]);
    const forgotten = RULE_IDS.filter((id) => !named.has(id) && whyUncovered(id) === undefined);
    expect(forgotten).to.deep.equal([]);
    // And none has both.
    expect(REQUIREMENTS.filter((id) => named.has(id) && whyUncovered(id) !== undefined)).to.deep.equal([]);
  });

  it('cites each document that makes a difference to it', () => {
    const missing: string[] = [];
    for (const { id, cite, expect: by } of cases) {
      const cites = (...documents: string[]): boolean =>
        cite.some((text) => documents.includes(text.split(' ').slice(0, 2).join(' ')));
      const differ = (one: Profile, other: Profile): boolean =>
        JSON.stringify(by[one]) !== JSON.stringify(by[other]);
      const owed = (due: boolean, ...documents: string[]): void => {
        if (due && !cites(...documents)) missing.push(`${id}: ${documents.join(' or ')}`);
      };
      owed(true, 'RFC 793', 'RFC 1122', 'RFC 7323');
      owed(differ('rfc793', 'rfc1122'), 'RFC 1122');
      owed(differ('rfc1122', 'rfc5961'), 'RFC 5961', 'RFC 2873');
      owed(differ('rfc5961', 'rfc9293'), 'RFC 9293', 'RFC 6191');
    }
    expect(missing, missing.join('\n')).to.deep.equal([]);
  });

  it('says of each case in plain words what is special about it', () => {
    for (const { id, title } of cases) {
      expect(title.length, id).to.be.within(3, 110);
      expect(title, id).not.to.match(/[.!]$/);
    }
    for (const recipe of RECIPES) {
      const told = cases
        .filter((subject) => recipeOf(subject) === recipe)
        .map(({ title, conditions, closedBy }) => `${title} | ${conditions.join()} | ${closedBy ?? ''}`);
      const twice = told.filter((text, index) => told.indexOf(text) !== index);
      expect(twice, recipe).to.deep.equal([]);
    }
  });

  it('leaves under every profile, whichever checks of RFC 5961 are adopted, something that is more than permitted', () => {
    for (const { id, expect: byProfile } of cases)
      for (const outcomes of Object.values(byProfile))
        for (const adoption of ADOPTIONS)
          expect(
            outcomes.some((outcome) => counts(outcome, adoption) && outcome.level !== 'permitted'),
            id,
          ).to.equal(true);
  });

  it('lists no outcome twice', () => {
    for (const { id, expect: byProfile } of cases)
      for (const outcomes of Object.values(byProfile)) {
        const told = outcomes.map(
          ({ reply, then, when }) => `${printReply(reply)}, then ${then}, ${when ? choiceText(when) : ''}`,
        );
        expect(new Set(told).size, id).to.equal(told.length);
      }
  });

  it('says of each case that allows three kinds of reply, or silence beside a reply, which text leaves it open', () => {
    const isOpenWithoutReason = (outcomes: OutcomesByProfile[Profile]): boolean =>
      isOpen(outcomes.filter(({ leftOpen, when }) => leftOpen === undefined && when === undefined));
    const unexplained = cases.flatMap(({ id, expect: byProfile }) =>
      PROFILES.filter((profile) => isOpenWithoutReason(byProfile[profile])).map(
        (profile) =>
          `${id} by ${profile}: ${byProfile[profile].map(({ reply }) => printReply(reply)).join(' or ')}`,
      ),
    );
    expect(unexplained, unexplained.join('\n')).to.deep.equal([]);
  });

  it('holds no case that a target of any kind could not fail by the kind of its reply', () => {
    const unfailing = cases.flatMap(({ id, expect: byProfile }) =>
      PROFILES.flatMap((profile) =>
        ADOPTIONS.filter(
          (adoption) =>
            replyKinds(byProfile[profile].filter((outcome) => counts(outcome, adoption))).size ===
            REPLY_KINDS.length,
        ).map((adoption) => `${id} by ${profile}, ${JSON.stringify(adoption)}`),
      ),
    );
    expect(unfailing, unfailing.join('\n')).to.deep.equal([]);
  });

  it('names no text that leaves nothing open', () => {
    const told = new Set(
      SCENARIOS.flatMap(({ steps }) =>
        steps.flatMap((step) =>
          'expect' in step ? PROFILES.flatMap((profile) => sentences(step.expect[profile])) : [],
        ),
      ),
    );
    expect(Object.values(LEFT_OPEN).filter((sentence) => !told.has(sentence))).to.deep.equal([]);
  });

  it('holds every stimulus that is owed', () => {
    const declared = new Set(
      cases.map((subject) =>
        [recipeOf(subject), subject.send, conditionText(subject.conditions) ?? ''].join(' | '),
      ),
    );
    expect(STIMULI).to.have.length(831);
    expect(STIMULI.filter((row) => !declared.has(row))).to.deep.equal([]);
  });

  describe('has for every state', () => {
    const only = (...wanted: Control[]) => {
      const sorted = wanted.sort().join();
      return (subject: Case): boolean => {
        const { ctl, data } = shapeOf(subject);
        return data === 0 && [...ctl].sort().join() === sorted;
      };
    };
    const families: Readonly<Record<string, (subject: Case) => boolean>> = {
      'no flags': only(),
      ACK: only('ACK'),
      SYN: only('SYN'),
      'SYN,ACK': only('SYN', 'ACK'),
      FIN: (subject) => only('FIN')(subject) || only('FIN', 'ACK')(subject),
      RST: only('RST'),
      'RST,ACK': only('RST', 'ACK'),
      text: (subject) => {
        const { ctl, data } = shapeOf(subject);
        return data > 0 && !ctl.has('SYN') && !ctl.has('RST');
      },
    };
    for (const [name, belongs] of Object.entries(families))
      it(`a segment with ${name}`, () => {
        for (const recipe of RECIPES) {
          const own = cases.filter((subject) => recipeOf(subject) === recipe && belongs(subject));
          expect(own, recipe).not.to.have.length(0);
        }
      });
  });

  describe('has for every synchronized state', () => {
    const inEach = (belongs: (subject: Viewed) => boolean): void => {
      for (const state of SYNCHRONIZED) {
        const own = cases.filter((subject) => subject.state === state && subject.conditions.length === 0);
        expect(own.filter(belongs), state).not.to.have.length(0);
      }
    };
    for (const seq of ['RCV.NXT-1', 'RCV.NXT', 'RCV.NXT+RCV.WND-1', 'RCV.NXT+RCV.WND+2^30'])
      for (const kind of ['text', 'SYN', 'FIN', 'RST'] as const)
        it(`${kind} at ${seq}`, () => {
          inEach((subject) => {
            const { ctl, data } = shapeOf(subject);
            const isKind = kind === 'text' ? ctl.has('ACK') && data > 0 : ctl.has(kind);
            return isKind && subject.send.startsWith(`<SEQ=${seq}>`);
          });
        });
    for (const ack of ['SND.UNA-1', 'SND.UNA', 'SND.NXT', 'SND.NXT+1', 'SND.NXT+2^30'])
      it(`an acknowledgment of ${ack}`, () => {
        inEach(({ send }) => send === `<SEQ=RCV.NXT><ACK=${ack}><CTL=ACK>`);
      });
  });

  it('answers a segment behind a clean close with a reset at SEG.ACK', () => {
    const late = cases.find(({ id }) => id === 'closed.after-fins.ack');
    for (const outcomes of Object.values(late?.expect ?? {}))
      expect(outcomes).to.deep.equal([
        { reply: parseReply('<SEQ=SEG.ACK><CTL=RST>'), then: 'CLOSED', level: 'required' },
      ]);
  });
});

describe('ids', () => {
  it('are kept sorted, each once', () => {
    const ids = publishedIds();
    expect(ids).to.deep.equal([...new Set(ids)].sort());
  });

  it('are permanent: none is ever withdrawn or renamed', async () => {
    const present = new Set(await presentIds());
    expect(publishedIds().filter((id) => !present.has(id))).to.deep.equal([]);
  });

  it('are published with the case: run "npx tsx test/suites/update-ids.ts"', async () => {
    const published = new Set(publishedIds());
    expect((await presentIds()).filter((id) => !published.has(id))).to.deep.equal([]);
  });
});
