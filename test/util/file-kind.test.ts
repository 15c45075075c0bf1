/** Files by how they begin; on true files of the repository, and on none that a reader accepts. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { InputError } from '../../src/util/errors.js';
import { fileKind, readAs } from '../../src/util/file-kind.js';

const repository = (path: string): Buffer => readFileSync(new URL(`../../${path}`, import.meta.url));

it.each([
  ['specs/examples/release-gate/digits.nap.json', 'nap'],
  ['specs/examples/release-gate/policy.yaml', 'policy'],
  ['specs/examples/release-gate/release.spec.yaml', 'specification'],
  ['specs/examples/iris.vnnlib', 'query'],
  ['models/iris.onnx', 'model'],
  ['models/mnist-64x2.onnx', 'model'],
  ['specs/images/followers.png', 'png'],
  ['models/iris.csv', null],
  ['package.json', null],
])('%s: %s, from bytes and from their text', (path, kind) => {
  const bytes = repository(path);
  expect([fileKind(bytes), fileKind(bytes.toString('utf8'))]).toEqual([kind, kind]);
});

it('an envelope larger than what is looked at', () => {
  expect(fileKind(JSON.stringify({ payload: 'A'.repeat(200_000), payloadType: 'x' }))).toBe('envelope');
});

it('keys count only in the outermost object', () => {
  expect(fileKind('{"a": {"_type": "https://in-toto.io/Statement/v1"}}')).toBe(null);
});

it('a reader that accepts a file is never overruled, and one that fails for another reason keeps its error', () => {
  const nap = repository('specs/examples/release-gate/digits.nap.json');
  expect(readAs('certificate', 'f', nap, () => 7)).toBe(7);
  const own = new InputError('line 3');
  const fail = (): never => {
    throw own;
  };
  expect(() => readAs('nap', 'f', nap, fail)).toThrow(own);
  expect(() => readAs('certificate', 'f', nap, fail)).toThrow('a file of another kind');
  expect(() =>
    readAs('certificate', 'f', nap, () => {
      throw new RangeError('a bug');
    }),
  ).toThrow(RangeError);
});
