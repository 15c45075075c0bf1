/** Queries about a tiny network: verdicts worked out by hand, certificates against the checker, forgeries. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModel } from '../../../src/api/open-model.js';
import { verifyQuery } from '../../../src/api/vnnlib/verify-query.js';
import { parseCertificate } from '../../../src/certificate/read-certificate.js';
import { checkCertificate } from '../../../src/checker/check-certificate.js';
import { encodeModel, tensor } from '../../../src/onnx/encode.js';
import { InputError } from '../../../src/util/errors.js';

let folder = '';
/** y0 = relu(x0 + x1) - relu(x0 - x1), y1 = relu(x0 + x1) + relu(x0 - x1). */
const MODEL = encodeModel({
  inputs: [{ name: 'x', type: 'float32', dims: [1, 2] }],
  outputs: [{ name: 'y', type: 'float32', dims: [1, 2] }],
  initializers: {
    w: tensor('float32', [2, 2], [1, 1, 1, -1]),
    v: tensor('float32', [2, 2], [1, 1, -1, 1]),
  },
  nodes: [
    { op: 'MatMul', inputs: ['x', 'w'], outputs: ['z'] },
    { op: 'Relu', inputs: ['z'], outputs: ['a'] },
    { op: 'MatMul', inputs: ['a', 'v'], outputs: ['y'] },
  ],
});

const HEAD =
  '(declare-const X_0 Real)(declare-const X_1 Real)(declare-const Y_0 Real)(declare-const Y_1 Real)\n' +
  '(assert (>= X_0 -1))(assert (<= X_0 1))(assert (>= X_1 -1))(assert (<= X_1 1))\n';
const TENSORS = (type: string): string =>
  `(vnnlib-version <2.0>)(declare-network f (declare-input X ${type} [1,2]) (declare-hidden Z ${type} [1,2] "z") (declare-output Y ${type} [1,2]))\n` +
  '(assert (>= X[0,0] -1))(assert (<= X[0,0] 1))(assert (>= X[0,1] -1))(assert (<= X[0,1] 1))\n';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vnnlib-'));
  writeFileSync(join(folder, 'm.onnx'), MODEL);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function decide(text: string, timeoutSeconds = 20) {
  const query = join(folder, 'q.vnnlib');
  const output = join(folder, 'q.cert.json');
  writeFileSync(query, text);
  const document = await verifyQuery({
    query,
    network: `f=${join(folder, 'm.onnx')}`,
    timeoutSeconds,
    output,
  });
  const { loaded, network } = await openModel(join(folder, 'm.onnx'));
  const certificate = parseCertificate(readFileSync(output, 'utf8'), output);
  const check = checkCertificate(certificate, { network, sha256: loaded.sha256 }, null);
  return { document, check, certificate, model: { network, sha256: loaded.sha256 } };
}

/** Verdicts by hand: y0 = relu(s) - relu(d), y1 = relu(s) + relu(d) with s = x0 + x1, d = x0 - x1 in the square |s| + |d| <= 2. */
const QUERIES: readonly (readonly [string, 'sat' | 'unsat'])[] = [
  ['(assert (>= Y_0 1.5))', 'sat'],
  ['(assert (>= Y_0 2.0001))', 'unsat'],
  // Neither alone is impossible: y0 >= 1 needs s >= 1 + d, -y0 >= 1 needs d >= 1 + s.
  ['(assert (>= Y_0 1))(assert (<= Y_0 -1))', 'unsat'],
  ['(assert (>= (+ Y_0 Y_1) 2.5))(assert (>= (- Y_1 Y_0) 2.5))', 'unsat'],
  ['(assert (>= (+ Y_0 Y_1) 0.5))(assert (>= (- Y_1 Y_0) 0.5))', 'sat'],
  ['(assert (or (>= Y_0 3) (and (<= X_0 -0.5) (<= Y_0 -1.2)) (>= (* 0.1 Y_1) 0.15)))', 'sat'],
  ['(assert (or (>= Y_0 3) (and (<= X_0 -0.5) (<= Y_0 -1.2)) (>= (* 0.1 Y_1) 0.25)))', 'unsat'],
  ['(assert (or (<= X_0 -0.9) (>= X_0 0.9)))(assert (or (<= Y_1 0) (>= Y_1 1.9)))', 'sat'],
  ['(assert (== Y_0 1.0))(assert (!= Y_1 1.0))', 'sat'],
  ['(assert (< X_0 -1))', 'unsat'],
  ['(assert (<= Y_0 -0.5))(assert (<= X_0 -1))(assert (>= X_0 -1))', 'unsat'],
];

