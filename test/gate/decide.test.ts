/** The decision: what each kind of evidence leads to, and that taking evidence away never lets a release pass. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../src/gate/decide.js';
import type {
  CertificateEvidence,
  GateModel,
  GateRules,
  PropertyEvidence,
  RecallEvidence,
} from '../../src/gate/evidence.js';
import type { Property } from '../../src/spec/property.js';
import { accepted, BOX, DIGEST, proved } from './evidence.js';

const MODEL = DIGEST;
const NAPS = 'b'.repeat(64);
const RULES: GateRules = { unknown: 'inconclusive', holes: [] };
const SOURCE = { file: 'release.spec.yaml', line: 3 };
const ZERO: Property = { kind: 'non-misclassification', class: 0, competitors: [1, 2] };
const INVARIANT: Property = { kind: 'scalar-invariance', preprocessing: 'scale' };

const certificate = (changes: Partial<CertificateEvidence> = {}): CertificateEvidence =>
  accepted([proved(ZERO), proved(INVARIANT)], { modelSha256: MODEL, napsSha256: NAPS, ...changes });
const recall = (changes: Partial<RecallEvidence> = {}): RecallEvidence => ({
  class: null,
  dataset: { name: 'mnist', selection: 'split heldout', digest: 'd'.repeat(64), samples: 100 },
  minimum: 0.9,
  measured: { count: 90, of: 100, value: 0.9 },
  advisory: false,
  source: SOURCE,
  sharedWithMining: 0,
  unknownAccepted: false,
  miningDetail: '',
  mining: null,
  ...changes,
});
const model = (changes: Partial<GateModel> = {}): GateModel => ({
  name: 'digits',
  file: 'model.onnx',
  sha256: MODEL,
  classes: 3,
  specification: null,
  naps: { file: 'n.json', sha256: NAPS, delta: '0.99' },
  arithmetic: 'real',
  domain: BOX,
  demands: [ZERO, INVARIANT].map((property) => ({ property, source: SOURCE, advisory: false })),
  gaps: [],
  certificate: certificate(),
  missing: '',
  recall: [recall()],
  redo: [],
  ...changes,
});
const withZero = (changes: Partial<PropertyEvidence>, rest: Partial<CertificateEvidence> = {}): GateModel =>
  model({
    certificate: certificate({ properties: [{ ...proved(ZERO), ...changes }, proved(INVARIANT)], ...rest }),
  });
const REJECTION = { place: 'obligation x', rule: 'lin', expected: '< 0', found: '1' };

describe('the outcome', () => {
  it.each<[string, GateModel, string]>([
    ['everything shown', model(), 'passed'],
    ['a counterexample', withZero({ claimed: 'violated' }), 'failed'],
    ['not decided', withZero({ claimed: 'unknown', check: 'incomplete' }), 'inconclusive'],
    ['vacuous', withZero({ claimed: 'vacuous' }), 'inconclusive'],
    ['a hole', withZero({ check: 'incomplete', holes: ['glpk 5.0'] }), 'inconclusive'],
    ['incomplete without a name', withZero({ check: 'incomplete' }), 'inconclusive'],
    ['no certificate', model({ certificate: null, missing: 'none' }), 'inconclusive'],
    [
      'a property left out',
      model({ certificate: certificate({ properties: [proved(ZERO)] }) }),
      'inconclusive',
    ],
    [
      'fewer competitors',
      withZero({ property: { kind: 'non-misclassification', class: 0, competitors: [1] } }),
      'inconclusive',
    ],
    ['other NAPs', model({ certificate: certificate({ napsSha256: 'e'.repeat(64) }) }), 'inconclusive'],
    ['no NAPs', model({ naps: null }), 'inconclusive'],
    [
      'a smaller domain',
      model({ certificate: certificate({ domain: { kind: 'box', lower: 0, upper: 0.5 } }) }),
      'inconclusive',
    ],
    ['another arithmetic', model({ certificate: certificate({ arithmetic: 'float32' }) }), 'inconclusive'],
    ['another model', model({ certificate: certificate({ modelSha256: 'f'.repeat(64) }) }), 'rejected'],
    [
      'a rejected certificate',
      model({ certificate: certificate({ check: 'invalid', rejection: REJECTION }) }),
      'rejected',
    ],
    ['a rejected property', withZero({ check: 'invalid' }), 'rejected'],
    [
      'a rejected signature',
      model({ certificate: certificate({ signature: 'rejected', rejection: REJECTION }) }),
      'rejected',
    ],
    [
      'recall too low',
      model({ recall: [recall({ measured: { count: 89, of: 100, value: 0.89 } })] }),
      'failed',
    ],
    ['recall not measured', model({ recall: [recall({ measured: null })] }), 'inconclusive'],
    [
      'recall of no samples',
      model({ recall: [recall({ measured: { count: 0, of: 0, value: null } })] }),
      'inconclusive',
    ],
    [
      'recall on mining data',
      model({ recall: [recall({ sharedWithMining: 100, measured: null })] }),
      'failed',
    ],
    ['nothing required', model({ demands: [], recall: [] }), 'inconclusive'],
  ])('%s', (_, evidence, outcome) => {
    const decision = decide(RULES, [evidence]);
    expect(decision.outcome).toBe(outcome);
    expect(decision.exitCode).toBe({ passed: 0, failed: 1, inconclusive: 3, rejected: 4 }[decision.outcome]);
    expect(decision.reasons.length > 0).toBe(outcome !== 'passed');
  });

  it('an undecided requirement fails where the policy says so', () => {
    const rules: GateRules = { ...RULES, unknown: 'fail' };
    expect(decide(rules, [withZero({ claimed: 'unknown' })]).outcome).toBe('failed');
    expect(decide(rules, [model({ certificate: null })]).outcome).toBe('failed');
  });

  it('a trusted solver counts if it is allowed and this run, or a verified signature, says that it was asked', () => {
    const rules: GateRules = { ...RULES, holes: ['glpk'] };
    const hole = { check: 'incomplete', holes: ['glpk 5.0'] } as const;
    expect(decide(rules, [withZero({ ...hole, reused: false })]).outcome).toBe('passed');
    expect(decide(rules, [withZero(hole)]).outcome).toBe('inconclusive');
    expect(decide(rules, [withZero(hole, { signature: 'verified' })]).outcome).toBe('passed');
    const both = { check: 'incomplete', holes: ['glpk 5.0 and highs 1.15.1'], reused: false } as const;
    expect(decide(rules, [withZero(both)]).outcome).toBe('inconclusive');
    expect(decide({ ...rules, holes: ['glpk', 'highs 1.15.1'] }, [withZero(both)]).outcome).toBe('passed');
  });

  it('advisory properties never count', () => {
    const demands = [
      { property: ZERO, source: SOURCE, advisory: true },
      { property: INVARIANT, source: SOURCE, advisory: false },
    ];
    const advisory = (evidence: GateModel): GateModel => ({ ...evidence, demands });
    expect(decide(RULES, [advisory(withZero({ claimed: 'violated' }))]).outcome).toBe('passed');
    expect(decide(RULES, [advisory(withZero({ check: 'invalid' }))]).outcome).toBe('passed');
    const wrong = model({ certificate: certificate({ check: 'invalid', rejection: REJECTION }) });
    expect(decide(RULES, [advisory(wrong)]).outcome).toBe('rejected');
  });

  it('the gravest finding of any model decides', () => {
    const good = model();
    const open = { ...withZero({ claimed: 'unknown' }), name: 'b' };
    const bad = { ...withZero({ claimed: 'violated' }), name: 'c' };
    const wrong = { ...withZero({ check: 'invalid' }), name: 'd' };
    expect(decide(RULES, [good, open]).outcome).toBe('inconclusive');
    expect(decide(RULES, [open, bad, good]).outcome).toBe('failed');
    expect(decide(RULES, [open, bad, wrong]).outcome).toBe('rejected');
    expect(decide(RULES, [])).toMatchObject({ outcome: 'inconclusive' });
  });
});

/** Any evidence, right or wrong. */
const propertyEvidence = (property: Property): fc.Arbitrary<PropertyEvidence> =>
  fc.record({
    property: fc.constant(property),
    claimed: fc.constantFrom('holds', 'holds', 'holds', 'violated', 'unknown', 'vacuous'),
    check: fc.constantFrom('valid', 'valid', 'valid', 'incomplete', 'invalid'),
    holes: fc.constantFrom([], [], ['glpk 5.0'], ['highs 1.15.1'], ['glpk 5.0', 'highs 1.15.1']),
    reused: fc.boolean(),
    margin: fc.constant(null),
    seconds: fc.constant(0),
    detail: fc.constant(''),
    counterexample: fc.constant(null),
  });
