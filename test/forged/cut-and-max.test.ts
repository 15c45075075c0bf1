/** Certificates that need a cut, and a certificate that needs numbers through a max layer: what holds by hand, and forgeries. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Certificate, Evidence } from '../../src/certificate/certificate.js';
import type { CutStep, LinStep, ProofStep } from '../../src/certificate/proof.js';
import type { MaxLayer } from '../../src/network/network.js';
import type { LocalRobustness } from '../../src/spec/property.js';
import { dense, network, relu } from '../helpers/layers.js';
import { certificateOf, judgeOf } from './certify.js';
import { mismatch, put, type Reason } from './forgery.js';

const MAXIMUM: MaxLayer = {
  kind: 'max',
  node: 'max3',
  input: 0,
  output: 3,
  rowStart: Int32Array.of(0, 2),
  col: Int32Array.of(0, 1),
};

/**
 * On [-1, 1]^2: y = (x0 + lead, relu(x0 + x1), (x0 + x1) / 2 + lead, max(x0, x1)). Both y1 - x0 (at x = (-1, 1)) and
 * y3 - (x0 + x1) / 2 (at (-1, 1) and (1, -1)) reach 1 and not more, so class 0 beats 1 and class 2 beats 3 iff lead > 1.
 */
function model(lead: number) {
  return network(
    [2, 1, 1, 1, 4],
    [
      dense([0], 1, [[1, 1]], [0]),
      relu(1, 2),
      MAXIMUM,
      dense(
        [0, 2, 3],
        4,
        [
          [1, 0, 0, 0],
          [0, 0, 1, 0],
          [0.5, 0.5, 0, 0],
          [0, 0, 0, 1],
        ],
        [lead, 0, lead, 0],
      ),
    ],
  );
}

const ball = (label: number, competitor: number): LocalRobustness => ({
  kind: 'local-robustness',
  class: label,
  competitors: [competitor],
  referenceName: `centre ${label}`,
  reference: [0, 0],
  epsilon: 1,
  nap: false,
});
const proof = (steps: readonly ProofStep[], margin: number | null = null): Evidence => ({
  kind: 'proof',
  proof: { kind: 'inline', steps: [...steps] },
  holes: 0,
  margin,
});

// relu(x0 + x1) <= x0 + 1.
const CUT: CutStep = { rule: 'cut', layer: 't2', index: 0, full: [0], part: { index: [], value: [] } };
const WITH_CUT: LinStep = { rule: 'lin', weights: [1], pass: [], cuts: [{ cut: 0, weight: 1 }] };
// max(x0, x1) <= x0 / 2 + x1 / 2 + 1.
const HALVES: LinStep = {
  rule: 'lin',
  weights: [1],
  pass: [{ layer: 't3', index: [0, 1], value: [0.5, 0.5] }],
};

function certify(
  lead: number,
  byCut: readonly ProofStep[],
  byMax: readonly ProofStep[],
  margin: number | null,
) {
  const [a, b] = [ball(0, 1), ball(2, 3)];
  const witnesses = [{ class: null, point: [0, 0], source: 'by hand' }];
  return certificateOf({
    network: model(lead),
    domain: { kind: 'box', lower: -1, upper: 1 },
    claims: [
      { property: a, verdict: 'holds', witnesses, evidence: [proof(byCut, margin)] },
      { property: b, verdict: 'holds', witnesses, evidence: [proof(byMax, margin)] },
    ],
  });
}

// Bounds are rounded outwards, so the margin 1/4 is reached up to a few units in the last place.
const base = (): Certificate => certify(1.25, [CUT, WITH_CUT], [HALVES], 0.25 - 1e-12);

function stepsOf(certificate: Certificate, obligation: number): ProofStep[] {
  const { evidence } = certificate.predicate.obligations[obligation]!;
  if (evidence.kind !== 'proof' || evidence.proof.kind !== 'inline') throw new Error('no inline proof');
  return evidence.proof.steps;
}

type Forge = [name: string, path: readonly (string | number)[], value: unknown, reason: Reason];
const lin = (found?: RegExp): Reason => ({ rule: 'lin', ...(found === undefined ? {} : { found }) });

