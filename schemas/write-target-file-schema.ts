/** Writes the JSON Schema of target files where it is published from. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { targetFileJsonSchema } from '../lib/target/target-file.ts';

const path = fileURLToPath(new URL('target-file.schema.json', import.meta.url));
writeFileSync(path, `${JSON.stringify(targetFileJsonSchema(), null, 2)}\n`);