const certificateEvidence: fc.Arbitrary<CertificateEvidence> = fc
  .tuple(
    propertyEvidence(ZERO),
    propertyEvidence(INVARIANT),
    fc.constantFrom('not-asked', 'verified', 'verified', 'rejected'),
    fc.constantFrom('valid', 'valid', 'valid', 'incomplete', 'invalid'),
  )
  .map(([zero, invariant, signature, check]) =>
    certificate({ properties: [zero, invariant], signature, check }),
  );
const recallEvidence: fc.Arbitrary<RecallEvidence> = fc
  .record({
    count: fc.integer({ min: 80, max: 100 }),
    sharedWithMining: fc.constantFrom(null, 0, 3),
    advisory: fc.boolean(),
  })
  .map(({ count, ...rest }) => recall({ measured: { count, of: 100, value: count / 100 }, ...rest }));
const gateModel: fc.Arbitrary<GateModel> = fc
  .record({
    certificate: fc.option(certificateEvidence),
    recall: fc.array(recallEvidence, { maxLength: 2 }),
    advisory: fc.tuple(fc.boolean(), fc.boolean()),
  })
  .map(({ certificate: evidence, recall: recalls, advisory }) =>
    model({
      certificate: evidence,
      recall: recalls,
      demands: [ZERO, INVARIANT].map((property, i) => ({ property, source: SOURCE, advisory: advisory[i]! })),
    }),
  );
