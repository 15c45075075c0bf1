/** Input files that are wrong in one way each, written into a folder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zipSync } from 'fflate';
import { type ModelSpec, tensor } from '../../src/onnx/encode.js';
import { WireWriter } from '../../src/onnx/wire-writer.js';
import { matrix, TINY, TINY_CSV, tinyModel, vector } from './tiny-model.js';

const { initializers } = TINY;

function appended(...nodes: ModelSpec['nodes']): ModelSpec['nodes'] {
  return [...TINY.nodes, ...nodes];
}

const MODELS: Readonly<Record<string, Partial<ModelSpec>>> = {
  sigmoid: {
    nodes: appended({ op: 'Sigmoid', name: 'squash', inputs: ['logits'], outputs: ['p'] }),
    outputs: [{ name: 'p' }],
  },
  'custom-domain': {
    nodes: appended({ op: 'Relu', name: 'mine', domain: 'com.example', inputs: ['logits'], outputs: ['p'] }),
    outputs: [{ name: 'p' }],
  },
  nan: { initializers: { ...initializers, w1: matrix(1, Number.NaN, 0, 1) } },
  infinite: { initializers: { ...initializers, b2: vector(0, Number.POSITIVE_INFINITY) } },
  cycle: {
    nodes: [
      { op: 'Add', name: 'snake', inputs: ['x', 'tail'], outputs: ['head'] },
      { op: 'Relu', name: 'eats', inputs: ['head'], outputs: ['tail'] },
    ],
    outputs: [{ name: 'tail' }],
  },
  'gemm-shape': { initializers: { ...initializers, w2: tensor('float32', [3, 2], [1, 0, 0, 1, 0, 0]) } },
  'tensor-size': { initializers: { ...initializers, w1: tensor('float32', [2, 2], [1, 0, 0]) } },
  opset: { opset: 99 },
  'two-inputs': { inputs: [...TINY.inputs, { name: 'extra', type: 'float32', dims: ['n', 2] }] },
  'two-outputs': { outputs: [...TINY.outputs, { name: 'a' }] },
  'no-output': { outputs: [] },
  'twice-named': {
    nodes: appended({ op: 'Relu', name: 'copycat', inputs: ['z'], outputs: ['a'] }),
  },
  'missing-tensor': {
    nodes: [{ op: 'Gemm', name: 'fc1', inputs: ['x', 'nowhere', 'b1'], outputs: ['logits'] }],
  },
  'constant-output': {
    nodes: [{ op: 'Relu', name: 'alone', inputs: ['w1'], outputs: ['logits'] }],
  },
  'dynamic-axis': { inputs: [{ name: 'x', type: 'float32', dims: ['batch', 'width'] }] },
  'integer-input': { inputs: [{ name: 'x', type: 'int64', dims: ['batch', 2] }] },
  'no-shape': { inputs: [{ name: 'x', type: 'float32' }] },
  attribute: {
    nodes: [
      TINY.nodes[0]!,
      {
        op: 'LeakyRelu',
        name: 'steep',
        inputs: ['z'],
        outputs: ['a'],
        attributes: { alpha: { kind: 'float', value: 2 } },
      },
      TINY.nodes[2]!,
    ],
  },
};

/** A second graph merges into the first: one more initializer, stored in another file. */
function withExternalData(): Uint8Array {
  const writer = new WireWriter();
  writer.message(7, (graph) =>
    graph.message(5, (weight) => {
      weight.int(1, 2).int(2, 1).string(8, 'outside');
      weight.message(13, (entry) => entry.string(1, 'location').string(2, 'weights.bin'));
      weight.int(14, 1);
    }),
  );
  return Buffer.concat([tinyModel(), writer.finish()]);
}

/** IDX bytes of unsigned bytes. */
function idx(shape: readonly number[], data: readonly number[]): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((side, axis) => {
    header.writeUInt32BE(side, 4 + 4 * axis);
  });
  return Buffer.concat([header, Uint8Array.from(data)]);
}

/** An archive whose directory promises more than any limit allows. */
function zipBomb(): Uint8Array {
  const bytes = Buffer.from(zipSync({ 'x.npy': new Uint8Array(1000), 'y.npy': new Uint8Array(10) }));
  const entry = bytes.indexOf(Buffer.from('PK\u0001\u0002'));
  bytes.writeUInt32LE(0xfffffff0, entry + 24);
  return bytes;
}

