import { STRENGTH } from '../../../lib/standard/profile.ts';
import { type Case, outcomesOf } from '../../../lib/catalogue/scenario.ts';
import { evaluateSegment, printConcrete, type SegmentNotation } from '../../../lib/notation/index.ts';
import { type Adoption, counts } from '../../../lib/standard/adoption.ts';
import type { Level, Profile } from '../../../lib/standard/profile.ts';
import { type Arrival, segmentArrives } from '../../../lib/standard/segment-arrives.ts';
import { CONTROLS, type Control, segLen, type Tcb } from '../../../lib/standard/tcb.ts';
import { tcbVariables } from '../../../lib/standard/variables.ts';
import type { Encounter } from './encounters.ts';

/** The parts of an outcome that are compared, as text: level, reply, state after, and RCV.NXT after it. */
export type Outcomes = ReadonlyMap<string, string>;

interface Found {
  readonly level: Level;
  readonly key: string;
  readonly why: string;
}

/** The strongest of outcomes that differ only in level. */
function strongest(found: readonly Found[]): Outcomes {
  const best = new Map<string, Found>();
  for (const each of found) {
    const known = best.get(each.key);
    if (!known || STRENGTH[each.level] > STRENGTH[known.level]) best.set(each.key, each);
  }
  return new Map([...best.values()].map(({ level, key, why }) => [`${level} ${key}`, why]));
}

const SIX = CONTROLS.filter((control) => control !== 'ECE' && control !== 'CWR');

const fields = (
  seq: number | string,
  ack: number | string,
  ctl: ReadonlySet<Control>,
  data: number,
): string =>
  [
    `<SEQ=${seq}>`,
    ctl.has('ACK') ? `<ACK=${ack}>` : '',
    `<CTL=${SIX.filter((control) => ctl.has(control)).join(',')}>`,
    data > 0 ? `<DATA=${data}>` : '',
  ].join('');

/** The verdict checks RCV.NXT only when it was known before and the connection still exists. */
const withRcvNxt = (before: Tcb, state: string, rcvNxt: number): string =>
  ['LISTEN', 'SYN-SENT'].includes(before.state) || ['CLOSED', 'LISTEN'].includes(state)
    ? ''
    : `, RCV.NXT=${rcvNxt}`;

/** What the case expects. */
export function expected(
  subject: Case,
  { tcb, segment }: Encounter,
  profile: Profile,
  adoption: Adoption,
): Outcomes {
  const variables = {
    ...tcbVariables(tcb),
    'SEG.SEQ': segment.seq,
    'SEG.ACK': segment.ack,
    'SEG.LEN': segLen(segment),
  };
  const printed = (notation: SegmentNotation): [string, number] => {
    const { seq, ack, ctl, data } = evaluateSegment(notation, variables);
    const written = (name: 'seq' | 'ack', value: number): number | string => (notation[name] ? value : 'any');
    const acknowledges = ctl.has('ACK') && !ctl.has('RST');
    return [fields(written('seq', seq), written('ack', ack), ctl, data), acknowledges ? ack : tcb.rcvNxt];
  };
  const relevant = outcomesOf(subject)[profile].filter((outcome) => counts(outcome, adoption));
  const found = relevant.map(({ reply: [reply], then = tcb.state, level }): Found => {
    const [text, rcvNxt] = reply ? printed(reply) : ['silence', tcb.rcvNxt];
    return { level, key: `${text}, then ${then}${withRcvNxt(tcb, then, rcvNxt)}`, why: '' };
  });
  return strongest(found);
}

/** What the specification does. */
export function modelled({ tcb, segment }: Encounter, profile: Profile, adoption: Adoption): Outcomes {
  const found = segmentArrives(tcb, segment, profile, adoption).map((arrival: Arrival): Found => {
    const { reply, tcb: after, level, why, freeSeq } = arrival;
    const text =
      reply === 'silence' ? reply : fields(freeSeq ? 'any' : reply.seq, reply.ack, reply.ctl, reply.data);
    const key = `${text}, then ${after.state}${withRcvNxt(tcb, after.state, after.rcvNxt)}`;
    return { level, key, why };
  });
  return strongest(found);
}

export const printEncounter = ({ tcb, segment }: Encounter): string => {
  const { tsecr: _, ...plain } = segment;
  return `${printConcrete(plain)} at SND.UNA=${tcb.sndUna} SND.NXT=${tcb.sndNxt} RCV.NXT=${tcb.rcvNxt} RCV.WND=${tcb.rcvWnd}`;
};
