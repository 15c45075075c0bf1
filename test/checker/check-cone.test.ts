import { describe, expect, it } from 'vitest';
import { checkCone, coneHolds } from '../../src/checker/check-cone.js';
import { evaluateExact, exactClass, exactLogits } from '../../src/checker/exact/evaluate.js';
import { lowerModel } from '../../src/network/lower.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { zeroTensors } from '../../src/onnx/zero-tensors.js';
import { type Cone, describeProperty, propertyId } from '../../src/spec/property.js';
import { lowerBytes } from '../helpers/onnx-builder.js';
import { seeded } from '../helpers/random.js';
import { tinyNetwork } from '../helpers/random-networks.js';
import { tinyModel, vector } from '../helpers/tiny-model.js';

// logits = relu(x): class 0 where x0 is larger
const NETWORK = lowerBytes(tinyModel());
const CONE: Cone = {
  kind: 'cone',
  name: 'p',
  class: 0,
  combinations: 'conic',
  points: [
    [2, 1],
    [5, 0.5],
    [1, 0],
  ],
};
const BIASED = lowerBytes(tinyModel({ initializers: { ...tinyInitializers(), b1: vector(0, 0.5) } }));

function tinyInitializers() {
  return {
    w1: { kind: 'tensor', type: 'float32', dims: [2, 2], values: [1, 0, 0, 1] } as const,
    b1: vector(0, 0),
    w2: { kind: 'tensor', type: 'float32', dims: [2, 2], values: [1, 0, 0, 1] } as const,
    b2: vector(0, 0),
  };
}

const kindOf = (network: typeof NETWORK, cone: Cone): string => coneHolds(network, cone, 'cone').kind;

describe('cones of points', () => {
  it('accepts points with one pattern and class', () => {
    expect(kindOf(NETWORK, CONE)).toBe('valid');
    expect(kindOf(NETWORK, { ...CONE, combinations: 'convex' })).toBe('valid');
  });

  it.each([
    [
      'a pattern that differs in one neuron',
      NETWORK,
      {
        points: [
          [2, 1],
          [2, -1],
        ],
      },
      'z[1]',
    ],
    [
      'a point of another class',
      NETWORK,
      {
        points: [
          [2, 1],
          [1, 2],
        ],
      },
      'class 0',
    ],
    [
      'a point with a tie',
      NETWORK,
      {
        points: [
          [2, 1],
          [1, 1],
        ],
      },
      'class 0',
    ],
    [
      'the zero image',
      NETWORK,
      {
        points: [
          [2, 1],
          [0, 0],
        ],
      },
      'class 0',
    ],
    ['another class than claimed', NETWORK, { class: 1 }, 'class 1'],
    ['a bias slipped into the network', BIASED, {}, 'a network without constants'],
    ['a point of another size', NETWORK, { points: [[2, 1, 0]] }, '2 numbers'],
    ['no points', NETWORK, { points: [] }, 'at least one point'],
  ])('refuses %s', (_, network, change, expected) => {
    const outcome = coneHolds(network, { ...CONE, ...change }, 'cone');
    expect(outcome.kind).toBe('invalid');
    expect(outcome).toMatchObject({
      rejection: { rule: 'cone', expected: expect.stringContaining(expected) },
    });
  });

  it('with a bias the convex hull is still shown, the cone is not: far down the ray the class changes', () => {
    expect(
      kindOf(BIASED, {
        ...CONE,
        combinations: 'convex',
        points: [
          [2, 1],
          [3, 0.25],
        ],
      }),
    ).toBe('valid');
    expect(
      exactClass(exactLogits(BIASED, evaluateExact(BIASED, Float64Array.of(0.5, 0.25)))).winners,
    ).not.toEqual([0]);
  });

  it('refuses stray evidence and verdicts that the rule cannot give', () => {
    const result = {
      id: propertyId(CONE),
      property: { ...CONE, points: CONE.points.map((p) => [...p]) },
      claim: describeProperty(CONE),
      verdict: 'holds' as const,
      witnesses: [],
      obligations: [],
    };
    expect(checkCone(NETWORK, result, CONE, 'p').kind).toBe('valid');
    expect(checkCone(NETWORK, { ...result, obligations: ['x'] }, CONE, 'p').kind).toBe('invalid');
    expect(checkCone(NETWORK, { ...result, verdict: 'vacuous' }, CONE, 'p').kind).toBe('invalid');
    expect(checkCone(NETWORK, { ...result, verdict: 'unknown' }, CONE, 'p').kind).toBe('incomplete');
  });

  it('random networks: every combination of accepted points has the class', () => {
    const random = seeded(21);
    let accepted = 0;
    for (let i = 0; i < 400; i++) {
      const { bytes, inputs, text } = tinyNetwork(random, { maxRelus: 4 });
      const conic = random.chance(0.5);
      const names = decodeModel(bytes)
        .model.graph.initializers.map(({ name }) => name)
        .filter((name) => /^b\d/.test(name));
      const network = lowerModel(decodeModel(conic ? zeroTensors(bytes, new Set(names)) : bytes));
      const points = Array.from({ length: 3 }, () =>
        Array.from({ length: inputs }, () => random.int(-16, 16) / 4),
      );
      const { winners } = exactClass(
        exactLogits(network, evaluateExact(network, Float64Array.from(points[0]!))),
      );
      const cone: Cone = {
        kind: 'cone',
        name: 'r',
        class: winners[0]!,
        combinations: conic ? 'conic' : 'convex',
        points,
      };
      if (kindOf(network, cone) !== 'valid') continue;
      accepted++;
      for (let k = 0; k < 10; k++) {
        // dyadic weights, so that combinations are exact doubles
        const a = random.int(0, 8) / 8;
        const b = random.int(0, 8 - 8 * a) / 8;
        const weights = conic ? [a, b, 8] : [a, b, 1 - a - b];
        const x = Float64Array.from({ length: inputs }, (_, j) =>
          points.reduce((sum, p, n) => sum + weights[n]! * p[j]!, 0),
        );
        expect(exactClass(exactLogits(network, evaluateExact(network, x))).winners, text).toEqual([
          cone.class,
        ]);
      }
    }
    expect(accepted).toBeGreaterThan(10);
  });
});
