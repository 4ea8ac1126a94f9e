import { expect } from 'chai';
import type { Failed } from '../../lib/explore/cause.ts';
import { investigate } from '../../lib/explore/investigate.ts';
import { Knowledge } from '../../lib/explore/knowledge.ts';
import type { Played } from '../../lib/explore/played.ts';
import type { Sequence } from '../../lib/explore/sequence.ts';
import { parseSegment } from '../../lib/notation/index.ts';
import { failedAfter, PLACE } from './failed.ts';

const ACK = { send: [parseSegment('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>')] } as const;
const FIN = { send: [parseSegment('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>')] } as const;

/** As a target that is silent for the FIN, where the other segment has come before: a rate limiter explains the silence without it. */
function played({ steps }: Sequence): Played & Failed {
  const failed = failedAfter('fifth ACK left edge all', 'first FIN,ACK left edge all');
  const { failure } = failed;
  const rest = { log: [], start: 0, numbers: 0, traces: { '': failed.trace }, waited: 0, took: 0 };
  const isShown = steps.length === 2 && steps.includes(FIN);
  const all = { ...rest, trace: failed.trace, outcome: 'failed', failure } as const;
  return isShown ? all : ({ ...rest, trace: failed.trace, outcome: 'explained' } as unknown as typeof all);
}

describe('looking at a failure', () => {
  const sequence: Sequence = { place: { ...PLACE, state: 'FIN-WAIT-1' }, steps: [ACK, FIN] };
  const look = (knowledge: Knowledge) =>
    investigate(
      { sequence, played: played(sequence) },
      { knowledge, play: async (one) => played(one), trouble: () => {} },
    );
  const effect = { due: ['ACK'], seen: 'silence' };

  it('makes it a finding', async () => {
    expect(await look(new Knowledge([]))).to.have.property('number', 1);
  });

  it('makes it none where it is known in the place that it shrinks to, whatever has to come before', async () => {
    const habit = { stimuli: ['first FIN,ACK left edge all'], effect, states: [PLACE.state] };
    expect(await look(new Knowledge([{ name: 'one', habit }]))).to.equal('known');
  });
});
