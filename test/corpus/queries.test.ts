/** Queries that once were read as others than they are: an answer about another region is a wrong answer. */
import { describe, expect, it } from 'vitest';
import { lowerModel } from '../../src/network/lower.js';
import { neuronBlocks } from '../../src/network/network.js';
import { compiledQuery, type Question } from '../../src/obligation/query.js';
import { int, tensor } from '../../src/onnx/encode.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { faultOf } from '../helpers/fault-of.js';
import { int64s, model, node, weights } from '../helpers/onnx-builder.js';
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

describe('a sign of an output is a literal only where the output is what a ReLU reads', () => {
  /** z = x, then y = (a0, z1, -z0, z0 + z1, z0 / 2 as a division, z1 again, z0 + 1): copies are y1 and y5. */
  const network = lowerModel(
    decodeModel(
      model(
        ['batch', 2],
        [
          node('MatMul', ['x', 'eye'], 'z'),
          node('Relu', ['z'], 'a'),
          node('Gather', ['a', 'zero'], 'y0', { axis: int(1) }),
          node('Gather', ['z', 'one'], 'y1', { axis: int(1) }),
          node('Neg', ['z'], 'n'),
          node('Gather', ['n', 'zero'], 'y2', { axis: int(1) }),
          node('MatMul', ['z', 'ones'], 'y3'),
          node('Gather', ['z', 'zero'], 'z0', { axis: int(1) }),
          node('Div', ['z0', 'two'], 'y4'),
          node('Identity', ['y1'], 'y5'),
          node('Add', ['z0', 'unit'], 'y6'),
          node('Concat', ['y0', 'y1', 'y2', 'y3', 'y4', 'y5', 'y6'], 'y', { axis: int(1) }),
        ],
        {
          eye: tensor('float32', [2, 2], [1, 0, 0, 1]),
          ones: tensor('float32', [2, 1], [1, 1]),
          two: tensor('float32', [1], [2]),
          unit: tensor('float32', [1], [1]),
          zero: int64s(0),
          one: int64s(1),
        },
      ),
    ),
  );
  const declarations = [0, 1]
    .map((i) => `(declare-const X_${i} Real)\n`)
    .concat([0, 1, 2, 3, 4, 5, 6].map((i) => `(declare-const Y_${i} Real)\n`))
    .join('');
  const box = '(assert (and (>= X_0 -1.0) (<= X_0 1.0) (>= X_1 -1.0) (<= X_1 1.0)))\n';
  const ask = (claim: string) => questions(network, `${declarations}${box}(assert ${claim})\n`);

  it.each([
    ['(>= Y_1 0.0)', 1],
    ['(> Y_1 0.0)', 1],
    ['(<= 0.0 Y_5)', 1],
    ['(<= Y_1 0.0)', -1],
    ['(< (* 2.5 Y_5) 0.0)', -1],
    ['(<= (* -1.0 Y_1) 0.0)', 1],
    ['(and (>= Y_1 0.0) (>= Y_5 0.0))', 1],
  ])('%s', (claim, phase) => {
    const [{ naps, outputs }] = ask(claim) as [Question];
    expect(naps.map((phases) => [...phases])).toEqual([[0, phase]]);
    expect(outputs).toEqual([]);
  });

  it.each([
    '(>= Y_1 0.5)',
    '(>= Y_1 -0.00000001)',
    '(== Y_1 0.0)',
    '(>= Y_0 0.0)',
    '(>= Y_2 0.0)',
    '(>= Y_3 0.0)',
    '(>= Y_4 0.0)',
    '(>= Y_6 0.0)',
    '(>= Y_1 Y_5)',
  ])('%s stays a constraint on outputs', (claim) => {
    const [{ naps, outputs }] = ask(claim.replace('==', '=')) as [Question];
    expect(naps).toEqual([]);
    expect(outputs.length).toBe(claim.startsWith('(==') ? 2 : 1);
  });

  it('both signs leave the boundary', () => {
    const [{ naps, outputs }] = ask('(and (>= Y_1 0.0) (<= Y_5 0.0))') as [Question];
    expect(naps.map((phases) => [...phases])).toEqual([[0, 1]]);
    expect(outputs).toEqual([{ terms: [{ output: 5, coefficient: -1 }], bound: 0 }]);
  });

  it('alternatives do not share what one of them says', () => {
    const asked = ask('(or (and (>= Y_1 0.0) (>= Y_3 1.0)) (<= Y_1 0.0) (>= Y_3 2.0))');
    expect(asked.map(({ naps }) => naps.map((phases) => [...phases]))).toEqual([[[0, 1]], [[0, -1]], []]);
  });

  it('not in float32 queries', () => {
    const text = `(vnnlib-version <2.0>)\n(declare-network f (declare-input X float32 [1,2]) (declare-output Y float32 [1,7]))\n(assert (>= Y[0,1] 0.0))\n`;
    const [{ naps, outputs }] = questions(network, text) as [Question];
    expect({ naps, outputs: outputs.length }).toEqual({ naps: [], outputs: 1 });
  });
});
