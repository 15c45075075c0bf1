/**
 * Wrong input of many kinds. Each ends with exit code 2, an empty stdout, and one message that names the file
 * (or option) and the place in it; never with a stack trace and never with an output file.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeMalformedFiles, writeMalformedNaps, writeMalformedSpecs } from '../helpers/malformed-files.js';
import { runCli } from '../helpers/run-cli.js';

let folder: string;
const cli = (...args: readonly string[]) => runCli(args, { cwd: folder });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-malformed-'));
  writeMalformedFiles(folder);
  const mined = await cli('mine', 'tiny.onnx', '--data', 'tiny.csv', '--delta', '1', '-o', 'good.nap.json');
  expect(mined.code).toBe(0);
  writeMalformedNaps(folder, readFileSync(join(folder, 'good.nap.json'), 'utf8'));
  writeMalformedSpecs(folder);
  const robust = 'kind: local-robustness\n    epsilon: 0.1\n    reference:';
  writeFileSync(join(folder, 'one.yaml'), `napcert: 1\nproperties:\n  - ${robust} {input: [0, 0]}\n`);
  writeFileSync(join(folder, 'short.yaml'), `napcert: 1\nproperties:\n  - ${robust} {input: [0]}\n`);
  writeFileSync(join(folder, 'plain'), 'a file, no folder');
  writeFileSync(join(folder, 'cert.json'), '{"_type": "https://in-toto.io/Statement/v1"}');
  writeFileSync(join(folder, 'broken.json'), '{"_type": ');
  writeFileSync(join(folder, 'twice.json'), '{"_type": 1, "_type": 2}');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is wrong, what the message must name (file or option), and the place or reason it must give. */
type Case = readonly [what: string, args: readonly string[], names: string, reason: RegExp];

async function refused([, args, names, reason]: Case): Promise<void> {
  const { code, stdout, stderr } = await cli(...args, '--quiet');
  expect(stderr).not.toMatch(/^\s+at |node:internal|internal error/m);
  expect(stderr).toContain(names);
  expect(stderr).toMatch(reason);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(existsSync(join(folder, 'never.json'))).toBe(false);
}

const model = (file: string, what: string, reason: RegExp): Case => [
  what,
  ['evaluate', file, '--data', 'tiny.csv'],
  file,
  reason,
];

describe.concurrent('models', () => {
  it.each([
    model('absent.onnx', 'missing file', /no such file/),
    model('folder.onnx', 'folder instead of a file', /folder/),
    model('empty.onnx', 'empty file', /not an ONNX file|no graph/),
    model('truncated.onnx', 'truncated file', /truncated|beyond|ends|byte/i),
    model('text.onnx', 'text', /byte|ONNX/),
    model('png.onnx', 'wrong magic', /byte|ONNX/),
    model('sigmoid.onnx', 'unsupported operator', /"squash".*Sigmoid is not supported/),
    model('custom-domain.onnx', 'operator of another domain', /"mine".*com\.example\.Relu/),
    model('nan.onnx', 'NaN weight', /w1.*[\s\S]*NaN/),
    model('infinite.onnx', 'infinite weight', /b2.*[\s\S]*Infinity/),
    model('cycle.onnx', 'cyclic graph', /cycle/),
    model('gemm-shape.onnx', 'shapes that do not match', /"fc2"/),
    model('tensor-size.onnx', 'tensor with too few elements', /w1/),
    model('external.onnx', 'external data', /outside.*[\s\S]*external/),
    model('opset.onnx', 'operator set from the future', /opset_import.*[\s\S]*99/),
    model('two-inputs.onnx', 'two inputs', /x, extra/),
    model('two-outputs.onnx', 'two outputs', /logits, a/),
    model('no-output.onnx', 'no output', /exactly one output/),
    model('twice-named.onnx', 'tensor name used twice', /"copycat".*"a" is used twice/),
    model('missing-tensor.onnx', 'tensor that does not exist', /"fc1".*"nowhere" does not exist/),
    model('constant-output.onnx', 'output that does not depend on the input', /alone|logits/),
    model('dynamic-axis.onnx', 'dynamic feature axis', /"x".*[\s\S]*width/),
    model('integer-input.onnx', 'integer input', /"x".*float32/),
    model('no-shape.onnx', 'input without a shape', /"x".*shape/),
    model('attribute.onnx', 'leaky ReLU with slope 2', /"steep"/),
  ])('%s', (...entry) => refused(entry));
});

const data = (file: string, what: string, reason: RegExp, ...options: string[]): Case => [
  what,
  ['evaluate', 'tiny.onnx', '--data', file, ...options],
  file,
  reason,
];

