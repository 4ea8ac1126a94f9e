/** Writes the JSON Schemas of target files, of results.json and of what `explain --json` prints, where they are published from. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { explanationsJsonSchema } from '../lib/report/explain/json.ts';
import { resultsJsonSchema } from '../lib/report/results.ts';
import { targetFileJsonSchema } from '../lib/target/target-file.ts';

const write = (name: string, schema: object): void =>
  writeFileSync(
    fileURLToPath(new URL(`${name}.schema.json`, import.meta.url)),
    `${JSON.stringify(schema, null, 2)}\n`,
  );

write('target-file', targetFileJsonSchema());
write('results', resultsJsonSchema());
write('explanation', explanationsJsonSchema());
