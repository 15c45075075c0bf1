/** Queries that once were read as others than they are: an answer about another region is a wrong answer. */
import { describe, expect, it } from 'vitest';
import { lowerModel } from '../../src/network/lower.js';
import { neuronBlocks } from '../../src/network/network.js';
import { compiledQuery, type Question } from '../../src/obligation/query.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { faultOf } from '../helpers/fault-of.js';
import { model, node, weights } from '../helpers/onnx-builder.js';
import { tinyModel } from '../helpers/tiny-model.js';

/** z has the shape [2, 3, 4] (channels, height, width) for one sample. */
const CONV = lowerModel(
  decodeModel(
    model(
      ['batch', 1, 3, 4],
      [
        node('Conv', ['x', 'k'], 'z'),
        node('Relu', ['z'], 'a'),
        node('Flatten', ['a'], 'f'),
        node('MatMul', ['f', 'v'], 'y'),
      ],
      { k: weights([2, 1, 1, 1]), v: weights([24, 2]) },
    ),
  ),
);
const TINY = lowerModel(decodeModel(tinyModel()));

function questions(network: typeof CONV, text: string): readonly Question[] {
  return compiledQuery(network, { kind: 'query', name: 'q.vnnlib', text }).questions;
}

function placeOfFault(action: () => unknown): string | undefined {
  return faultOf(action).fault.place;
}

describe('the shape of a hidden node numbers its elements', () => {
  const query = (shape: string, element: string): string =>
    `(vnnlib-version <2.0>)\n(declare-network f (declare-input X real [1,1,3,4])\n (declare-hidden H real [${shape}] "z")\n (declare-output Y real [1,2]))\n(assert (> H[${element}] 0.0))\n`;

  it.each([
    ['1,2,3,4', '0,1,2,3', 23],
    ['2,3,4', '1,0,2', 14],
    ['1,1,2,3,4', '0,0,0,1,0', 4],
  ])('[%s] is the one of the model, and [%s] is neuron %i', (shape, element, neuron) => {
    const [question] = questions(CONV, query(shape, element));
    expect(neuronBlocks(CONV)[0]!.tensor.shape).toEqual([2, 3, 4]);
    expect([...question!.naps[0]!].map((phase, i) => [phase, i]).filter(([phase]) => phase !== 0)).toEqual([
      [1, neuron],
    ]);
  });

  it.each([
    ['1,3,4,2', '0,0,0,1'],
    ['1,4,3,2', '0,0,0,1'],
    ['2,4,3', '0,0,1'],
    ['1,6,4', '0,0,1'],
    ['24', '1'],
  ])('[%s] has as many elements in another order, and is refused', (shape, element) => {
    expect(placeOfFault(() => questions(CONV, query(shape, element)))).toBe('line 3, column 18');
  });
});

describe('a carriage return alone in a comment', () => {
  const FLAT = ['X_0', 'X_1', 'Y_0', 'Y_1'].map((name) => `(declare-const ${name} Real)\n`).join('');

  // SMT-LIB ends the comment there, the grammar of VNN-LIB at the next line feed.
  it('is refused: whether what follows is asserted depends on the reader', () => {
    const text = `${FLAT}(assert (or (>= Y_0 1000.0) ; alternative\r (<= Y_0 1000.0)\n))\n`;
    expect(placeOfFault(() => questions(TINY, text))).toBe('line 5, column 42');
  });

  it('is refused in an index as well', () => {
    const text =
      '(vnnlib-version <2.0>)\n(declare-network f (declare-input X real [1,2]) (declare-output Y real [1,2]))\n(assert (<= Y[0, ; \r 1] 0.0))\n';
    expect(placeOfFault(() => questions(TINY, text.replace('0, ;', '0 ;')))).toBe('line 3, column 19');
    expect(placeOfFault(() => questions(TINY, text))).toBe('line 3, column 20');
  });

  it('and line feed ends a comment', () => {
    const text = `${FLAT}; one\r\n(assert (or (>= Y_0 1000.0) ; two\r\n (<= Y_0 1000.0)))\r\n; three`;
    expect(questions(TINY, text)).toHaveLength(2);
  });
});
