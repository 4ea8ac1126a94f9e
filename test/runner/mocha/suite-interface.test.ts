import { expect } from 'chai';
import Mocha from 'mocha';
import { inState } from '../../../lib/catalogue/declare.ts';
import { recordOf } from '../../../lib/report/run-record.ts';
import { mochaRun } from '../../../lib/runner/mocha/mocha-run.ts';
import { suiteInterface } from '../../../lib/runner/mocha/suite-interface.ts';
import { type Settings, settingsFrom } from '../../../lib/runner/settings.ts';

const SUITE = inState('CLOSED', [
  {
    id: 'closed.test-of-interface.both',
    title: 'of both families',
    send: '<SEQ=ANY><CTL=SYN>',
    expect: { reply: 'silence', then: 'CLOSED' },
    rules: ['3.10.7.1'],
  },
  {
    id: 'closed.test-of-interface.ipv4',
    title: 'of IPv4 alone',
    condition: 'other-security',
    send: '<SEQ=ANY><CTL=SYN>',
    expect: { reply: 'silence', then: 'CLOSED' },
    rules: ['3.10.7.1'],
  },
]);

describe("mocha's interface of the suites", () => {
  const loaded = (exported: unknown, settings: Partial<Settings> = {}) => {
    const run = mochaRun({ ...settingsFrom({}), ...settings });
    const mocha = new Mocha({ ui: suiteInterface(() => run) as never });
    mocha.suite.emit(Mocha.Suite.constants.EVENT_FILE_REQUIRE, exported, 'closed.ts', mocha);
    return { run, root: mocha.suite, titles: [...run.cases.keys()].map((test) => test.fullTitle()) };
  };
  const TITLES = [
    'CLOSED IPv4 closed.test-of-interface.both of both families',
    'CLOSED IPv4 closed.test-of-interface.ipv4 of IPv4 alone',
    'CLOSED IPv6 closed.test-of-interface.both of both families',
  ];

  it('makes a test of each case and family that a file exports, whichever way mocha has loaded it', () => {
    expect(loaded({ default: SUITE }).titles).to.deep.equal(TITLES);
    expect(loaded(SUITE).titles).to.deep.equal(TITLES);
    const [test] = loaded(SUITE).run.cases.keys();
    expect(test?.file).to.equal('closed.ts');
  });

  it('makes those that the settings leave', () => {
    expect(loaded(SUITE, { families: [6] }).titles).to.deep.equal(TITLES.slice(2));
    expect(loaded(SUITE, { only: '*.ipv4' }).titles).to.deep.equal(TITLES.slice(1, 2));
    expect(loaded(SUITE, { only: 'listen.*' }).root.suites).to.have.length(0);
  });

  it("hands the run's record to the reporter", () => {
    const { run, root } = loaded(SUITE);
    expect(recordOf(root)).to.equal(run.record);
    expect(recordOf(new Mocha().suite)).to.equal(undefined);
  });

  it('says so of a file that exports no suite', () => {
    for (const exported of [{}, { default: {} }, undefined, { default: [SUITE] }])
      expect(() => loaded(exported)).to.throw(
        'closed.ts exports no suite: begin it with "export default inState("',
      );
  });
});
