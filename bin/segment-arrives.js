#!/usr/bin/env node
import { fileURLToPath } from 'node:url';

// tsx reads the nearest tsconfig.json of the working directory otherwise, which is somebody else's.
process.env.TSX_TSCONFIG_PATH ??= fileURLToPath(new URL('../tsconfig.json', import.meta.url));
await import('tsx');
const { main } = await import('../lib/cli/main.ts');
await main(process.argv);
