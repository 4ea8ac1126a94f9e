import { expect } from 'chai';
import { SCENARIOS } from '../../lib/catalogue/catalogue.ts';
import { TC8_GROUPS, tc8Id } from '../../lib/catalogue/tc8.ts';

/** How many TCP tests TC8 has in each group. */
const SIZES: Readonly<Record<string, number>> = {
  ...{ BASICS: 15, CHECKSUM: 4, UNACCEPTABLE: 14, CALL_RECEIVE: 2, CALL_ABORT: 2, FLAGS_INVALID: 15 },
  ...{ FLAGS_PROCESSING: 8, CLOSING: 6, MSS_OPTIONS: 9, OUT_OF_ORDER: 4, RETRANSMISSION_TO: 6 },
  ...{ PROBING_WINDOWS: 5, NAGLE: 2, URGENT_PTR: 1, CONNECTION_ESTAB: 4, HEADER: 9, SEQUENCE: 5 },
  ...{ ACKNOWLEDGEMENT: 3, CONTROL_FLAGS: 2 },
};

const tests = TC8_GROUPS.flatMap((group) => group.tests.map((test) => ({ id: tc8Id(group, test), ...test })));

describe('the table of TC8', () => {
  it('has its 116 TCP tests, each once', () => {
    expect(Object.fromEntries(TC8_GROUPS.map(({ group, tests: all }) => [group, all.length]))).to.eql(SIZES);
    expect(new Set(tests.map(({ id }) => id))).to.have.property('size', 116);
  });

  it('names cases of the catalogue, each once for a test', () => {
    const known = new Set(SCENARIOS.map(({ id }) => id));
    for (const test of tests) {
      const cases = 'cases' in test ? test.cases : [];
      expect(
        cases.filter((id) => !known.has(id)),
        test.id,
      ).to.eql([]);
      expect(new Set(cases), test.id).to.have.property('size', cases.length);
    }
  });

  it('has cases for at least 114 tests, 108 of them for all that they ask; the others say why not', () => {
    const withCases = tests.filter((test) => 'cases' in test && test.cases.length > 0);
    expect(withCases).to.have.length.of.at.least(114);
    expect(withCases.filter((test) => !('beyond' in test))).to.have.length.of.at.least(108);
    for (const test of tests) {
      const reason = 'without' in test ? test.without : (test.beyond ?? 'all that it asks is asked');
      for (const sentence of [test.asks, reason]) expect(sentence, test.id).to.match(/^.{10,}[^.]$/);
    }
  });
});
