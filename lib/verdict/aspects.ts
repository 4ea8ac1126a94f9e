import type { Aspects, Tidings } from '../catalogue/scenario.ts';
import type { Fault } from './fault.ts';

/** What was seen beside the replies of a step; absent where nothing tells. */
export interface ObservedAspects {
  /** How the right edge of the window has moved with each segment, in octets; below 0 it went back. */
  readonly edges?: readonly number[];
  /** The smallest step that is not silly. */
  readonly leastStep?: number;
  readonly window?: NonNullable<Aspects['window']> | 'scaled';
  /** When the first reply came, in milliseconds from the step before. */
  readonly after?: number;
  readonly ttl?: number;
  readonly diffserv?: number;
  readonly told?: readonly Tidings[];
  /** A number: the MSS is that, and no IP packet holds so much. */
  readonly mss?: NonNullable<Aspects['mss']> | number;
  readonly ecn?: NonNullable<Aspects['ecn']> | 'other bits';
  readonly iss?: readonly NonNullable<Aspects['iss']>[];
  readonly segments?: number;
  readonly answer?: string;
}

// More routers are not on any path.
const MOST_ROUTERS = 31;

/** What of the aspects that an outcome asks for is not true. What nobody has seen is not asked for. */
export function faultsOfAspects(wanted: Aspects = {}, seen: ObservedAspects = {}): Fault[] {
  const faults: Fault[] = [];
  const fault = (aspect: keyof Aspects, expected: string | number, observed: string | number) =>
    faults.push({ kind: 'aspect', aspect, expected: String(expected), observed: String(observed) });
  const { edges = [], leastStep = 0, after, ttl, diffserv, told } = seen;
  const back = edges.find((step) => step < 0);
  if (wanted.edge && back !== undefined) fault('edge', 'not back', back);
  const silly = edges.find((step) => step > 0 && step < leastStep);
  if (wanted.edge === 'no silly step' && silly !== undefined) fault('edge', 'no silly step', silly);
  if (wanted.window && seen.window && seen.window !== wanted.window)
    fault('window', wanted.window, seen.window);
  if (wanted.after !== undefined && after !== undefined && after < wanted.after)
    fault('after', wanted.after, after);
  const isHopsLess = (value: number, least: number) => value <= least && value >= least - MOST_ROUTERS;
  if (wanted.ttl !== undefined && ttl !== undefined && !isHopsLess(ttl, wanted.ttl))
    fault('ttl', wanted.ttl, ttl);
  if (wanted.diffserv !== undefined && diffserv !== undefined && diffserv !== wanted.diffserv)
    fault('diffserv', wanted.diffserv, diffserv);
  const { mss, ecn, iss, segments, answer } = seen;
  if (wanted.mss && mss !== undefined && mss !== wanted.mss) fault('mss', wanted.mss, mss);
  if (wanted.ecn && ecn && ecn !== wanted.ecn) fault('ecn', wanted.ecn, ecn);
  if (wanted.iss && iss && !iss.includes(wanted.iss)) fault('iss', wanted.iss, `not ${wanted.iss}`);
  if (wanted.segments !== undefined && segments !== undefined && segments > wanted.segments)
    fault('segments', wanted.segments, segments);
  if (wanted.answer && answer !== undefined && answer !== wanted.answer)
    fault('answer', wanted.answer, answer);
  const words = (tidings: readonly Tidings[]): string => [...tidings].sort().join(', ') || 'nothing';
  if (wanted.told && told && words(wanted.told) !== words(told))
    fault('told', words(wanted.told), words(told));
  return faults;
}
