/** The one-way import table of the design, read from the import statements themselves. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** A folder imports only from folders to its left. */
const ORDER = [
  'util',
  'pool',
  'onnx',
  'network',
  'nap',
  'dataset',
  'mining',
  'spec',
  'obligation',
  'certificate',
  'bounds',
  'solvers',
  'engines',
  'checker',
  'invariance',
  'learning',
  'cluster',
  'gate',
  'report',
  'api',
  'cli',
];

/** Folders with a shorter list than their place allows. The checker must not trust what it checks. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  checker: ['util', 'onnx', 'network', 'nap', 'spec', 'obligation', 'certificate'],
  // Whatever the command line can do, a program can.
  cli: ['util', 'report', 'api'],
};

function allowed(folder: string): readonly string[] {
  return ONLY[folder] ?? ORDER.slice(0, ORDER.indexOf(folder));
}

interface Import {
  readonly file: string;
  readonly line: number;
  readonly specifier: string;
}

function sourceFiles(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => path.split(sep).join('/'));
}

/** Static, re-exporting, dynamic and type-position imports. */
function importsOf(file: string, text = readFileSync(resolve(SRC, file), 'utf8')): Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const found: Import[] = [];
  const add = (node: ts.Node): void => {
    const specifier = ts.isStringLiteralLike(node) ? node.text : `(computed) ${node.getText(source)}`;
    found.push({
      file,
      line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1,
      specifier,
    });
  };
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier !== undefined
    ) {
      add(node.moduleSpecifier);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0]!);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function violations(imports: readonly Import[]): string[] {
  return imports.flatMap(({ file, line, specifier }) => {
    const at = `${file}:${line}`;
    if (specifier.startsWith('(computed)')) return [`${at} imports a computed path ${specifier}`];
    if (!specifier.startsWith('.')) return [];
    if (!specifier.endsWith('.js')) return [`${at} imports ${specifier} without the ending .js`];
    const target = relative(SRC, resolve(SRC, dirname(file), specifier))
      .split(sep)
      .join('/');
    const from = file.split('/')[0]!;
    const to = target.split('/')[0]!;
    if (from === to || allowed(from).includes(to)) return [];
    return [`${at} imports ${specifier}: ${from} must not import ${to}`];
  });
}

describe('one-way imports', () => {
  const files = sourceFiles();

  it('every file lies in a folder of the table', () => {
    expect(files.filter((file) => !ORDER.includes(file.split('/')[0]!) || !file.includes('/'))).toEqual([]);
    expect(files.length).toBeGreaterThan(20);
  });

  it('no folder imports from its right, and the checker only from its own list', () => {
    expect(files.flatMap((file) => violations(importsOf(file)))).toEqual([]);
  });

  it.each([
    ['checker/a.ts', `import { solve } from '../solvers/solve.js';`],
    ['checker/a.ts', `export { solve } from '../bounds/interval.js';`],
    ['checker/a.ts', `const x = await import('../engines/x.js');`],
    ['checker/a.ts', `type X = import('../mining/x.js').X;`],
    ['checker/rules/a.ts', `import type { D } from '../../dataset/dataset.js';`],
    ['network/a.ts', `import { x } from '../nap/nap.js';`],
    ['api/a.ts', `import { x } from '../cli/main.js';`],
    ['cli/commands/a.ts', `import { x } from '../../spec/property.js';`],
    ['cli/main.ts', `import type { X } from '../cluster/connection.js';`],
    ['util/a.ts', 'const x = await import(name);'],
    ['nap/a.ts', `import { x } from '../util/errors';`],
  ])('notices %s with %s', (file, text) => {
    expect(violations(importsOf(file, text))).toHaveLength(1);
  });

  it.each([
    ['checker/a.ts', `import { x } from '../certificate/x.js';`],
    ['cli/commands/a.ts', `import { x } from '../../util/errors.js';\nimport { y } from '../context.js';`],
    ['util/a.ts', `import { readFileSync } from 'node:fs';`],
  ])('accepts %s with %s', (file, text) => {
    expect(violations(importsOf(file, text))).toEqual([]);
  });
});

describe('side effects', () => {
  it('only the command line reads the arguments, prints, or sets the exit code', () => {
    const pattern = /process\.(argv|stdout|stderr|exit\b|exitCode)|console\./;
    const offenders = sourceFiles().filter(
      (file) => !file.startsWith('cli/') && pattern.test(readFileSync(resolve(SRC, file), 'utf8')),
    );
    expect(offenders).toEqual([]);
  });
});