/** Writes all of them; `tiny.onnx` and `tiny.csv` are the good ones. */
export function writeMalformedFiles(folder: string): void {
  const write = (name: string, content: string | Uint8Array): void => {
    writeFileSync(join(folder, name), content);
  };
  const good = tinyModel();
  write('tiny.onnx', good);
  write('tiny.csv', TINY_CSV);
  for (const [name, changes] of Object.entries(MODELS)) write(`${name}.onnx`, tinyModel(changes));
  write('other.onnx', tinyModel({ producer: 'somebody else' }));
  write('external.onnx', withExternalData());
  write('empty.onnx', '');
  write('truncated.onnx', good.subarray(0, good.length >> 1));
  write('text.onnx', 'this is no model\n');
  write('png.onnx', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a));
  mkdirSync(join(folder, 'folder.onnx'));

  write('ragged.csv', 'x0,x1,label\n1,2,0\n3,1\n');
  write('word.csv', 'x0,x1,label\n1,2,0\n1,two,1\n');
  write('nan.csv', 'x0,x1,label\n1,2,0\n1,NaN,1\n');
  write('overflow.csv', 'x0,x1,label\n1,2,0\n1,1e300,1\n');
  write('gap.csv', 'x0,x1,label\n1,2,0\n1,2,2\n');
  write('three.csv', 'x0,x1,label\n1,2,0\n1,2,1\n1,2,2\n');
  write('negative.csv', 'x0,x1,label\n1,2,0\n1,2,-1\n');
  write('wide.csv', 'x0,x1,x2,label\n1,2,3,0\n1,2,3,1\n');
  write('header-only.csv', 'x0,x1,label\n');
  write('empty.csv', '');
  write('quote.csv', 'x0,x1,label\n1,"2,0\n');
  write('one-class.csv', 'x0,x1,label\n1,-1,0\n2,-1,0\n');
  write('short-images-idx3-ubyte', idx([2, 1, 2], [1, 2, 3, 4]).subarray(0, 18));
  write('few-images-idx3-ubyte', idx([2, 1, 2], [1, 2, 3, 4]));
  write('few-labels-idx1-ubyte', idx([3], [0, 1, 0]));
  write('lonely-images-idx3-ubyte', idx([2, 1, 2], [1, 2, 3, 4]));
  write('big-images-idx3-ubyte', idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]));
  write('big-labels-idx1-ubyte', idx([2], [0, 1]));
  const packed = gzipSync(idx([2, 1, 2], [1, 2, 3, 4]));
  write('damaged-images-idx3-ubyte.gz', packed.subarray(0, packed.length - 6));
  write('bomb.npz', zipBomb());
  write(
    'header.npy',
    Buffer.concat([
      Buffer.from('\u0093NUMPY\u0001\u0000\u0010\u0000', 'latin1'),
      Buffer.from('no dictionary  \n'),
    ]),
  );
  write('what.bin', 'neither this nor that');
  mkdirSync(join(folder, 'no-pictures'));
}

/** NAP files made from a good one (`good.nap.json` with classes 0 and 1, tensor `z` of two neurons). */
export function writeMalformedNaps(folder: string, good: string): void {
  const variant = (name: string, change: (file: NapDocument) => void): void => {
    const file = JSON.parse(good) as NapDocument;
    change(file);
    writeFileSync(join(folder, `${name}.nap.json`), JSON.stringify(file));
  };
  writeFileSync(join(folder, 'syntax.nap.json'), good.slice(0, good.length >> 1));
  writeFileSync(join(folder, 'list.nap.json'), '[]');
  variant('unknown-key', (file) => {
    file['extra'] = 1;
  });
  variant('format', (file) => {
    file['format'] = 'napcert-nap/9';
  });
  variant('delta', (file) => {
    file['delta'] = '0.4';
  });
  variant('index', (file) => {
    file.classes[0]!.literals[0]!.active = [2];
  });
  variant('descending', (file) => {
    file.classes[0]!.literals[0]!.active = [1, 0];
  });
  variant('tensor', (file) => {
    file.classes[1]!.literals[0]!.tensor = 'hidden';
  });
  variant('both', (file) => {
    file.classes[0]!.literals[0]!.inactive = [0];
  });
  variant('class', (file) => {
    file.classes[1]!.class = 7;
    file['overlap'] = [];
  });
  variant('repeated-class', (file) => {
    file.classes[1]!.class = 0;
    file['overlap'] = [];
  });
}

interface NapDocument extends Record<string, unknown> {
  classes: { class: number; literals: { tensor: string; active: number[]; inactive: number[] }[] }[];
}

const SPECS: Readonly<Record<string, string>> = {
  'unknown-key': 'napcert: 1\nproperties:\n  - kind: non-ambiguity\n    pears: [[0, 1]]\n',
  'top-key': 'napcert: 1\ncolour: red\nproperties:\n  - kind: non-ambiguity\n',
  syntax: 'napcert: 1\nproperties: [\n',
  tab: 'napcert: 1\nproperties:\n\t- kind: non-ambiguity\n',
  version: 'napcert: 2\nproperties:\n  - kind: non-ambiguity\n',
  none: 'napcert: 1\nproperties: []\n',
  kind: 'napcert: 1\nproperties:\n  - kind: fairness\n',
  epsilon:
    'napcert: 1\nproperties:\n  - kind: local-robustness\n    epsilon: -0.1\n    reference: {input: [0.5, 0.5]}\n',
  length:
    'napcert: 1\nproperties:\n  - kind: local-robustness\n    epsilon: 0.1\n    reference: {input: [0.5]}\n',
  class: 'napcert: 1\nproperties:\n  - kind: non-misclassification\n    classes: [9]\n',
  competitor:
    'napcert: 1\nproperties:\n  - kind: non-misclassification\n    classes: [0]\n    competitors: [0]\n',
  pair: 'napcert: 1\nproperties:\n  - kind: non-ambiguity\n    pairs: [[1, 1]]\n',
  domain: 'napcert: 1\ndomain: {lower: 1, upper: 0}\nproperties:\n  - kind: non-ambiguity\n',
  sample:
    'napcert: 1\nproperties:\n  - kind: local-robustness\n    epsilon: 0.1\n    reference: {data: tiny.csv, sample: 99}\n',
  twice: 'napcert: 1\nnapcert: 1\nproperties:\n  - kind: non-ambiguity\n',
};

export function writeMalformedSpecs(folder: string): void {
  for (const [name, text] of Object.entries(SPECS)) writeFileSync(join(folder, `${name}.yaml`), text);
}
