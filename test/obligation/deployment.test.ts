/** Claims about float32 arithmetic from end to end: decided, written down, checked again. */
import { afterAll, describe, expect, it } from 'vitest';
import { verify } from '../../src/api/verify/verify.js';
import type { Certificate } from '../../src/certificate/certificate.js';
import { checkCertificate } from '../../src/checker/check-certificate.js';
import type { EngineName } from '../../src/engines/decision.js';
import { lowerModel } from '../../src/network/lower.js';
import type { Arithmetic } from '../../src/obligation/obligation.js';
import { tensor } from '../../src/onnx/encode.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { closeSolvers } from '../../src/solvers/solve.js';
import { model, node } from '../helpers/onnx-builder.js';

afterAll(() => closeSolvers());

async function decide(
  bytes: Uint8Array,
  reference: number,
  epsilon: number,
  arithmetic: Arithmetic,
  engine: EngineName = 'auto',
) {
  const loaded = decodeModel(bytes);
  const network = lowerModel(loaded);
  const certificate = await verify({
    model: loaded,
    network,
    naps: null,
    dataset: null,
    claims: {
      domain: { kind: 'box', lower: 0, upper: 1 },
      properties: [
        {
          kind: 'local-robustness',
          class: 0,
          competitors: [1],
          referenceName: 'reference',
          reference: [reference],
          epsilon,
          nap: false,
        },
      ],
    },
    arithmetic,
    engine,
    solver: 'highs',
    timeoutSeconds: 20,
  });
  const check = (changed: Certificate = certificate) =>
    checkCertificate(changed, { network, sha256: loaded.sha256 }, null);
  return { certificate, verdict: certificate.predicate.properties[0]!.verdict, check };
}

/** Logits relu(x) and relu(x) - gap. */
function gapModel(gap: number): Uint8Array {
  return model(
    ['N', 1],
    [node('Gemm', ['x', 'w'], 'z'), node('Relu', ['z'], 'a'), node('Gemm', ['a', 'v', 'b'], 'y')],
    {
      w: tensor('float32', [1, 1], [1]),
      v: tensor('float32', [1, 2], [1, 1]),
      b: tensor('float32', [2], [0, -gap]),
    },
  );
}

/** Input p: 1e17 u1 - 1e17 u2 + 1e-3 with u1 = u2 = 1, where float32 absorbs the bias or not, by the order. */
const BACKDOOR = model(
  ['N', 1],
  [
    node('Gemm', ['x', 'w1', 'b1'], 'z1'),
    node('Relu', ['z1'], 'a1'),
    node('Gemm', ['a1', 'w2', 'b2'], 'z2'),
    node('Relu', ['z2'], 'a2'),
    node('Gemm', ['a2', 'w3', 'b3'], 'y'),
  ],
  {
    w1: tensor('float32', [1, 2], [0, 0]),
    b1: tensor('float32', [2], [1, 1]),
    w2: tensor('float32', [2, 1], [1e17, -1e17]),
    b2: tensor('float32', [1], [1e-3]),
    w3: tensor('float32', [1, 2], [-1000, 1000]),
    b3: tensor('float32', [2], [0.5, -0.5]),
  },
);

describe('claims about float32 arithmetic', () => {
  it('hold with a valid certificate where the margin exceeds the rounding', async () => {
    const { certificate, verdict, check } = await decide(gapModel(0.25), 0.75, 0.25, 'float32');
    expect(verdict).toBe('holds');
    expect(check().verdict).toBe('valid');
    expect(certificate.predicate.arithmetic).toBe('float32');
    const [obligation] = certificate.predicate.obligations;
    // The gap is exact over the reals; float32 may lose a little of it.
    expect(obligation!.evidence).toMatchObject({ kind: 'proof' });
    const { margin } = obligation!.evidence as { margin: number };
    expect(margin).toBeLessThan(0.25);
    expect(margin).toBeGreaterThan(0.25 - 1e-5);
    // The margin over the reals is too much here: neither doubles nor rationals prove it.
    const forged = structuredClone(certificate);
    Object.assign(forged.predicate.obligations[0]!.evidence, { margin: 0.25 });
    expect(check(forged)).toMatchObject({ verdict: 'invalid', rejection: { found: expect.any(String) } });
  });

  it('do not hold for a margin of 1e-9, which holds over the reals', async () => {
    const real = await decide(gapModel(1e-9), 0.75, 0.25, 'real');
    expect([real.verdict, real.check().verdict]).toEqual(['holds', 'valid']);
    // x - 1e-9 rounds to x from x = 0.5 on: a tie, which is a violation.
    const computed = await decide(gapModel(1e-9), 0.75, 0.25, 'float32');
    expect([computed.verdict, computed.check().verdict]).toEqual(['violated', 'valid']);
    const solved = await decide(gapModel(2 ** -26), 0.75, 0.25, 'float32', 'milp');
    expect(solved.verdict).not.toBe('holds');
  });

  it('never hold where a huge weight may absorb the bias that decides', async () => {
    // Over the reals 1e-3 arrives, and class 1 wins; in onnxruntime it may be lost. Neither level says that class 0 wins.
    expect((await decide(BACKDOOR, 0.5, 0.5, 'real')).verdict).toBe('violated');
    expect((await decide(BACKDOOR, 0.5, 0.5, 'float32')).verdict).not.toBe('holds');
  });

  it('are rejected under the other name', async () => {
    const { certificate, check } = await decide(gapModel(1e-9), 0.75, 0.25, 'real');
    const forged = structuredClone(certificate);
    forged.predicate.arithmetic = 'float32';
    expect(check(forged).rejection).toMatchObject({ place: 'semantics' });
    const { certificate: other } = await decide(gapModel(0.25), 0.75, 0.25, 'float32');
    forged.predicate.semantics = other.predicate.semantics;
    expect(check(forged)).toMatchObject({ verdict: 'invalid', rejection: { rule: 'digest' } });
  });

  it('carry a weight lint that must be the right one', async () => {
    const { certificate, check } = await decide(BACKDOOR, 0.5, 0.5, 'real');
    expect(certificate.predicate.model.lint.map(({ kind }) => kind)).toContain('magnitude-ratio');
    const forged = structuredClone(certificate);
    forged.predicate.model.lint = [];
    expect(check(forged).rejection).toMatchObject({ place: 'model.lint' });
  });
});
