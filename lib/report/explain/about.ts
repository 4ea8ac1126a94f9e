import type { Account, CapturePoint, Ending, Oddities } from '../../explain/account.ts';
import type { Damage } from '../../explain/capture/records.ts';
import type { CaptureFacts } from '../../explain/explain.ts';
import { host } from './segments.ts';

/* What is told of a connection as a whole, and of a capture. */

export const milliseconds = (value: number): string =>
  `${(value * 1000).toFixed(value < 0.01 ? 2 : value < 0.1 ? 1 : 0)} ms`;

export const seconds = (value: number): string => (value < 1 ? milliseconds(value) : `${value.toFixed(1)} s`);

export function endingText(account: Account, ending: Ending): string {
  switch (ending.kind) {
    case 'open':
      return 'still open';
    case 'closed': {
      const first = ending.first === undefined ? 'both at once' : `${host(account, ending.first)} first`;
      return `closed by FINs, ${first}${ending.acknowledged ? '' : ', not all acknowledged'}`;
    }
    case 'half closed':
      return `half closed by ${host(account, ending.by)}`;
    case 'reset':
      return 'ended by a reset';
    case 'refused':
      return 'refused';
    case 'unanswered':
      return 'never answered';
    case 'never opened':
      return 'never opened';
  }
}

function pointTexts(account: Account, point: CapturePoint): string[] {
  if (point.at === 'unknown') return [];
  const [a, b] = point.roundTrips;
  const trips =
    Number.isFinite(a) && Number.isFinite(b)
      ? ` (${milliseconds(a)} and ${milliseconds(b)} there and back)`
      : '';
  if (point.at === 'end') return [`captured at ${host(account, point.end)}${trips}`];
  if (point.at === 'both') return [`captured where both ends are near${trips}`];
  return [`captured between the ends${trips}`];
}

const counted = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;
const frames = (count: number): string => `${counted(count, 'frame')} ${count === 1 ? 'is' : 'are'}`;

/** How much a capture has. */
export const extentText = ({ frames, segments, connections, seconds }: CaptureFacts): string =>
  `${counted(frames, 'frame')}, ${counted(segments, 'segment')}, ${counted(connections, 'connection')} in ${seconds.toFixed(1)} s`;

/** How long a connection was, and how it ended. */
export const outcomeText = (account: Account): string =>
  `${counted(account.segments, 'segment')}, ${endingText(account, account.ending)}`;

/** Where a connection was captured, and what is odd about the capture. */
export const aboutTexts = (account: Account): string[] => [
  ...pointTexts(account, account.point),
  ...(account.begunInTheMiddle ? ['the capture begins in the middle of it'] : []),
  ...(account.incarnations > 1 ? [`opened ${account.incarnations} times on the same ports`] : []),
  ...oddityTexts(account.oddities),
];

function oddityTexts({ doubled, damaged, fragments, cutHeaders, missed }: Oddities): string[] {
  return [
    ...(doubled > 0 ? [`${frames(doubled)} in the capture twice`] : []),
    ...(damaged > 0 ? [`${frames(damaged)} damaged on the way: a receiver drops them`] : []),
    ...(fragments > 0 ? [`${frames(fragments)} the first part of a fragmented packet`] : []),
    ...(cutHeaders > 0 ? [`${frames(cutHeaders)} cut within the options`] : []),
    ...(missed > 0 ? ['segments that were acknowledged are not in the capture'] : []),
  ];
}

export function damageText(damage: Damage): string {
  switch (damage.kind) {
    case 'cut':
      return 'the capture ends in the middle of a frame; what comes before is explained';
    case 'impossible length':
      return `the capture is damaged: a length of ${damage.length}; what comes before is explained`;
    case 'no section header':
      return 'the capture is damaged: a section without its byte order; what comes before is explained';
    case 'gzip':
      return `the compressed capture is damaged (${damage.told}); what comes before is explained`;
  }
}

/** What could not be read of a capture. */
export function factTexts({ unread, unknownLinks, damage }: CaptureFacts): string[] {
  return [
    ...(damage ? [damageText(damage)] : []),
    ...(unread.fragment > 0 ? [`${frames(unread.fragment)} left out: later fragments`] : []),
    ...(unread['too short'] > 0 ? [`${frames(unread['too short'])} too short to hold a TCP header`] : []),
    ...(unknownLinks.length > 0
      ? [`${frames(unread['unknown link'])} of link types that are not known (${unknownLinks.join(', ')})`]
      : []),
  ];
}
