/** Decoding of models: what was encoded comes back, and damage is refused, never a crash. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeModel, float, floats, int, ints, tensor, text } from '../../src/onnx/encode.js';
import { decodeModel, loadModel } from '../../src/onnx/load-model.js';
import { WireWriter } from '../../src/onnx/wire-writer.js';
import { InputError } from '../../src/util/errors.js';

const spec = {
  nodes: [
    {
      op: 'Gemm',
      name: 'dense',
      inputs: ['x', 'w', 'b'],
      outputs: ['z'],
      attributes: {
        alpha: float(0.5),
        transB: int(1),
        note: text('tüv'),
        axes: ints(1, -2),
        list: floats(0.25, 3),
      },
    },
    {
      op: 'Constant',
      inputs: [],
      outputs: ['c'],
      attributes: { value: tensor('int64', [2], [2 ** 40, -1]) },
    },
  ],
  initializers: {
    w: tensor('float32', [2, 3], [1, 2, 3, 4, 5, 0.1]),
    b: tensor('float64', [2], [0.1, -0.2]),
  },
  inputs: [{ name: 'x', type: 'float32', dims: ['N', 3] }],
  outputs: [{ name: 'z' }],
  opset: 13,
} as const;
const bytes = encodeModel(spec);

/** A model whose only initializer is written by hand. */
function withTensor(write: (writer: WireWriter) => void): Uint8Array {
  const writer = new WireWriter();
  writer.message(7, (graph) => {
    graph.message(1, (node) => node.string(4, 'Relu').string(1, 'x').string(2, 'y'));
    graph.message(5, write);
  });
  return writer.finish();
}

