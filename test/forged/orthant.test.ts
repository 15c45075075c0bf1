/** Certificates about the orthant: what holds by hand, and forgeries of it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../../src/api/verify/verify.js';
import { type Certificate, semanticsOf } from '../../src/certificate/certificate.js';
import { checkCertificate } from '../../src/checker/check-certificate.js';
import { lowerModel } from '../../src/network/lower.js';
import type { Network } from '../../src/network/network.js';
import { encodeModel, int, tensor } from '../../src/onnx/encode.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import type { Domain } from '../../src/spec/property.js';

// a = relu(x - y, y - x, x + y), logits = (a0 + a2, a1 + a2 / 2). Where x >= y >= 0 the lead of class 0 is 3x/2 - y/2 >= (x + y) / 2,
// with equality at x = y: 1/2 on the cross-section, and 0 at the origin alone.
function model(hidden: readonly number[] = [0, 0, 0], last: readonly number[] = [0, 0]) {
  const gemm = (from: string, k: number, to: string) =>
    ({
      op: 'Gemm',
      inputs: [from, `w${k}`, `b${k}`],
      outputs: [to],
      attributes: { transB: int(1) },
    }) as const;
  return decodeModel(
    encodeModel({
      nodes: [gemm('x', 0, 'z'), { op: 'Relu', inputs: ['z'], outputs: ['a'] }, gemm('a', 1, 'y')],
      initializers: {
        w0: tensor('float32', [3, 2], [1, -1, -1, 1, 1, 1]),
        b0: tensor('float32', [3], hidden),
        w1: tensor('float32', [2, 3], [1, 0, 1, 0, 1, 0.5]),
        b1: tensor('float32', [2], last),
      },
      inputs: [{ name: 'x', type: 'float32', dims: ['batch', 2] }],
      outputs: [{ name: 'y', type: 'float32', dims: ['batch', 2] }],
    }),
  );
}

const MODEL = model();
const NETWORK = lowerModel(MODEL);
const PHASES = Int8Array.of(1, -1, 0);

async function certify(domain: Domain, loaded = MODEL): Promise<Certificate> {
  return verify({
    model: loaded,
    network: lowerModel(loaded),
    naps: { sha256: '0'.repeat(64), byClass: new Map([[0, PHASES]]) },
    dataset: null,
    claims: { domain, properties: [{ kind: 'non-misclassification', class: 0, competitors: [1] }] },
    engine: 'bab',
    solver: 'glpk',
    timeoutSeconds: 20,
    // A witness far from the cross-section.
    candidates: new Map([[0, [{ point: Float64Array.of(300, 100), source: 'by hand' }]]]),
  });
}

let orthant: Certificate;
let box: Certificate;
beforeAll(async () => {
  orthant = await certify({ kind: 'orthant' });
  box = await certify({ kind: 'box', lower: 0, upper: 1 });
});

const check = (certificate: Certificate, network: Network = NETWORK) =>
  checkCertificate(certificate, { network, sha256: MODEL.sha256 }, null);

function forge(change: (copy: Certificate) => void): Certificate {
  const copy = structuredClone(orthant);
  change(copy);
  return copy;
}

describe('a certificate about the orthant', () => {
  it('is proved and valid, with the margin on the cross-section', () => {
    const [property] = orthant.predicate.properties;
    expect(property!.verdict).toBe('holds');
    expect(property!.witnesses[0]!.point).toEqual([300, 100]);
    const { evidence } = orthant.predicate.obligations[0]!;
    expect(evidence.kind === 'proof' && evidence.margin).toBeCloseTo(0.5, 6);
    expect(check(orthant).verdict).toBe('valid');
  });

  it('says more than any about the box, where the origin ties', () => {
    expect(box.predicate.properties[0]!.verdict).not.toBe('holds');
  });

  it('stays valid for a constant that all logits share, which decides nothing', () => {
    expect(check(orthant, lowerModel(model([0, 0, 0], [7, 7]))).verdict).toBe('valid');
  });

  it.each([
    ['a bias on a neuron with a literal', model([0.25, 0, 0])],
    ['a bias on a neuron without one', model([0, 0, 0.25])],
    ['a small bias', model([0, 1e-4, 0])],
    ['a bias of one logit', model([0, 0, 0], [0, -1])],
  ])('is rejected for a network with %s, and refused by verify', async (_, biased) => {
    const { verdict, rejection } = check(orthant, lowerModel(biased));
    expect(verdict).toBe('invalid');
    expect(rejection?.rule).toBe('homogeneity');
    await expect(certify({ kind: 'orthant' }, biased)).rejects.toThrow(/positively homogeneous/);
  });

  it.each<[string, (copy: Certificate) => void]>([
    [
      'passed off as one about the box',
      (c) => {
        c.predicate.domain = { kind: 'box', lower: 0, upper: 1 };
      },
    ],
    [
      'passed off as one about all inputs',
      (c) => {
        c.predicate.domain = { kind: 'unbounded' };
      },
    ],
    [
      'with the origin as witness',
      (c) => {
        c.predicate.properties[0]!.witnesses[0]!.point = [0, 0];
      },
    ],
    [
      'with a negative witness',
      (c) => {
        c.predicate.properties[0]!.witnesses[0]!.point = [1, -1];
      },
    ],
    [
      'with a larger margin',
      (c) => {
        const { evidence } = c.predicate.obligations[0]!;
        if (evidence.kind === 'proof') evidence.margin = 0.501;
      },
    ],
    [
      'with a literal less',
      (c) => {
        c.predicate.naps!.classes[0]!.literals[0]!.active = [];
      },
    ],
    [
      'claimed of float32 arithmetic',
      (c) => {
        c.predicate.arithmetic = 'float32';
        c.predicate.semantics = [...semanticsOf('float32')];
      },
    ],
    [
      'about a ball',
      (c) => {
        const ball = {
          kind: 'local-robustness',
          class: 0,
          competitors: [1],
          referenceName: 'r',
          reference: [1, 0],
          epsilon: 0.1,
          nap: true,
        } as const;
        Object.assign(c.predicate.properties[0]!, {
          id: 'local-robustness/r/e0.1/nap',
          property: { ...ball, competitors: [1], reference: [1, 0] },
        });
      },
    ],
  ])('%s is rejected', (_, change) => {
    expect(check(forge(change)).verdict).toBe('invalid');
  });

  it('is not what a certificate about the box becomes under another name', () => {
    const copy = structuredClone(box);
    copy.predicate.domain = { kind: 'orthant' };
    expect(check(copy).verdict).toBe('invalid');
  });
});
