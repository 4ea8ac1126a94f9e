/** Publishes the ids of new cases: `npx tsx test/suites/update-ids.ts`. */
import { presentIds, publish } from './ids.ts';

publish(presentIds());
