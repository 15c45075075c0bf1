/** guard from model, NAPs and certificate: what is certified, what is refused, and where the flag's float semantics end. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guard } from '../../src/api/guard/guard.js';
import { OUTPUTS } from '../../src/api/guard/guard-graph.js';
import { mine } from '../../src/api/mine.js';
import { verifyFiles } from '../../src/api/verify-files.js';
import { exactSampleEvaluator } from '../../src/mining/exact-signs.js';
import { lowerModel } from '../../src/network/lower.js';
import { tensor } from '../../src/onnx/encode.js';
import { exposeOutputs } from '../../src/onnx/expose-outputs.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { DOCUMENTS } from '../../src/report/documents/index.js';
import { sha256 } from '../../src/util/digest.js';
import { randoms } from '../helpers/onnx-builder.js';
import { opened } from '../helpers/run-onnx.js';
import { matrix, TINY, tinyModel, vector } from '../helpers/tiny-model.js';

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-guard-'));
  // z = x - 1/2, logits (1 + relu(z0), relu(z1)): NAP 0 is z0 > 0, z1 <= 0, and class 0 always wins; so class 0 holds, class 1 not.
  const biased = { ...TINY.initializers, b1: vector(-0.5, -0.5), b2: vector(1, 0) };
  writeFileSync(at('model.onnx'), tinyModel({ initializers: biased }));
  writeFileSync(at('data.csv'), 'x0,x1,label\n1,0,0\n0.75,0.25,0\n0,1,1\n0.25,0.75,1\n');
  await certify('model');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function certify(name: string): Promise<void> {
  const model = at(`${name}.onnx`);
  await mine({
    model,
    data: at('data.csv'),
    deltas: ['1'],
    grouping: 'label',
    samples: 'all',
    output: at(`${name}.nap.json`),
  });
  await verifyFiles({
    model,
    naps: at(`${name}.nap.json`),
    claims: { properties: ['non-misclassification'] },
    engine: 'auto',
    solver: 'glpk',
    timeoutSeconds: 60,
    jobs: 1,
    output: at(`${name}.cert.json`),
  });
}

const options = (certificate = 'model.cert.json') => ({
  model: at('model.onnx'),
  certificate: at(certificate),
  output: at('guarded.onnx'),
});

async function run(bytes: Uint8Array, ...points: readonly (readonly number[])[]) {
  const outputs = await (await opened(bytes))(Float32Array.from(points.flat()), [points.length, 2]);
  const list = (name: string) => [...(outputs[name]!.data as Uint8Array)];
  return {
    follows: list(OUTPUTS.follows),
    distance: list(OUTPUTS.distance),
    certified: list(OUTPUTS.certified).map(Boolean),
  };
}

describe('guard', () => {
  it('certifies the class that is proved, says why not the other, and records both digests', async () => {
    const document = DOCUMENTS.guard.parse(await guard({ ...options(), naps: at('model.nap.json') }));
    expect(document.certificate.verdict).toBe('valid');
    expect(document.classes).toEqual([
      { class: 0, literals: 2, certified: true, why: null },
      { class: 1, literals: 2, certified: false, why: 'the certificate says "violated"' },
    ]);
    const bytes = readFileSync(at('guarded.onnx'));
    expect(document.output?.sha256).toBe(sha256(bytes));
    const metadata = new Map(decodeModel(bytes).model.metadata.map(({ key, value }) => [key, value]));
    expect(metadata.get('napcert.model.sha256')).toBe(sha256(readFileSync(at('model.onnx'))));
    expect(metadata.get('napcert.certificate.sha256')).toBe(sha256(readFileSync(at('model.cert.json'))));
    expect(metadata.get('napcert.certified-classes')).toBe('0');
  });

  it('at z = 0 literals are read as they were mined: > 0 is active, 0 is inactive', async () => {
    await guard(options());
    const bytes = readFileSync(at('guarded.onnx'));
    const above = 0.5 + 2 ** -24;
    // NAP 0: z0 > 0 and z1 <= 0, and the other way round for NAP 1; z = x - 1/2 is exact here.
    expect(await run(bytes, [above, 0.5], [0.5, 0.5], [above, above], [0.5, above])).toEqual({
      follows: [1, 0, 0, 0, 0, 0, 0, 1],
      distance: [0, 2, 1, 1, 1, 1, 2, 0],
      // The last one follows NAP 1 but gets class 0: nothing is proved for it.
      certified: [true, false, false, false],
    });
  });

  it('near z = 0 the flag follows the computed sign, which is not always the exact one', async () => {
    // Weights and inputs whose products round; x1 is chosen so that z0 = w0 x0 + w1 x1 is about 0.
    const rounding = {
      ...TINY.initializers,
      w1: matrix(0.7, 0, -0.9, 1),
      b1: vector(0, -2),
      b2: vector(1, 0),
    };
    writeFileSync(at('rounding.onnx'), tinyModel({ initializers: rounding }));
    writeFileSync(at('data.csv'), 'x0,x1,label\n1,0,0\n0.75,0.25,0\n0,1,1\n0.25,0.75,1\n');
    await certify('rounding');
    await guard({ ...options('rounding.cert.json'), model: at('rounding.onnx') });
    const points = [...randoms(400, 3)].map((draw) => {
      const x0 = Math.fround(Math.abs(draw));
      return [x0, Math.fround((Math.fround(0.7) * x0) / Math.fround(0.9))];
    });
    const original = readFileSync(at('rounding.onnx'));
    const hidden = await (await opened(exposeOutputs(original, ['z'])))(
      Float32Array.from(points.flat()),
      [400, 2],
    );
    const computed = points.map((_, row) => (hidden['z']!.data as Float32Array)[2 * row]! > 0);
    const { certified } = await run(readFileSync(at('guarded.onnx')), ...points);
    expect(certified).toEqual(computed);
    const exact = exactSampleEvaluator(lowerModel(decodeModel(original)));
    const differ = points.filter(
      (point, row) => (exact(Float64Array.from(point)).active[0] === 1) !== computed[row],
    );
    expect(differ.length).toBeGreaterThan(0);
  });

  it('a certificate that proves another region is rejected, and nothing is written', async () => {
    const text = readFileSync(at('model.cert.json'), 'utf8');
    const certificate = JSON.parse(text);
    for (const entry of certificate.predicate.naps.classes) entry.literals = [];
    writeFileSync(at('forged.cert.json'), JSON.stringify(certificate));
    rmSync(at('guarded.onnx'), { force: true });
    const document = await guard(options('forged.cert.json'));
    expect(document).toMatchObject({ certificate: { verdict: 'invalid' }, output: null });
    expect(document.classes.some(({ certified }) => certified)).toBe(false);
    expect(() => readFileSync(at('guarded.onnx'))).toThrow();
  });

  it('refuses a certificate of another model, NAPs of another file, a guarded model and an output that is an input', async () => {
    writeFileSync(
      at('other.onnx'),
      tinyModel({ initializers: { ...TINY.initializers, b2: tensor('float32', [2], [3, 0]) } }),
    );
    expect(await guard({ ...options(), model: at('other.onnx') })).toMatchObject({
      certificate: { verdict: 'invalid' },
      output: null,
    });
    await expect(guard({ ...options(), output: at('model.onnx') })).rejects.toThrow('would replace an input');
    await guard(options());
    await expect(
      guard({ ...options(), model: at('guarded.onnx'), output: at('twice.onnx') }),
    ).rejects.toThrow();
  });
});
