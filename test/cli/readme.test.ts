/** What the README tells people to type exists. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { ROOT } from '../helpers/run-cli.js';
import { commandLines, unknownParts } from './command-lines.js';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** Blocks to run are fenced as `sh`. */
const BLOCKS = [...README.matchAll(/^```sh\n(.*?)^```/gms)].map((match) => match[1]!);
const LINES = commandLines(BLOCKS.join('\n'));

describe('README', () => {
  it('shows every command', () => {
    const shown = new Set(LINES.map((line) => line[1]));
    expect([...shown].sort()).toEqual(
      createProgram()
        .commands.map((command) => command.name())
        .sort(),
    );
  });

  it('uses only options that the commands have', () => {
    expect(LINES.flatMap(unknownParts)).toEqual([]);
  });

  it('would notice a command or option that is gone', () => {
    expect(unknownParts(['napcert', 'prove', 'x'])).toEqual(['prove']);
    expect(unknownParts(['napcert', 'check', 'x', '--model', 'y', '--loud'])).toEqual(['check --loud']);
  });

  it('names only files that exist or that a line above writes', () => {
    const missing = LINES.flat().filter(
      (word) => /^(models|specs)\//.test(word) && !existsSync(join(ROOT, word)),
    );
    expect(missing).toEqual([]);
    for (const [, target] of README.matchAll(/\]\(([^)#]+)\)/g)) {
      if (!target!.includes('://')) expect(existsSync(join(ROOT, target!)), target).toBe(true);
    }
  });

  it('gives every dependency a reason', () => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    ) as {
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    for (const name of Object.keys(dependencies)) expect(README).toContain(`| \`${name}\` | `);
    for (const name of Object.keys(devDependencies)) {
      if (!name.startsWith('@types/')) expect(README).toContain(`\`${name}\``);
    }
  });
});
