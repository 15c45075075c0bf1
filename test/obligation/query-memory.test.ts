/** A short query may name many boxes: what they take together is bounded before it is taken. */
import { describe, expect, it } from 'vitest';
import { lowerModel } from '../../src/network/lower.js';
import { compiledQuery } from '../../src/obligation/query.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import type { QueryProperty } from '../../src/spec/property.js';
import { InputError } from '../../src/util/errors.js';
import { tinyModel } from '../helpers/tiny-model.js';

/** Two inputs: an alternative with a box of its own takes 2 boxes of 2 inputs of 2 doubles, 64 bytes. */
const BYTES = 64;
const ALTERNATIVES = 50;

const HEAD = ['X_0', 'X_1', 'Y_0', 'Y_1'].map((name) => `(declare-const ${name} Real)`).join('');
const BOX = '(assert (>= X_0 0))(assert (<= X_0 1))(assert (>= X_1 0))(assert (<= X_1 1))';
const query = (alternatives: string): QueryProperty => ({
  kind: 'query',
  name: 'q.vnnlib',
  text: `${HEAD}\n${BOX}\n(assert (or ${alternatives}))\n`,
});
const numbers = Array.from({ length: ALTERNATIVES }, (_, i) => i);
const boxes = query(numbers.map((i) => `(and (<= X_0 0.${i + 10}) (>= Y_0 Y_1))`).join(' '));
const outputs = query(numbers.map((i) => `(and (>= Y_0 ${i}))`).join(' '));

const network = () => lowerModel(decodeModel(tinyModel()));

describe('the memory of a query', () => {
  it('suffices to the byte', () => {
    expect(compiledQuery(network(), boxes, ALTERNATIVES * BYTES).questions).toHaveLength(ALTERNATIVES);
  });

  it('is refused beyond, at line and column of the alternative that is too much', () => {
    const compile = () => compiledQuery(network(), boxes, ALTERNATIVES * BYTES - 1);
    expect(compile).toThrow(InputError);
    expect(compile).toThrow(/alternatives of the query are too large/);
    try {
      compile();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const column = boxes.text.split('\n')[2]!.indexOf(`(<= X_0 0.${numbers.at(-1)! + 10})`) + 1;
      expect(error.fault.place).toBe(`line 3, column ${column}`);
      expect(error.fault.file).toBe('q.vnnlib');
    }
  });

  it('is not used by alternatives that share a box', () => {
    expect(compiledQuery(network(), outputs, 0).questions).toHaveLength(ALTERNATIVES);
  });
});
