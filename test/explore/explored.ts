import { type Exploration, explore } from '../../lib/explore/explore.ts';
import type { Watch } from '../../lib/explore/deaths.ts';
import type { Candidate } from '../../lib/explore/finding.ts';
import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import { ALL_CHECKS } from '../../lib/standard/adoption.ts';
import type { Profile } from '../../lib/standard/profile.ts';
import { referenceWorld } from '../states/reference-world.ts';

/** Explores the reference in this process. */
export async function explored(
  profile: Profile,
  behaviour: Behaviour,
  wishes: {
    readonly sequences: number;
    readonly seed?: number;
    readonly width?: number;
    readonly untilFound?: boolean;
    /** Ends when so many hundreds of sequences have begun. */
    readonly hundreds?: number;
    readonly watch?: Watch;
    readonly repeats?: (candidate: Candidate) => Promise<boolean>;
    readonly milliseconds?: number;
    readonly mostLooking?: number;
  },
): Promise<Exploration & { readonly lag: number }> {
  const began = performance.now();
  const { tester, environment } = referenceWorld(profile, behaviour);
  let isFound = false;
  let hundreds = 0;
  try {
    const exploration = await explore(
      {
        environment: { ...environment, answersManyAtOnce: true },
        ...{ family: 4, profile, adoptions: [behaviour.adopts ?? ALL_CHECKS] },
        ...(wishes.watch ? { watch: wishes.watch } : {}),
      },
      {
        // So few that on a busy machine none lasts so long that it would say nothing.
        ...{ seed: wishes.seed ?? 1, sequences: wishes.sequences, width: wishes.width ?? 8 },
        stopped: () => isFound || hundreds >= (wishes.hundreds ?? Number.POSITIVE_INFINITY),
        onProgress: () => {
          hundreds += 1;
        },
        ...(wishes.repeats ? { repeats: wishes.repeats } : {}),
        ...(wishes.milliseconds === undefined ? {} : { milliseconds: wishes.milliseconds }),
        ...(wishes.mostLooking === undefined ? {} : { mostLooking: wishes.mostLooking }),
        onFinding: () => {
          isFound = wishes.untilFound === true;
        },
      },
    );
    return { ...exploration, lag: tester.lag.worstSince(began) };
  } finally {
    await tester.close();
  }
}
