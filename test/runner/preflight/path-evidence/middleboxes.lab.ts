import { expect } from 'chai';
import type { MiddleboxDeed } from '../../../../lib/verdict/middlebox-sign.ts';
import { runInLab } from '../../../lab/run-in-lab.ts';
import { skipWithoutLab } from '../../../lab/skip.ts';
import { skipWithout } from '../../../packages.ts';
import type { Deeds } from './rewritten.ts';
import type { Found } from './routed.ts';

const ROUTED = new URL('routed.ts', import.meta.url);
const REWRITTEN = new URL('rewritten.ts', import.meta.url);

/** What was found over IPv4, a line each: the kind, and what matters in it. */
const told = (deed: MiddleboxDeed): string => {
  switch (deed.kind) {
    case 'rewritten':
      return `rewritten before ${deed.at}: ${deed.changes.map(({ field }) => field).join(', ')}`;
    case 'other sender':
      return `${deed.of} by another, at ${deed.routers} and not ${deed.usual.routers} routers`;
    case 'SYN proxy':
      return `SYN proxy: ${deed.by.join(', ')}`;
    case 'peer rewritten':
      return `peer ${deed.seen.address}${deed.seen.port === deed.own.port ? '' : ', another port'}`;
    case 'not answered':
      return `not answered: ${deed.segments.join(', ')}; beyond ${deed.beyond ?? 'somewhere'}`;
    case 'options not taken':
      return `not taken: ${deed.options.join(', ')}`;
    case 'numbers shifted':
      return `numbers shifted by ${deed.by}`;
    case 'text answered':
      return `text answered: ${deed.octets}`;
    default:
      return deed.kind;
  }
};

const SECOND_ROUTER = '198.51.100.2';

describe('a middlebox in the kernel of a router', function () {
  this.timeout(1_200_000);

  before(function () {
    skipWithoutLab(this);
    skipWithout(this, 'nftables');
  });

  const search = async (what: string, family: 4 | 6 = 4): Promise<string[]> => {
    const { signs } = await runInLab<Found>(ROUTED, [what]);
    return signs.filter((sign) => sign.family === family).map(({ deed }) => told(deed));
  };

  const FOUND: Readonly<Record<string, readonly string[]>> = {
    none: [],
    'none, 20 ms away, losing 1 %': [],
    'resets to closed ports': [
      'reset to a SYN to a closed port by another, at 0 and not 2 routers',
      'reset to an ACK to a closed port by another, at 0 and not 2 routers',
    ],
    'resets connections that carry text': ['reset in a connection by another, at 0 and not 2 routers'],
    'resets what has no connection': [
      'reset to an ACK to a closed port by another, at 0 and not 2 routers',
      'reset to an ACK to a listener by another, at 0 and not 2 routers',
    ],
    'a SYN proxy that confuses timestamps': ['SYN proxy: distance, not accepted, window 0'],
    'strips options': [`rewritten before ${SECOND_ROUTER}: SACK permitted, timestamps`],
    'strips options of SYNs to the target': [
      `rewritten before ${SECOND_ROUTER}: SACK permitted, timestamps`,
      'not taken: SACK permitted, timestamps',
    ],
    'clamps the MSS': [`rewritten before ${SECOND_ROUTER}: MSS`],
    'clears urgent pointers': [`rewritten before ${SECOND_ROUTER}: urgent pointer`],
    'clears ECN': [`rewritten before ${SECOND_ROUTER}: control bits, ECN of the IP header`],
    'drops what has no connection': [
      `not answered: ACK without a connection, text outside the window; beyond ${SECOND_ROUTER}`,
    ],
    masquerades: ['peer 198.51.100.1'],
    'masquerades, with other ports': ['peer 198.51.100.1, another port'],
  };
  for (const [what, due] of Object.entries(FOUND)) {
    it(`is found: ${what}`, async () => {
      const found = await search(what);
      for (const line of due) expect(found).to.include(line);
      if (due.length === 0) expect(found).to.deep.equal([]);
    });
  }

  it('is found: a SYN proxy, which moves sequence numbers', async () => {
    const found = await search('a SYN proxy');
    expect(found).to.include('SYN proxy: distance, window 0');
    expect(found).to.include(`rewritten before ${SECOND_ROUTER}: ACK`);
  });

  it('is found over IPv6 by what the target itself sends back', async () => {
    expect(await search('strips options', 6)).to.deep.equal([
      'rewritten before 2001:db8:3::2: SACK permitted, timestamps',
    ]);
    expect(await search('none', 6)).to.deep.equal([]);
  });
});

describe('a middlebox without a router behind it', function () {
  this.timeout(1_200_000);

  before(function () {
    skipWithoutLab(this);
  });

  const FOUND: Readonly<Record<string, readonly string[]>> = {
    none: [],
    'moves sequence numbers, and not those of SACK': ['numbers shifted by 1000000'],
    'rewrites timestamps': ['timestamps changed'],
    'takes options from SYNs to the target': ['not taken: SACK permitted, timestamps'],
    'clamps the MSS of SYNs to the target': ['MSS lowered'],
    'clears urgent bits': ['urgent pointer not told'],
    'changes text': ['text changed'],
    'takes text, and acknowledges it': [
      'text answered: 10',
      'ACK in a connection by another, at 5 and not 2 routers',
    ],
    'resets soon what goes to closed ports': [
      'reset to a SYN to a closed port by another, at 5 and not 2 routers',
      'reset to an ACK to a closed port by another, at 5 and not 2 routers',
    ],
  };
  for (const [what, due] of Object.entries(FOUND)) {
    it(`is found: ${what}`, async () => {
      expect((await runInLab<Deeds>(REWRITTEN, [what])).map(told)).to.deep.equal(due);
    });
  }
});