const rules: fc.Arbitrary<GateRules> = fc.record({
  unknown: fc.constantFrom('inconclusive', 'fail'),
  holes: fc.subarray(['glpk', 'highs']),
});

/** Ways to take evidence away or to make it weaker; each says something about one model. */
type Weaken = (evidence: GateModel, pick: number) => GateModel;
const each =
  (change: (one: PropertyEvidence) => PropertyEvidence): Weaken =>
  (evidence, pick) => {
    const { certificate: old } = evidence;
    if (old === null) return evidence;
    const properties = old.properties.map((one, i) => (i === pick % 2 ? change(one) : one));
    return { ...evidence, certificate: { ...old, properties } };
  };
const whole =
  (change: Partial<CertificateEvidence>): Weaken =>
  (evidence) =>
    evidence.certificate === null
      ? evidence
      : { ...evidence, certificate: { ...evidence.certificate, ...change } };
const WEAKENINGS: readonly Weaken[] = [
  (evidence) => ({ ...evidence, certificate: null, missing: 'taken away' }),
  (evidence, pick) => ({
    ...evidence,
    certificate:
      evidence.certificate === null
        ? null
        : {
            ...evidence.certificate,
            properties: evidence.certificate.properties.filter((_, i) => i !== pick % 2),
          },
  }),
  whole({ properties: [] }),
  whole({ napsSha256: null }),
  whole({ arithmetic: 'float32' }),
  whole({ domain: { kind: 'box', lower: 0, upper: 0.25 } }),
  (evidence) =>
    evidence.certificate?.signature === 'verified'
      ? whole({ signature: 'not-asked' })(evidence, 0)
      : evidence,
  each((one) => ({ ...one, claimed: 'unknown', check: 'incomplete' })),
  each((one) => ({ ...one, claimed: 'vacuous' })),
  each((one) => ({
    ...one,
    check: one.check === 'valid' ? 'incomplete' : one.check,
    holes: [...one.holes, 'cplex 1'],
  })),
  each((one) => ({ ...one, check: one.check === 'valid' ? 'incomplete' : one.check })),
  each((one) => ({ ...one, reused: true })),
  each((one) => ({
    ...one,
    property:
      one.property.kind === 'non-misclassification' ? { ...one.property, competitors: [1] } : one.property,
  })),
  (evidence) => ({ ...evidence, recall: evidence.recall.map((one) => ({ ...one, measured: null })) }),
  (evidence) => ({ ...evidence, naps: null }),
];

describe('monotone', () => {
  it('taking evidence away, or weakening it, never lets a release pass that did not', () => {
    let passed = 0;
    const arbitrary = fc.tuple(
      rules,
      fc.array(gateModel, { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(fc.nat(2), fc.nat(WEAKENINGS.length - 1), fc.nat(1)), { minLength: 1, maxLength: 4 }),
    );
    fc.assert(
      fc.property(arbitrary, ([given, models, steps]) => {
        const before = decide(given, models).outcome;
        const weaker = steps.reduce(
          (list, [at, kind, pick]) =>
            list.map((one, i) => (i === at % list.length ? WEAKENINGS[kind]!(one, pick) : one)),
          models,
        );
        if (before === 'passed') passed++;
        if (decide(given, weaker).outcome === 'passed') expect(before).toBe('passed');
      }),
      { numRuns: 3000 },
    );
    // The claim would be empty if nothing ever passed.
    expect(passed).toBeGreaterThan(20);
  });

  it('a release passes only with a checked certificate that holds for every requirement', () => {
    fc.assert(
      fc.property(rules, fc.array(gateModel, { minLength: 1, maxLength: 3 }), (given, models) => {
        if (decide(given, models).outcome !== 'passed') return;
        for (const { certificate: evidence, demands, recall: recalls } of models) {
          for (const one of recalls)
            if (!one.advisory) expect(one.measured!.value).toBeGreaterThanOrEqual(0.9);
          for (const demand of demands) {
            if (demand.advisory) continue;
            const shown = evidence!.properties.find(({ property }) => property === demand.property)!;
            expect(shown.claimed).toBe('holds');
            expect(shown.check).not.toBe('invalid');
            expect(shown.check === 'valid' || shown.holes.length > 0).toBe(true);
          }
          if (demands.every(({ advisory }) => advisory)) continue;
          expect(evidence!.check).not.toBe('invalid');
          expect(evidence!.signature).not.toBe('rejected');
          for (const one of recalls)
            if (!one.advisory) expect(one.measured!.value).toBeGreaterThanOrEqual(0.9);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
