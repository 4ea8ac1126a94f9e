#!/usr/bin/env node
import { start } from './start.js';

const { main } = await start('lib/cli/main.ts');
await main(process.argv);
