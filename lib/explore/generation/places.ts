import { SCENARIOS } from '../../catalogue/catalogue.ts';
import { demandsOf } from '../../catalogue/conditions.ts';
import type { Place } from '../../catalogue/scenario.ts';

/** Where the recipes lead to, without what would make every segment of the sequence the same. */
export const PLACES: readonly Place[] = [
  ...new Map(
    SCENARIOS.filter(({ conditions }) => demandsOf(conditions).packet.source === undefined).map(
      ({ state, origin, closedBy, conditions }) => {
        const place: Place = {
          state,
          ...(origin ? { origin } : {}),
          ...(closedBy ? { closedBy } : {}),
          conditions,
        };
        return [JSON.stringify(place), place];
      },
    ),
  ).values(),
];
