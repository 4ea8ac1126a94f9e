import { expect } from 'chai';
import { z } from 'zod';
import { CONDITION_IDS } from '../../lib/catalogue/conditions.ts';
import { LEFT_OPEN } from '../../lib/catalogue/left-open.ts';
import { parseSegment } from '../../lib/notation/index.ts';
import { CHECKS } from '../../lib/standard/adoption.ts';
import { PROFILES } from '../../lib/standard/profile.ts';
import { STATES } from '../../lib/standard/state.ts';
import { cli, expectRefusal } from './cli.ts';

const isNotation = (text: string): boolean => {
  parseSegment(text);
  return true;
};
const segment = z.string().refine(isNotation);
/** The segments of a reply, in order. */
const segments = z.string().refine((text) => text.split(/(?<=>) (?=<)/).every(isNotation));
const outcome = z.strictObject({
  reply: z.union([z.literal('silence'), segments]),
  then: z.enum(STATES),
  level: z.enum(['required', 'recommended', 'permitted']),
  when: z.strictObject({ check: z.enum(CHECKS), adopted: z.boolean() }).optional(),
  leftOpen: z.string().optional(),
});
const outcomes = z.array(outcome).min(1);
const schema = z.strictObject({
  cases: z.array(
    z.strictObject({
      id: z.string(),
      state: z.enum(STATES),
      origin: z.enum(['passive', 'active']).optional(),
      title: z.string(),
      condition: z.string().optional(),
      conditions: z.array(z.enum(CONDITION_IDS)).optional(),
      send: z.union([segment, z.array(z.record(z.string(), z.unknown())).min(1)]),
      expect: z.strictObject({ rfc793: outcomes, rfc1122: outcomes, rfc5961: outcomes, rfc9293: outcomes }),
      leftOpen: z.partialRecord(z.enum(PROFILES), z.array(z.string()).min(1)).optional(),
      cite: z.array(z.string()).min(1),
      requirements: z.array(z.string()),
      families: z.array(z.union([z.literal(4), z.literal(6)])).min(1),
    }),
  ),
});

describe('command line: list', function () {
  this.timeout(120_000);

  it('prints the whole catalogue for programs', async () => {
    const { code, stdout, stderr } = await cli(['list', '--json']);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    const { cases } = schema.parse(JSON.parse(stdout));
    const run = await cli(['run', '--dry-run', '--slow']);
    const ids = run.stdout.split('\n').flatMap((line) => /^(\S+) {2}[46,]+$/.exec(line)?.[1] ?? []);
    expect(ids).not.to.be.empty;
    expect(cases.map(({ id }) => id)).to.have.members(ids);
    const ladders = cases.filter(({ send }) => Array.isArray(send));
    expect(ladders.map(({ id }) => id)).to.include('figure-7.three-way-handshake.tcp-a');
  });

  it('lists slow cases, which a run takes only where they are asked for', async () => {
    const { code, stderr } = await cli(['run', '--dry-run', '--only', 'ladder.idle.*']);
    expect(code).to.equal(2);
    expect(stderr).to.contain('--only ladder.idle.* matches none but slow cases: give --slow, too');
    const { stdout } = await cli(['run', '--dry-run', '--slow', '--only', 'ladder.idle.*']);
    expect(stdout).to.match(/^3 cases, 6 tests/m);
  });

  it('selects by state and by id', async () => {
    const { stdout } = await cli(['list', '--json', '--state', 'syn-received-passive', '--only', '*.rst.*']);
    const { cases } = schema.parse(JSON.parse(stdout));
    expect(cases).not.to.be.empty;
    for (const { id, state, origin } of cases) {
      expect([state, origin]).to.deep.equal(['SYN-RECEIVED', 'passive']);
      expect(id).to.contain('.rst.');
    }
  });

  it('prints a case for people', async () => {
    const { stdout } = await cli(['list', '--only', 'listen.ack.empty']);
    expect(stdout).to.contain('listen.ack.empty  LISTEN  IPv4, IPv6');
    expect(stdout).to.match(/send {6}<SEQ=ANY><ACK=ANY><CTL=ACK>/);
    expect(stdout).to.match(/expect {4}<SEQ=SEG.ACK><CTL=RST>, then LISTEN/);
  });

  it('names the text that allows several kinds of reply', async () => {
    const text = await cli(['list', '--only', 'established.text.out-of-order']);
    expect(text.stdout).to.contain(`why       ${LEFT_OPEN['begins further on']}`);
    const json = await cli([
      'list',
      '--json',
      '--only',
      'established.text.out-of-order,established.rst.middle',
    ]);
    const { cases } = schema.parse(JSON.parse(json.stdout));
    const [byChoice, always] = cases.map(({ leftOpen }) => leftOpen);
    expect(byChoice).to.deep.equal({ rfc9293: [LEFT_OPEN['RFC 5961 by choice']] });
    expect(always?.rfc793).to.deep.equal([LEFT_OPEN['begins further on']]);
    const closed = await cli(['list', '--only', 'established.text.in-order']);
    expect(closed.stdout).not.to.contain('  why  ');
  });

  it('refuses a selection of nothing', async () => {
    expectRefusal(await cli(['list', '--only', 'nothing.*']), /--only nothing\.\* matches no case/);
    expectRefusal(
      await cli(['list', '--state', 'open']),
      /--state open: no such state; the states are CLOSED, LISTEN/,
    );
  });
});
