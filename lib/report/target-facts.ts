import { CHECKS, SECTION_OF } from '../standard/adoption.ts';
import type { DescribedTarget, Measure, Share, TargetFacts } from '../verdict/target-facts.ts';
import type { TargetInfo } from './run.ts';
import { say } from './say.ts';

const UNKNOWN = 'unknown: the driver cannot bring the target into the state';

const UNASKED = 'not measured: no case of this run needs it';

/** What is known about the target before the first case: a name and a text each. */
export function factTexts({ facts, adoption = {} }: TargetInfo): (readonly [string, string])[] {
  if (!facts) return [];
  const unless = (measure: Measure, text: string): string =>
    facts.unasked?.includes(measure) ? UNASKED : text;
  const { roundTrip, resetsAtOnce, synAckAgain, finAgain, acceptTime, avoided } = facts;
  return [
    ['driver', say.driver(facts.driver)],
    ['round trip, median (ms)', String(roundTrip.median)],
    ['round trip, worst (ms)', String(roundTrip.worst)],
    ['round trip, spread (ms)', String(roundTrip.spread)],
    ['path, in percent', say.path(facts.path)],
    [
      'resets at once',
      resetsAtOnce === 'silent' ? 'none: its closed ports are silent' : limitText(resetsAtOnce),
    ],
    ...ackLimitTexts(facts),
    ['SYN,ACK sent again after (ms)', String(synAckAgain ?? unless('half-open connections', 'not seen'))],
    ['FIN sent again after (ms)', String(finAgain ?? unless('FIN again', 'not seen'))],
    ...halfOpenTexts(facts, unless('half-open connections', UNKNOWN)),
    ...(acceptTime ? [['accepts a connection', acceptTime] as const] : []),
    ...CHECKS.map((check) => {
      const isAdopted = adoption[check];
      const found =
        isAdopted === undefined ? unless('adoption', UNKNOWN) : isAdopted ? 'adopted' : 'not adopted';
      return [`RFC 5961 ${SECTION_OF[check]} (${check.toUpperCase()})`, found] as const;
    }),
    ...(avoided ? [['RCV.NXT is never', `${avoided.rcvNxt.join(' or ')}: ${avoided.why}`] as const] : []),
    ...describedTexts(facts.described),
  ];
}

const shareText = ({ asked, answered }: Share): string => `${answered} of ${asked}`;

const limitText = (share: Share): string =>
  share.answered === share.asked ? `no limit seen at ${share.asked}` : shareText(share);

const ackLimitTexts = ({ ackLimits }: TargetFacts) =>
  ackLimits
    ? ([
        [`${ackLimits.of} on one connection`, shareText(ackLimits.perConnection)],
        [`${ackLimits.of} on many connections at once`, shareText(ackLimits.hostWide)],
      ] as const)
    : [];

function halfOpenTexts({ halfOpen }: TargetFacts, otherwise: string): (readonly [string, string])[] {
  if (!halfOpen) return [['SYN cookies', otherwise]];
  const { asked, held, cookies } = halfOpen;
  const when = held > 0 ? `beyond ${held} half-open connections` : 'yes';
  return [
    ['half-open connections at once', limitText({ asked, answered: held })],
    ['SYN cookies', cookies > 0 ? when : 'no'],
  ];
}

const DESCRIBED: Readonly<Record<keyof DescribedTarget, string>> = {
  connections: 'connections at once',
  resetsPerSecond: 'resets per second',
  challengeAcksPerSecond: 'challenge ACKs per second',
  mslSeconds: 'MSL (s)',
  simultaneousOpen: 'simultaneous open',
  timestamps: 'timestamps',
  halfClose: 'half close',
  severalInFlight: 'several segments in flight',
  resets: 'resets from CLOSED',
};

const valueText = (value: number | boolean): string =>
  typeof value === 'number' ? String(value) : value ? 'yes' : 'no';

const describedTexts = (described: DescribedTarget = {}): (readonly [string, string])[] =>
  (Object.keys(DESCRIBED) as (keyof DescribedTarget)[]).flatMap((name) => {
    const value = described[name];
    return value === undefined ? [] : [[`described: ${DESCRIBED[name]}`, valueText(value)] as const];
  });
