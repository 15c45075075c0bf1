/** The command line uses the public interface: whatever it takes from src/api is exported by src/api/index.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as napcert from '../../src/api/index.js';

const source = (path: string): string => readFileSync(new URL(`../../src/${path}`, import.meta.url), 'utf8');

/** Public under another name. */
const RENAMED: Readonly<Record<string, string>> = { verifyAndReport: 'verify' };

interface Used {
  readonly file: string;
  readonly name: string;
  readonly type: boolean;
}

/** Names that the command line takes from src/api, by static imports and by those that wait. */
function used(): Used[] {
  const files = readdirSync(new URL('../../src/cli', import.meta.url), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const text = source(`cli/${file}`);
      const still = [...text.matchAll(/import (type )?\{([^}]*)\} from '[./]*api\/[^']*'/g)].flatMap(
        ([, type, names]) => namesIn(file, names!, type !== undefined),
      );
      const late = [...text.matchAll(/\{([^{}]*)\} = await import\('[./]*api\/[^']*'\)/g)].flatMap(
        ([, names]) => namesIn(file, names!, false),
      );
      const members = [...text.matchAll(/await import\('[./]*api\/[^']*'\)\)\.(\w+)/g)].flatMap(([, name]) =>
        namesIn(file, name!, false),
      );
      return [...still, ...late, ...members];
    });
}

function namesIn(file: string, names: string, type: boolean): Used[] {
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => ({
      file,
      name: name.replace(/^type /, '').split(/[ :]/)[0]!,
      type: type || name.startsWith('type '),
    }));
}

it('every value', () => {
  const values = used().filter(({ type }) => !type);
  expect(values.length).toBeGreaterThan(30);
  const missing = values.filter(({ name }) => !((RENAMED[name] ?? name) in napcert));
  expect(missing).toEqual([]);
});

it('every type', () => {
  const text = source('api/index.ts') + source('api/commands.ts');
  const exported = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, names]) =>
    namesIn('', names!, true).map(({ name }) => name),
  );
  const missing = used().filter(({ name, type }) => type && !exported.includes(name));
  expect(missing).toEqual([]);
});

it('every function tells what it does', () => {
  const text = source('api/commands.ts') + source('api/index.ts');
  for (const [, before, name] of text.matchAll(/(\*\/|[^/])\nexport (?:async function|const) (\w+)/g)) {
    expect({ name, documented: before === '*/' }).toEqual({ name, documented: true });
  }
});