describe('cuts and numbers through max layers', () => {
  it('the certificate as it is', () => {
    expect(judgeOf(model(1.25), base())).toMatchObject({ verdict: 'valid' });
  });
  it('the steps of the worked example in the specification are those of this file', () => {
    const text = readFileSync(new URL('../../specs/certificate-v1.md', import.meta.url), 'utf8');
    const steps = /```json\n(\[[^`]*)```/.exec(text.slice(text.indexOf('A worked example')))![1]!;
    const renamed = (JSON.parse(steps) as ProofStep[]).map((step) =>
      step.rule === 'cut' && step.layer === 'a' ? { ...step, layer: 't2' } : step,
    );
    expect(renamed).toEqual([CUT, WITH_CUT]);
  });
  it('needs both', () => {
    const without = (steps: [ProofStep[], ProofStep[]]) =>
      judgeOf(model(1.25), certify(1.25, ...steps, null));
    expect(without([[{ rule: 'lin', weights: [1], pass: [] }], [HALVES]])).toMatchObject({
      verdict: 'invalid',
    });
    expect(without([[CUT, WITH_CUT], [{ rule: 'lin', weights: [1], pass: [] }]])).toMatchObject({
      verdict: 'invalid',
    });
  });
  it.each<Forge>([
    ['cut: no inputs', [0, 'full'], [], lin()],
    ['cut: other input', [0, 'full'], [1], lin()],
    ['cut: both inputs', [0, 'full'], [0, 1], lin()],
    ['cut: input twice', [0, 'full'], [0, 0], { rule: 'cut', found: /0/ }],
    ['cut: input out of range', [0, 'full'], [2], { rule: 'cut', found: /2/ }],
    ['cut: negative input', [0, 'full'], [-1], { error: /full/ }],
    ['cut: input also listed in part', [0, 'part'], { index: [0], value: [1] }, { rule: 'cut' }],
    ['cut: part of other length', [0, 'part'], { index: [1], value: [] }, { rule: 'cut' }],
    ['cut: huge coefficient', [0, 'part'], { index: [1], value: [1e308] }, lin()],
    ['cut: coefficient null', [0, 'part'], { index: [1], value: [null] }, { error: /value/ }],
    ['cut: linear layer', [0, 'layer'], 't1', { rule: 'cut', found: /t1/ }],
    ['cut: max layer', [0, 'layer'], 't3', { rule: 'cut', found: /t3/ }],
    ['cut: unknown layer', [0, 'layer'], 't9', { rule: 'cut', found: /t9/ }],
    ['cut: no neuron', [0, 'index'], 1, { rule: 'cut' }],
    ['cut: constant stated instead of derived', [0, 'constant'], -5, { error: /constant/ }],
    ['cut: dropped', [0], { rule: 'lemma', tensor: 't1', index: 0, side: 'upper', pass: [] }, lin(/cut 0/)],
    ['cut: as a leaf', [1], CUT, { rule: 'closure' }],
    ['lin: no cuts', [1, 'cuts'], undefined, lin()],
    ['lin: cut that is not there', [1, 'cuts', 0, 'cut'], 1, lin(/cut 1/)],
    ['lin: negative number of a cut', [1, 'cuts', 0, 'cut'], -1, { error: /cut/ }],
    ['lin: weight 0 of the cut', [1, 'cuts', 0, 'weight'], 0, lin()],
    ['lin: weight of the cut halved', [1, 'cuts', 0, 'weight'], 0.5, lin()],
    ['lin: weight of the cut doubled', [1, 'cuts', 0, 'weight'], 2, lin()],
    ['lin: huge weight of the cut', [1, 'cuts', 0, 'weight'], 1e308, lin()],
    ['lin: negative weight of the cut', [1, 'cuts', 0, 'weight'], -1, { error: /weight/ }],
    ['lin: cut twice', [1, 'cuts', 1], { cut: 0, weight: 0 }, lin(/cut 0/)],
    ['lin: stops in front of what the cut needs', [1, 'stop'], 't4', lin()],
  ])('%s', (_, path, value, reason) => {
    const certificate = base();
    put(stepsOf(certificate, 0), path, value);
    expect(mismatch(judgeOf(model(1.25), certificate), reason)).toBeNull();
  });
  it.each<Forge>([
    ['max: turned signs', [0, 'pass', 0, 'value'], [-0.5, -0.5], lin()],
    ['max: one sign turned', [0, 'pass', 0, 'value'], [0.5, -0.5], lin()],
    ['max: all to one candidate', [0, 'pass', 0, 'value'], [1, 0], lin()],
    ['max: twice too much', [0, 'pass', 0, 'value'], [1, 1], lin()],
    ['max: huge', [0, 'pass', 0, 'value'], [1e308, 1e308], lin()],
    ['max: one candidate left out', [0, 'pass', 0], { layer: 't3', index: [0], value: [0.5] }, lin()],
    [
      'max: a candidate too many',
      [0, 'pass', 0],
      { layer: 't3', index: [0, 1, 2], value: [0.5, 0.5, 0] },
      lin(/2/),
    ],
    ['max: candidates out of order', [0, 'pass', 0, 'index'], [1, 0], lin(/0/)],
    ['max: layer twice', [0, 'pass', 1], { layer: 't3', index: [0], value: [1] }, lin(/twice/)],
    ['max: input instead of output', [0, 'pass', 0, 'layer'], 't0', lin(/t0/)],
    ['max: on the ReLU instead', [0, 'pass', 0, 'layer'], 't2', lin(/1/)],
    ['max: not expanded', [0, 'stop'], 't3', lin(/t3/)],
  ])('%s', (_, path, value, reason) => {
    const certificate = base();
    put(stepsOf(certificate, 1), path, value);
    expect(mismatch(judgeOf(model(1.25), certificate), reason)).toBeNull();
  });
  it.each([0, 1])('margin above the truth, obligation %i', (k) => {
    const certificate = base();
    put(certificate.predicate.obligations[k]!.evidence, ['margin'], 0.25 + 2 ** -52);
    expect(mismatch(judgeOf(model(1.25), certificate), { rule: 'lin' })).toBeNull();
  });
  it('a cut of the first branch in the second', () => {
    const split: ProofStep = { rule: 'split', tensor: 't0', index: 1, at: 0 };
    const steps = [split, CUT, WITH_CUT, WITH_CUT];
    const result = judgeOf(model(1.25), certify(1.25, steps, [HALVES], null));
    expect(mismatch(result, { rule: 'lin', place: /step 3/, found: /cut 0/ })).toBeNull();
  });
  it('a cut in a list of shared lemmas', () => {
    const certificate = base();
    const region = certificate.predicate.obligations[0]!.digest;
    certificate.predicate.shared = { s: { region, proof: { kind: 'inline', steps: [CUT] } } };
    stepsOf(certificate, 0).unshift({ rule: 'shared', id: 's' });
    expect(mismatch(judgeOf(model(1.25), certificate), { rule: 'shared' })).toBeNull();
  });
  it('10,001 cuts', () => {
    const cuts = Array.from({ length: 10_001 }, () => CUT);
    const result = judgeOf(model(1.25), certify(1.25, [...cuts, WITH_CUT], [HALVES], null));
    expect(mismatch(result, { rule: 'cut', place: /step 10000/ })).toBeNull();
  });
  it('a proof for a larger lead, on the model where both claims end in a tie', () => {
    expect(judgeOf(model(1), certify(1, [CUT, WITH_CUT], [HALVES], null))).toMatchObject({
      verdict: 'invalid',
    });
  });
});

describe('whatever the numbers, a tie is not proved away', () => {
  const number = fc.oneof(
    fc.constantFrom(0, 0.5, 1, -1, 2 ** -1074, 1e308, -1e308, 1 + 2 ** -52),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -16, max: 16 }).map((n) => n / 8),
  );
  const positive = number.map(Math.abs);
  const cut = fc
    .tuple(fc.constantFrom('full', 'part', 'none'), fc.constantFrom('full', 'part', 'none'), number, number)
    .map(([a, b, p, q]): CutStep => {
      const listed = (what: string) => [0, 1].filter((k) => [a, b][k] === what);
      return {
        ...CUT,
        full: listed('full'),
        part: { index: listed('part'), value: listed('part').map((k) => [p, q][k]!) },
      };
    });
  const leaf = (cuts: number) =>
    fc.tuple(positive, fc.array(positive, { maxLength: cuts }), number, fc.boolean()).map(
      ([weight, weights, p, listed]): LinStep => ({
        rule: 'lin',
        weights: [weight],
        pass: listed ? [{ layer: 't2', index: [0], value: [p] }] : [],
        cuts: weights.map((own, k) => ({ cut: k, weight: own })),
      }),
    );
  it('by cuts', () => {
    fc.assert(
      fc.property(
        fc.array(cut, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        number,
        leaf(3),
        leaf(3),
        (cuts, halved, at, a, b) => {
          const within = (step: LinStep) => ({ ...step, cuts: step.cuts!.slice(0, cuts.length) });
          const split: ProofStep = { rule: 'split', tensor: 't1', index: 0, at };
          const steps = halved ? [...cuts, split, within(a), within(b)] : [...cuts, within(a)];
          expect(judgeOf(model(1), certify(1, steps, [HALVES], null))).toMatchObject({
            verdict: 'invalid',
            rejection: { place: expect.stringContaining('centre 0') },
          });
        },
      ),
      { numRuns: 300 },
    );
  });
  it('by numbers through the max layer', () => {
    const numbers = fc.tuple(number, number);
    fc.assert(
      fc.property(positive, numbers, (weight, value) => {
        const step: LinStep = {
          rule: 'lin',
          weights: [weight],
          pass: [{ layer: 't3', index: [0, 1], value }],
        };
        const certificate = certify(1, [step], [step], null);
        certificate.predicate.properties.shift();
        certificate.predicate.obligations.shift();
        expect(judgeOf(model(1), certificate)).toMatchObject({
          verdict: 'invalid',
          rejection: { rule: 'lin' },
        });
      }),
      { numRuns: 300 },
    );
  });
});
