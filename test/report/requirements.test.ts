import { expect } from 'chai';
import { countStandings, requirementVerdicts, standingsText } from '../../lib/report/requirements.ts';
import { say } from '../../lib/report/say.ts';
import { stored, storedNotRun } from '../cli/stored.ts';

const SIZES = 'ladder.segment-sizes.no-mss-in-syn-over-ipv4';

/** What is said of one requirement. */
const of = (id: string, cases: Parameters<typeof requirementVerdicts>[0]['cases']) => {
  const found = requirementVerdicts({ cases, profile: 'rfc9293' }).find((one) => one.id === id);
  return [found?.standing, found?.cases];
};

describe('requirements with a verdict', () => {
  it('met by a case that conforms, or takes what is permitted', () => {
    expect(of('MUST-15', [stored(SIZES, 'conformant')])).to.deep.equal(['met', [SIZES]]);
    expect(of('MUST-15', [stored(SIZES, 'permitted')])).to.deep.equal(['met', [SIZES]]);
  });

  it('not met by one case that deviates, over one family', () => {
    const cases = [stored(SIZES, 'conformant'), stored(SIZES, 'deviates', { family: 6 })];
    expect(of('MUST-15', cases)).to.deep.equal(['not met', [SIZES]]);
  });

  it('not tested where no case has a verdict', () => {
    expect(of('MUST-15', [storedNotRun(SIZES)])).to.deep.equal(['not tested', []]);
    expect(of('MUST-15', [])).to.deep.equal(['not tested', []]);
    expect(of('MUST-9', [stored(SIZES, 'conformant')])).to.deep.equal(['not tested', []]);
  });

  it('counted: those with a number in RFC 9293', () => {
    const run = { cases: [stored(SIZES, 'deviates')], profile: 'rfc9293' } as const;
    expect(countStandings(requirementVerdicts(run))).to.deep.equal({
      met: 0,
      'not met': 2,
      'not tested': 117,
    });
    expect(standingsText(run)).to.equal(
      'numbered requirements of RFC 9293: 0 met, 2 not met, 117 not tested',
    );
  });
});

describe('slow cases that were not asked for', () => {
  it('are counted, and told of', () => {
    expect(say.slowUnasked({})).to.deep.equal([]);
    expect(say.slowUnasked({ slowUnasked: 1 })).to.deep.equal(['1 slow case was not asked for (--slow)']);
    expect(say.slowUnasked({ slowUnasked: 22 })).to.deep.equal(['22 slow cases were not asked for (--slow)']);
  });
});