describe('verdicts of queries', () => {
  it.each(QUERIES)('%s is %s', async (assertions, verdict) => {
    const { document, check } = await decide(HEAD + assertions);
    expect(document.verdict).toBe(verdict);
    expect(check.verdict).toBe('valid');
  });

  it.each(['(assert (> Y_0 2.0))', '(assert (> Y_0 Y_1))'])(
    '%s touches its region only with equality: no proof of the closed region, and no point either',
    async (assertions) => {
      const { document, check } = await decide(HEAD + assertions, 1);
      expect(['unknown', 'timed-out', 'unsat']).toContain(document.verdict);
      expect(check.verdict).toBe(document.verdict === 'unsat' ? 'valid' : 'incomplete');
    },
  );

  it('hidden nodes are signs of neurons, in both arithmetics', async () => {
    for (const type of ['real', 'float32']) {
      const off = await decide(`${TENSORS(type)}(assert (<= Z[0,0] 0))(assert (> Y[0,0] 0.25))`);
      expect(off.document.verdict).toBe('unsat');
      expect(off.check.verdict).toBe('valid');
      const on = await decide(`${TENSORS(type)}(assert (> Z[0,0] 0))(assert (> Y[0,0] 0.25))`);
      expect(on.document.verdict).toBe('sat');
      expect(on.check.verdict).toBe('valid');
      expect(on.document.assignment?.map(({ name }) => name)).toEqual(['X', 'Z', 'Y']);
    }
  });

  it('a float32 query is not a claim about real arithmetic', async () => {
    const { certificate } = await decide(`${TENSORS('float32')}(assert (> Y[0,0] 3.0))`);
    expect(certificate.predicate.arithmetic).toBe('float32');
  });

  it('packed files are read', async () => {
    writeFileSync(join(folder, 'm.onnx.gz'), gzipSync(MODEL));
    writeFileSync(join(folder, 'q.vnnlib.gz'), gzipSync(`${HEAD}(assert (> Y_0 3))`));
    const document = await verifyQuery({
      query: join(folder, 'q.vnnlib.gz'),
      network: `f=${join(folder, 'm.onnx.gz')}`,
      timeoutSeconds: 20,
    });
    expect(document.verdict).toBe('unsat');
  });

  it.each([
    ['(assert (<= (+ X_0 X_1) 1))', 'line 3, column 9'],
    ['(assert (<= X_0 Y_0))', 'line 3, column 9'],
  ])('%s is refused at its place', async (assertions, place) => {
    const error = await decide(HEAD + assertions).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).fault.place).toBe(place);
  });
});

describe('forged certificates about queries', () => {
  it('another text, a point outside or another verdict are rejected', async () => {
    const { certificate, model } = await decide(`${HEAD}(assert (>= Y_0 1.5))`);
    const forge = (edit: (copy: typeof certificate) => void) => {
      const copy = structuredClone(certificate);
      edit(copy);
      return checkCertificate(copy, model, null).verdict;
    };
    const [property] = certificate.predicate.properties;
    if (property?.property.kind !== 'query') throw new Error('a query is expected');
    const { text } = property.property;
    const rewrite = (copy: typeof certificate, to: string): void => {
      const own = copy.predicate.properties[0]!.property;
      if (own.kind === 'query') own.text = to;
    };
    expect(forge(() => {})).toBe('valid');
    expect(forge((copy) => rewrite(copy, text.replace('1.5', '1.6')))).toBe('invalid');
    expect(
      forge((copy) => {
        const { evidence } = copy.predicate.obligations[0]!;
        if (evidence.kind === 'counterexample') evidence.replay.point[0] = 1.5;
      }),
    ).toBe('invalid');
    expect(
      forge((copy) => {
        copy.predicate.properties[0]!.verdict = 'holds';
      }),
    ).toBe('invalid');
    expect(
      forge((copy) => {
        copy.predicate.domain = { kind: 'box', lower: 0, upper: 1 };
      }),
    ).toBe('invalid');
  });
});
