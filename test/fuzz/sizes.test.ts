/** A few hundred bytes of a model that ask for gigabytes are refused before anything of that size is made. */
import { describe, expect, it } from 'vitest';
import { lowerModel } from '../../src/network/lower.js';
import { encodeModel, type ModelSpec, type NodeSpec, tensor } from '../../src/onnx/encode.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { InputError } from '../../src/util/errors.js';

const MIB = 2 ** 20;

function model(nodes: readonly NodeSpec[], initializers: ModelSpec['initializers']): Uint8Array {
  return encodeModel({
    nodes,
    initializers: initializers ?? {},
    inputs: [{ name: 'x', type: 'float32', dims: ['n', 4] }],
    outputs: [{ name: 'y', type: 'float32' }],
  });
}

/** Many paddings of the input by a million zeros, added up. */
function paddings(count: number): Uint8Array {
  const pads = Array.from(
    { length: count },
    (_, i): NodeSpec => ({ op: 'Pad', inputs: ['x', 'pads'], outputs: [`p${i}`] }),
  );
  const sum: NodeSpec = { op: 'Sum', inputs: pads.flatMap(({ outputs }) => outputs), outputs: ['y'] };
  return model([...pads, sum], { pads: tensor('int64', [4], [0, 0, 0, MIB]) });
}

/** Many large constants, each used. */
function constants(count: number): Uint8Array {
  const fills = Array.from(
    { length: count },
    (_, i): NodeSpec => ({ op: 'ConstantOfShape', inputs: ['shape'], outputs: [`c${i}`] }),
  );
  const adds = fills.map(
    (_, i): NodeSpec => ({
      op: 'Add',
      inputs: [i === 0 ? 'x' : `s${i - 1}`, `c${i}`],
      outputs: [i === count - 1 ? 'y' : `s${i}`],
    }),
  );
  return model([...fills, ...adds], { shape: tensor('int64', [2], [2 * MIB, 4]) });
}

describe('models that unfold', () => {
  it.each([
    [
      'one padding too large',
      () =>
        model([{ op: 'Pad', inputs: ['x', 'pads'], outputs: ['y'] }], {
          pads: tensor('int64', [4], [0, 0, 0, 2 ** 33]),
        }),
    ],
    ['paddings too large together', () => paddings(20)],
    ['a constant too large', () => constants(1)],
    [
      'constants too large together',
      () =>
        model(
          [
            ...Array.from(
              { length: 40 },
              (_, i): NodeSpec => ({ op: 'ConstantOfShape', inputs: ['shape'], outputs: [`c${i}`] }),
            ),
            {
              op: 'Concat',
              inputs: Array.from({ length: 40 }, (_, i) => `c${i}`),
              outputs: ['k'],
              attributes: { axis: { kind: 'int', value: 0 } },
            },
            { op: 'MatMul', inputs: ['x', 'k'], outputs: ['y'] },
          ],
          { shape: tensor('int64', [2], [4, MIB]) },
        ),
    ],
  ])('are refused: %s', (_, bytes) => {
    expect(() => lowerModel(decodeModel(bytes()))).toThrow(InputError);
    expect(process.resourceUsage().maxRSS * 1024).toBeLessThan(1.5e9);
  });
}); // prettier-ignore
