/** Properties to obligations: what is negated how, stable ids, digests that change with every ingredient. */
import { describe, expect, it } from 'vitest';
import { compare, fromDouble, subtract } from '../../src/checker/exact/rational.js';
import { lowerModel } from '../../src/network/lower.js';
import {
  type ClaimContext,
  compileProperty,
  compileRegion,
  domainBox,
} from '../../src/obligation/compile.js';
import { witnessRegions } from '../../src/obligation/regions.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import type { LocalRobustness, Property } from '../../src/spec/property.js';
import { InputError } from '../../src/util/errors.js';
import { tinyModel } from '../helpers/tiny-model.js';

const network = lowerModel(decodeModel(tinyModel()));
const naps = new Map([
  [0, Int8Array.of(1, -1)],
  [1, Int8Array.of(-1, 1)],
]);
const context: ClaimContext = {
  network,
  modelSha256: 'a'.repeat(64),
  domain: { kind: 'box', lower: 0, upper: 1 },
  naps,
};
const misclassified: Property = { kind: 'non-misclassification', class: 0, competitors: [1] };
const ambiguous: Property = { kind: 'non-ambiguity', classes: [0, 1] };
const robust: LocalRobustness = {
  kind: 'local-robustness',
  class: 0,
  competitors: [1],
  referenceName: 'iris#3',
  reference: [0.5, 0.25],
  epsilon: 0.1,
  nap: true,
};
const only = (property: Property, changed: Partial<ClaimContext> = {}) => {
  const obligations = compileProperty({ ...context, ...changed }, property);
  expect(obligations).toHaveLength(1);
  return obligations[0]!;
};

describe('compiling properties', () => {
  it('negates "class 0 strictly wins" to "the competitor is at least as large"', () => {
    const { id, naps: regions, outputs, box } = only(misclassified);
    expect(id).toBe('non-misclassification/0/1');
    expect(regions).toEqual([naps.get(0)]);
    expect(outputs).toEqual([
      {
        terms: [
          { output: 1, coefficient: 1 },
          { output: 0, coefficient: -1 },
        ],
        bound: 0,
      },
    ]);
    expect([...box.lower, ...box.upper]).toEqual([0, 0, 1, 1]);
  });

  it('asks non-ambiguity of both NAPs at once, without output constraints', () => {
    const { id, naps: regions, outputs } = only(ambiguous);
    expect(id).toBe('non-ambiguity/0-1');
    expect(regions).toEqual([naps.get(0), naps.get(1)]);
    expect(outputs).toEqual([]);
  });

  it('asks local robustness of the ball, with the NAP only where it is wanted', () => {
    expect(only(robust)).toMatchObject({ id: 'local-robustness/iris#3/e0.1/nap/1', naps: [naps.get(0)] });
    expect(only({ ...robust, nap: false })).toMatchObject({ id: 'local-robustness/iris#3/e0.1/1', naps: [] });
  });

  it('rounds balls outwards, by no more than one double, and cuts them with the domain', () => {
    const reference = [0.3, 0.95];
    const { box } = only({ ...robust, reference, epsilon: 0.1 });
    const epsilon = fromDouble(0.1);
    // No corner of the real ball is lost.
    expect(compare(subtract(fromDouble(0.3), epsilon), fromDouble(box.lower[0]!))).toBeGreaterThanOrEqual(0);
    expect(compare(subtract(fromDouble(box.upper[0]!), fromDouble(0.3)), epsilon)).toBeGreaterThanOrEqual(0);
    expect(box.lower[0]).toBeCloseTo(0.2, 15);
    expect(box.upper[0]).toBeCloseTo(0.4, 15);
    expect(box.upper[1]).toBe(1);
    expect(only({ ...robust, reference: [0.5, 0.25], epsilon: 0.25 }).box).toEqual({
      lower: Float64Array.of(0.25, 0),
      upper: Float64Array.of(0.75, 0.5),
    });
  });

  it('knows unbounded domains, and boxes with a number per input', () => {
    expect(domainBox({ kind: 'unbounded' }, 2)).toEqual({
      lower: Float64Array.of(-Infinity, -Infinity),
      upper: Float64Array.of(Infinity, Infinity),
    });
    const lower = [-1, 0];
    expect(domainBox({ kind: 'box', lower, upper: 2 }, 2).lower).toEqual(Float64Array.of(-1, 0));
  });

  it('names the regions whose emptiness makes a property vacuous', () => {
    const ids = (property: Property) =>
      witnessRegions(context, property).map(({ class: c, region }) => [c, region.id]);
    expect(ids(misclassified)).toEqual([[0, 'non-misclassification/0/empty']]);
    expect(ids(ambiguous)).toEqual([
      [0, 'non-ambiguity/0-1/empty/0'],
      [1, 'non-ambiguity/0-1/empty/1'],
    ]);
    expect(ids({ ...robust, nap: false })).toEqual([[null, 'local-robustness/iris#3/e0.1/empty']]);
    for (const { region } of witnessRegions(context, ambiguous)) expect(region.outputs).toEqual([]);
  });
});

