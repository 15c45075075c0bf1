#!/usr/bin/env node
import { existsSync } from 'node:fs';

// A checkout has no dist until it is built; a package always has one.
const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  process.stderr.write(
    'error: napcert is not built: run `npm ci`, or `npm run build` if that was done before\n',
  );
  process.exitCode = 2;
}