describe('decodeModel', () => {
  it('gives back what was encoded', () => {
    const { model } = decodeModel(bytes);
    const [gemm, constant] = model.graph.nodes;
    expect(model.opsets).toEqual([{ domain: '', version: 13 }]);
    expect(gemm).toMatchObject({ name: 'dense', opType: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['z'] });
    expect(
      gemm?.attributes.map(({ name, f, i, s, ints, floats }) => [
        name,
        f ?? i ?? s ?? (ints.length > 0 ? ints : floats),
      ]),
    ).toEqual([
      ['alpha', 0.5],
      ['transB', 1n],
      ['note', 'tüv'],
      ['axes', [1n, -2n]],
      ['list', [0.25, 3]],
    ]);
    expect(constant?.attributes[0]?.t).toMatchObject({
      dims: [2],
      data: { kind: 'int', values: [2n ** 40n, -1n] },
    });
    const [w, b] = model.graph.initializers;
    expect(w).toMatchObject({ name: 'w', dims: [2, 3], data: { type: 'float32' } });
    expect(w?.data.kind === 'float' && [...w.data.values]).toEqual([1, 2, 3, 4, 5, Math.fround(0.1)]);
    expect(b?.data.kind === 'float' && [...b.data.values]).toEqual([0.1, -0.2]);
    expect(model.graph.inputs).toEqual([{ name: 'x', elementType: 1, shape: ['N', 3] }]);
    expect(model.graph.outputs).toEqual([{ name: 'z', elementType: 0, shape: null }]);
  });

  it('reads listed data as well as raw data', () => {
    const listed = withTensor((t) => t.int(1, 2).int(2, 1).string(8, 'w').float(4, 1.5).float(4, -2));
    const data = decodeModel(listed).model.graph.initializers[0]!.data;
    expect(data.kind === 'float' && [...data.values]).toEqual([1.5, -2]);
    const integers = withTensor((t) => t.int(1, 1).int(2, 7).string(8, 'i').int(7, -5));
    expect(decodeModel(integers).model.graph.initializers[0]!.data).toMatchObject({ values: [-5n] });
  });

  it('merges a graph that comes in two pieces', () => {
    const tail = new WireWriter()
      .message(7, (graph) => graph.message(12, (output) => output.string(1, 'c')))
      .finish();
    const { graph } = decodeModel(Uint8Array.from([...bytes, ...tail])).model;
    expect(graph.outputs.map((output) => output.name)).toEqual(['z', 'c']);
    expect(graph.nodes).toHaveLength(2);
  });

  const refused: [string, Uint8Array, RegExp, RegExp][] = [
    [
      'NaN',
      withTensor((t) => t.int(1, 2).int(2, 1).string(8, 'w').float(4, 1).float(4, Number.NaN)),
      /not a finite/,
      /"w", element 1/,
    ],
    [
      'infinity',
      withTensor((t) => t.int(1, 1).int(2, 1).string(8, 'w').float(4, Number.POSITIVE_INFINITY)),
      /not a finite/,
      /"w", element 0/,
    ],
    [
      'external data',
      withTensor((t) =>
        t
          .int(1, 1)
          .int(2, 1)
          .string(8, 'w')
          .message(13, (e) => e.string(1, 'location'))
          .int(14, 1),
      ),
      /external data/,
      /"w"/,
    ],
    [
      'too little data',
      withTensor((t) => t.int(1, 3).int(2, 1).string(8, 'w').float(4, 1)),
      /do not fit/,
      /"w"/,
    ],
    [
      'raw data of the wrong length',
      withTensor((t) => t.int(1, 1).int(2, 1).string(8, 'w').bytes(9, new Uint8Array(5))),
      /do not fit/,
      /"w"/,
    ],
    [
      'raw and listed data',
      withTensor((t) => t.int(1, 1).int(2, 1).string(8, 'w').bytes(9, new Uint8Array(4)).float(4, 1)),
      /do not fit/,
      /"w"/,
    ],
    [
      'a negative dimension',
      withTensor((t) => t.int(1, -1).int(2, 1).string(8, 'w')),
      /bad tensor dimension/,
      /"w"/,
    ],
    [
      'a huge tensor',
      withTensor((t) =>
        t
          .int(1, 2 ** 20)
          .int(1, 2 ** 20)
          .int(2, 1)
          .string(8, 'w'),
      ),
      /too large/,
      /"w"/,
    ],
    [
      'an unknown type',
      withTensor((t) => t.int(1, 0).int(2, 99).string(8, 'w')),
      /unknown element type/,
      /"w"/,
    ],
  ];
  for (const [name, broken, message, place] of refused) {
    it(`refuses ${name} and says where`, () => {
      try {
        decodeModel(broken);
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        expect((error as InputError).message).toMatch(message);
        expect((error as InputError).fault.place).toMatch(place);
      }
    });
  }

  it('refuses what is not ONNX, and files over the limit', () => {
    for (const other of [
      new Uint8Array(0),
      new TextEncoder().encode('PK\u0003\u0004 zip'),
      new TextEncoder().encode('{"a": 1}'),
    ]) {
      expect(() => decodeModel(other)).toThrow(InputError);
    }
    expect(() => decodeModel(bytes, 'm.onnx', 10)).toThrow(/too large/);
  });

  it('every truncation decodes or is an InputError', () => {
    for (let length = 0; length < bytes.length; length++) settles(bytes.slice(0, length));
  });

  it('every mutation decodes or is an InputError', () => {
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const copy = bytes.slice();
        for (const [at, value] of changes) copy[at] = value;
        settles(copy);
      }),
      { numRuns: 1000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), settles), { numRuns: 500 });
  });
});

function settles(input: Uint8Array): void {
  try {
    decodeModel(input);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
}

describe('loadModel', () => {
  it('names the file in every error', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'napcert-'));
    const path = join(directory, 'broken.onnx');
    await expect(loadModel(path)).rejects.toMatchObject({
      fault: { file: path, found: 'no such file or folder' },
    });
    await writeFile(path, bytes.subarray(0, 40));
    await expect(loadModel(path)).rejects.toMatchObject({ fault: { file: path } });
    await writeFile(path, bytes);
    expect(await loadModel(path)).toMatchObject({ fileName: 'broken.onnx' });
    await expect(loadModel(path, 8)).rejects.toThrow(/too large/);
    await expect(loadModel(directory)).rejects.toBeInstanceOf(InputError);
  });
});