describe.concurrent('datasets', () => {
  it.each([
    data('absent.csv', 'missing file', /no such file/),
    data('what.bin', 'unknown format', /format of the dataset is not known/),
    data('ragged.csv', 'ragged table', /line 3/),
    data('word.csv', 'word among numbers', /line 3.*[\s\S]*two/),
    data('nan.csv', 'NaN', /line 3.*[\s\S]*NaN/),
    data('overflow.csv', 'number beyond float32', /sample 1, feature 1/),
    data('gap.csv', 'label gap', /label|class/),
    data('three.csv', 'label out of the range of the model', /label of sample 2.*[\s\S]*0 to 1/),
    data('negative.csv', 'negative label', /line 3|label/),
    data('wide.csv', 'wrong number of features', /2 numbers per sample/),
    data('header-only.csv', 'no rows', /empty/),
    data('empty.csv', 'empty file', /empty/),
    data('quote.csv', 'open quote', /line 2|quote/),
    data('short-images-idx3-ubyte', 'truncated IDX', /truncated|labels/, '--labels', 'few-labels-idx1-ubyte'),
    data('few-images-idx3-ubyte', 'three labels for two images', /2 labels[\s\S]*3 labels/),
    [
      'images without labels',
      ['evaluate', 'tiny.onnx', '--data', 'lonely-images-idx3-ubyte'],
      'lonely-labels-idx1-ubyte',
      /no such file/,
    ],
    data('big-images-idx3-ubyte', 'images of another size than the model takes', /2 numbers per sample/),
    data('damaged-images-idx3-ubyte.gz', 'damaged gzip', /gzip/, '--labels', 'few-labels-idx1-ubyte'),
    data('bomb.npz', 'archive that promises 4 GB', /too large|at most|limit/i),
    data('header.npy', 'broken NPY header', /header/),
    data('no-pictures', 'folder without pictures', /folder|PNG/i),
    [
      'split that is no split',
      ['evaluate', 'tiny.onnx', '--data', 'tiny.csv', '--split', 'half'],
      '--split',
      /"half"/,
    ],
    data('tiny.csv', 'split beyond the end', /--split.*[\s\S]*first:7/, '--split', 'first:7'),
    data('tiny.csv', 'absent label column', /species/, '--label-column', 'species'),
    data('tiny.csv', 'labels for a table', /--labels/, '--labels', 'few-labels-idx1-ubyte'),
  ] satisfies Case[])('%s', (...entry) => refused(entry));
});

const mine = (what: string, names: string, reason: RegExp, ...options: string[]): Case => [
  what,
  ['mine', 'tiny.onnx', '--data', 'tiny.csv', ...options],
  names,
  reason,
];

describe.concurrent('options and outputs of mine', () => {
  const delta = (text: string) => ['--delta', text, '-o', 'never.json'];
  it.each([
    mine('delta 0.4', '--delta', /0\.5 < delta[\s\S]*0\.4/, ...delta('0.4')),
    mine('delta 0.5', '--delta', /0\.5 < delta/, ...delta('0.5')),
    mine('delta above 1', '--delta', /1\.01/, ...delta('1.01')),
    mine('delta that is no number', '--delta', /"abc"/, ...delta('abc')),
    mine('delta in exponent form', '--delta', /"9e-1"/, ...delta('9e-1')),
    mine('the same delta twice', '--delta', /twice/, ...delta('1,1.0')),
    mine('several deltas into one file', 'never.json', /\{delta\}/, ...delta('1,0.9')),
    mine('limit 0', '--limit', /"0"/, ...delta('1'), '--limit', '0'),
    mine('output in a missing folder', 'no/where.json', /folder/, '--delta', '1', '-o', 'no/where.json'),
    mine('output that is a folder', 'folder.onnx', /a folder/, '--delta', '1', '-o', 'folder.onnx'),
    mine('output below a file', 'plain/x.json', /not a folder/, '--delta', '1', '-o', 'plain/x.json'),
    mine(
      'held-out samples used for mining',
      '--held-out',
      /also used/,
      ...delta('1'),
      '--held-out',
      'first:1',
    ),
    [
      'a class without samples',
      ['mine', 'tiny.onnx', '--data', 'one-class.csv', ...delta('1')],
      'one-class.csv',
      /none of class 1/,
    ],
  ] satisfies Case[])('%s', (...entry) => refused(entry));
});

const naps = (file: string, what: string, reason: RegExp): Case => [
  what,
  ['coverage', 'tiny.onnx', '--naps', file, '--data', 'tiny.csv'],
  file,
  reason,
];

describe.concurrent('NAP files', () => {
  it.each([
    naps('absent.nap.json', 'missing file', /no such file/),
    naps('syntax.nap.json', 'broken JSON', /JSON/),
    naps('list.nap.json', 'a list', /object/),
    naps('unknown-key.nap.json', 'unknown key', /extra/),
    naps('format.nap.json', 'unknown format', /format/),
    naps('delta.nap.json', 'delta out of range', /delta.*[\s\S]*0\.4/),
    naps('index.nap.json', 'index out of range', /classes\[0\]\.literals\[0\]\.active\[0\].*[\s\S]*0 to 1/),
    naps('descending.nap.json', 'indices not ascending', /classes\[0\]\.literals\[0\]\.active\[1\]/),
    naps('tensor.nap.json', 'unknown tensor', /classes\[1\]\.literals\[0\]\.tensor.*[\s\S]*"hidden"/),
    naps('both.nap.json', 'neuron both active and inactive', /classes\[0\]\.literals\[0\].*both/),
    naps('class.nap.json', 'class out of range', /classes\[1\]\.class.*[\s\S]*7/),
    naps('repeated-class.nap.json', 'class listed twice', /classes\[1\]\.class/),
    [
      'NAPs of another model',
      ['coverage', 'other.onnx', '--naps', 'good.nap.json', '--data', 'tiny.csv'],
      'good.nap.json',
      /model\.sha256.*another model/,
    ],
  ] satisfies Case[])('%s', (...entry) => refused(entry));
});