describe('digests', () => {
  it('are the same for the same region, whatever it is called', () => {
    expect(only(misclassified).digest).toBe(only(misclassified).digest);
    expect(only(misclassified).digest).toMatch(/^[0-9a-f]{64}$/);
    const region = (id: string) => compileRegion(context, misclassified, [0], id).digest;
    expect(region('one')).toBe(region('two'));
    const { domain: _, ...rest } = context;
    const spelled = only(misclassified, { ...rest, domain: { kind: 'box', lower: [0, 0], upper: [1, 1] } });
    expect(spelled.digest).toBe(only(misclassified).digest);
  });

  it('change with the model, the box, each literal, the competitor and the direction', () => {
    const digests = [
      only(misclassified),
      only({ kind: 'non-misclassification', class: 1, competitors: [0] }),
      only(misclassified, { modelSha256: 'b'.repeat(64) }),
      only(misclassified, { domain: { kind: 'unbounded' } }),
      only(misclassified, { domain: { kind: 'box', lower: 0, upper: 1 + 2 ** -52 } }),
      only(misclassified, { domain: { kind: 'box', lower: [-(2 ** -1074), 0], upper: 1 } }),
      only(misclassified, { naps: new Map([[0, Int8Array.of(1, 0)]]) }),
      only(misclassified, { naps: new Map([[0, Int8Array.of(1, 1)]]) }),
      only(misclassified, { naps: new Map([[0, Int8Array.of(0, -1)]]) }),
      only(ambiguous),
      only(robust),
      only({ ...robust, nap: false }),
      only({ ...robust, epsilon: 0.1 + 2 ** -56 }),
      compileRegion(context, misclassified, [0], 'region'),
      compileRegion(context, misclassified, [1], 'region'),
    ].map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe('properties that do not fit', () => {
  const faults: [string, Property, Partial<ClaimContext>, RegExp][] = [
    [
      'a class the model lacks',
      { ...misclassified, class: 2 } as Property,
      { naps: new Map([[2, Int8Array.of(1, 1)]]) },
      /below 2/,
    ],
    ['a class without a NAP', misclassified, { naps: new Map() }, /has a NAP/],
    ['a competitor the model lacks', { ...misclassified, competitors: [2] } as Property, {}, /below 2/],
    [
      'the class as its own competitor',
      { ...misclassified, competitors: [0] } as Property,
      {},
      /other than the class/,
    ],
    ['a competitor twice', { ...misclassified, competitors: [1, 1] } as Property, {}, /once/],
    ['no competitor', { ...misclassified, competitors: [] } as Property, {}, /at least one/],
    ['a class with itself', { kind: 'non-ambiguity', classes: [1, 1] }, {}, /different/],
    ['a reference of another length', { ...robust, reference: [1] }, {}, /reference of 2/],
    ['a reference that is not a number', { ...robust, reference: [Number.NaN, 0] }, {}, /finite/],
    ['an epsilon of zero', { ...robust, epsilon: 0 }, {}, /positive/],
    ['an epsilon that is not finite', { ...robust, epsilon: Infinity }, {}, /finite/],
    ['a ball outside the domain', { ...robust, reference: [3, 0] }, {}, /meets the domain/],
  ];
  it.each(faults)('%s is an input error', (_, property, changed, expected) => {
    const attempt = () => compileProperty({ ...context, ...changed }, property);
    expect(attempt).toThrow(InputError);
    try {
      attempt();
    } catch (error) {
      expect((error as InputError).fault.expected).toMatch(expected);
    }
  });

  it.each([
    ['crossed', { lower: 1, upper: 0 }],
    ['of the wrong length', { lower: [0], upper: 1 }],
    ['not finite', { lower: -Infinity, upper: 1 }],
    ['not a number', { lower: 0, upper: [1, Number.NaN] }],
  ] as const)('a domain whose bounds are %s is an input error', (_, bounds) => {
    expect(() => domainBox({ kind: 'box', ...bounds }, 2)).toThrow(InputError);
  });
});