const verify = (what: string, names: string, reason: RegExp, ...options: string[]): Case => [
  what,
  ['verify', 'tiny.onnx', '--naps', 'good.nap.json', '-o', 'never.json', ...options],
  names,
  reason,
];
const spec = (file: string, what: string, reason: RegExp): Case => verify(what, file, reason, '--spec', file);

describe.concurrent('specifications and options of verify', () => {
  it.each([
    spec('absent.yaml', 'missing specification', /no such file/),
    spec('unknown-key.yaml', 'unknown key of a property', /line [34].*[\s\S]*pears/),
    spec('top-key.yaml', 'unknown key at the top', /colour/),
    spec('syntax.yaml', 'broken YAML', /line \d/),
    spec('tab.yaml', 'tab as indentation', /line 3/),
    spec('version.yaml', 'unknown version', /line 1/),
    spec('none.yaml', 'no properties', /properties/),
    spec('kind.yaml', 'unknown kind of property', /line 3/),
    spec('epsilon.yaml', 'negative epsilon', /line 4.*[\s\S]*-0\.1/),
    spec('twice.yaml', 'key given twice', /line 2/),
    spec('length.yaml', 'reference of the wrong length', /2 numbers/),
    spec('class.yaml', 'class that the model lacks', /class 9/),
    spec('competitor.yaml', 'competitor that is the class', /itself/),
    spec('pair.yaml', 'pair of one class', /two different classes/),
    spec('domain.yaml', 'empty domain', /lower <= upper/),
    verify('sample that does not exist', 'tiny.csv', /below 6/, '--spec', 'sample.yaml'),
    verify('class out of range', '--class', /0 to 1/, '--class', '2'),
    verify('class that is no number', '--class', /"a"/, '--class', 'a'),
    verify('class given twice', '--class', /"0,0"/, '--class', '0,0'),
    verify('competitor out of range', '--competitor', /0 to 1/, '--competitor', '5'),
    verify(
      'only competitor is the class',
      '',
      /no competitor is left for class 0/,
      '--class',
      '0',
      '--competitor',
      '0',
      '--property',
      'non-misclassification',
    ),
    verify('domain upside down', '--domain', /LOW <= HIGH/, '--domain', '1,0'),
    verify('domain of three numbers', '--domain', /"0,1,2"/, '--domain', '0,1,2'),
    verify('unknown domain', '--domain', /unit, unbounded/, '--domain', 'sphere'),
    verify('domain given twice', '--domain', /given twice/, '--domain', 'unit', '--spec', 'one.yaml'),
    verify(
      'reference of the wrong length without a class',
      'short.yaml',
      /2 numbers/,
      '--spec',
      'short.yaml',
    ),
    verify('unknown kind', '--property', /"fairness"/, '--property', 'fairness'),
    verify('timeout 0', '--timeout', /"0"/, '--timeout', '0'),
    verify('timeout that is no number', '--timeout', /"soon"/, '--timeout', 'soon'),
    verify('unknown solver', '--solver', /glpk, highs/, '--solver', 'cplex'),
    verify('unknown engine', '--engine', /auto, bab, milp/, '--engine', 'magic'),
    ['no NAPs at all', ['verify', 'tiny.onnx', '-o', 'never.json'], '', /nothing to decide|--naps/],
    [
      'output in a missing folder',
      ['verify', 'tiny.onnx', '--naps', 'good.nap.json', '-o', 'no/where.json'],
      'no/where.json',
      /folder/,
    ],
  ] satisfies Case[])('%s', (...entry) => refused(entry));
});

describe.concurrent('certificates', () => {
  it.each([
    ['missing file', ['check', 'absent.json', '--model', 'tiny.onnx'], 'absent.json', /no such file/],
    ['folder', ['check', 'folder.onnx', '--model', 'tiny.onnx'], 'folder.onnx', /found: +a folder/],
    ['broken JSON', ['check', 'broken.json', '--model', 'tiny.onnx'], 'broken.json', /not valid JSON/],
    ['key given twice', ['check', 'twice.json', '--model', 'tiny.onnx'], 'twice.json', /_type/],
    ['another document', ['check', 'cert.json', '--model', 'tiny.onnx'], 'cert.json', /subject/],
    [
      'NAP file',
      ['check', 'good.nap.json', '--model', 'tiny.onnx'],
      'good.nap.json',
      /expected: a certificate .*\n\s+found: +a NAP file/,
    ],
  ] satisfies Case[])('%s', (...entry) => refused(entry));
});
