/** Certificates about VNN-LIB queries: what holds by hand, and forgeries of it. */
import { describe, expect, it } from 'vitest';
import type { Certificate, Evidence } from '../../src/certificate/certificate.js';
import type { ProofStep } from '../../src/certificate/proof.js';
import type { QueryProperty } from '../../src/spec/property.js';
import { describeProperty } from '../../src/spec/property.js';
import { InputError } from '../../src/util/errors.js';
import { dense, network, relu } from '../helpers/layers.js';
import { certificateOf, judgeOf } from './certify.js';
import { mismatch, put, type Reason } from './forgery.js';

// z = t1 = x, a = relu(x), y = (a, x).
const NETWORK = network(
  [1, 1, 1, 2],
  [
    dense([0], 1, [[1]], [0]),
    relu(1, 2),
    dense(
      [2, 0],
      3,
      [
        [1, 0],
        [0, 1],
      ],
      [0, 0],
    ),
  ],
);
const DECLARED = '(declare-const X_0 Real)(declare-const Y_0 Real)(declare-const Y_1 Real)';
const query = (assertions: string, name = 'q.vnnlib'): QueryProperty => ({
  kind: 'query',
  name,
  text: DECLARED + assertions,
});

// On [-1, 1/10] a is at most 1/10, and x at most 0 where it is <= 0.
const BOX = '(assert (>= X_0 -1))(assert (<= X_0 0.1))';
const SAFE = query(`${BOX}(assert (or (>= Y_0 0.25) (and (<= X_0 0) (>= Y_1 0.25))))`);
// Satisfied by x in (1/16, 1/10].
const UNSAFE = query(`${BOX}(assert (> Y_0 0.0625))`, 'u.vnnlib');

const LIN: ProofStep = { rule: 'lin', weights: [1], pass: [] };
const proof = (...steps: ProofStep[]): Evidence => ({
  kind: 'proof',
  proof: { kind: 'inline', steps },
  holes: 0,
  margin: null,
});
const point = (x: number): Evidence => ({
  kind: 'counterexample',
  replay: { point: [x], exactLogits: [], runtimeLogits: null, source: 'by hand' },
});
const certify = (safe: QueryProperty, x: number, evidence = [proof(LIN), proof(LIN)]): Certificate =>
  certificateOf({
    network: NETWORK,
    domain: { kind: 'unbounded' },
    claims: [
      { property: safe, verdict: 'holds', evidence },
      { property: UNSAFE, verdict: 'violated', evidence: [point(x)] },
    ],
  });
const base = (): Certificate => certify(SAFE, 0.09375);
const judge = (certificate: Certificate) => judgeOf(NETWORK, certificate);

/** Another text, with the sentence of the claim to fit. */
function retext(certificate: Certificate, assertions: string): void {
  const [result] = certificate.predicate.properties;
  const property = query(assertions);
  result!.property = property;
  result!.claim = describeProperty(property);
}

describe('a certificate about queries', () => {
  it('is valid as it is', () => {
    expect(judge(base())).toMatchObject({ verdict: 'valid' });
  });

  it('holds without a proof only where the text alone shows that nothing satisfies it', () => {
    const none = query('(assert (<= X_0 0))(assert (> X_0 0))(assert (>= Y_0 0))');
    expect(judge(certify(none, 0.09375, []))).toMatchObject({ verdict: 'valid' });
    const one = query('(assert (<= X_0 0))(assert (>= X_0 0))(assert (>= Y_0 0))');
    const certificate = certify(none, 0.09375, []);
    certificate.predicate.properties[0]!.property = one;
    certificate.predicate.properties[0]!.claim = describeProperty(one);
    expect(judge(certificate)).toMatchObject({ verdict: 'invalid', rejection: { rule: 'closure' } });
  });

  it.each<[string, (c: Certificate) => void, Reason]>([
    [
      'another text under the old sentence',
      (c) => put(c.predicate.properties[0]!.property, ['text'], `${SAFE.text} `),
      { rule: 'structure', place: /claim/ },
    ],
    [
      'another text under the old digest',
      (c) => retext(c, `${BOX}(assert (or (>= Y_0 0.2) (>= Y_1 0.25)))`),
      { rule: 'digest' },
    ],
    [
      'a comment in the text under the old digest',
      (c) => retext(c, `${SAFE.text.slice(DECLARED.length)}; nothing else`),
      { rule: 'digest' },
    ],
    ['text that is no query', (c) => retext(c, '(assert'), { rule: 'structure' }],
    [
      'an input that the model does not have',
      (c) => retext(c, `${BOX}(assert (<= X_1 0))`),
      { rule: 'structure' },
    ],
    ['text dropped', (c) => put(c.predicate.properties[0]!.property, ['text'], ''), { error: /text/ }],
    [
      'another name',
      (c) => put(c.predicate.properties[0]!.property, ['name'], 'r.vnnlib'),
      { rule: 'structure', place: /id/ },
    ],
    [
      'an alternative dropped',
      (c) => {
        c.predicate.properties[0]!.obligations.pop();
        c.predicate.obligations.splice(1, 1);
      },
      { rule: 'closure', found: /no result/ },
    ],
    [
      'an alternative counted twice',
      (c) => {
        c.predicate.properties[0]!.obligations[1] = c.predicate.properties[0]!.obligations[0]!;
      },
      { rule: 'structure' },
    ],
    [
      'the digests of the alternatives swapped',
      (c) => {
        const [a, b] = c.predicate.obligations;
        [a!.digest, b!.digest] = [b!.digest, a!.digest];
      },
      { rule: 'digest' },
    ],
    [
      'a box as domain',
      (c) => put(c, ['predicate', 'domain'], { kind: 'box', lower: 0, upper: 0 }),
      { rule: 'structure' },
    ],
    [
      'the orthant as domain',
      (c) => put(c, ['predicate', 'domain'], { kind: 'orthant' }),
      { rule: 'structure' },
    ],
    [
      'a contradiction, which closed literals are not',
      (c) =>
        put(
          c.predicate.obligations[0]!.evidence,
          ['proof', 'steps'],
          [{ rule: 'contradiction', tensor: 't1', index: 0 }],
        ),
      { rule: 'contradiction' },
    ],
    ['called vacuous', (c) => put(c.predicate.properties[0]!, ['verdict'], 'vacuous'), { rule: 'closure' }],
    [
      'called vacuous, with the evidence of an empty region',
      (c) => {
        put(c.predicate.properties[1]!, ['verdict'], 'vacuous');
        c.predicate.properties[1]!.obligations = [];
        c.predicate.obligations.splice(2, 1);
      },
      { rule: 'closure' },
    ],
    [
      'with a witness',
      (c) => void c.predicate.properties[0]!.witnesses.push({ class: null, point: [0], source: 'x' }),
      { rule: 'witness' },
    ],
    [
      'a counterexample on a strict end',
      (c) => put(c.predicate.obligations[2]!.evidence, ['replay', 'point'], [0.0625]),
      { rule: 'counterexample', found: /0\.0625/ },
    ],
    [
      // The double nearest to 1/10 is larger, and in the region, which is rounded outwards.
      'a counterexample that meets the decimals only when they are rounded',
      (c) => put(c.predicate.obligations[2]!.evidence, ['replay', 'point'], [0.1]),
      { rule: 'counterexample', found: /0\.1/ },
    ],
    [
      'a counterexample of another length',
      (c) => put(c.predicate.obligations[2]!.evidence, ['replay', 'point'], [0.09375, 0]),
      { rule: 'counterexample' },
    ],
    [
      'real arithmetic taken for float32',
      (c) => put(c, ['predicate', 'arithmetic'], 'float32'),
      { rule: 'structure', place: /semantics/ },
    ],
  ])('%s', (_, forge, reason) => {
    const certificate = base();
    forge(certificate);
    expect(mismatch(judge(certificate), reason)).toBeNull();
  });

  it('proofs are asked for the closed region: a strict end does not help', () => {
    // No x < 1/8 has y0 >= 1/8, but x = 1/8 has, and the region holds it.
    const strict = query('(assert (>= X_0 -1))(assert (< X_0 0.125))(assert (>= Y_0 0.125))');
    expect(judge(certify(strict, 0.09375, [proof(LIN)]))).toMatchObject({ verdict: 'invalid' });
  });

  it('hostile text is refused, not run into', () => {
    for (const text of [
      '('.repeat(100_000),
      `(assert (and ${'(or '.repeat(500)}`,
      '(assert (<= X_0 1e9999999))',
    ]) {
      const certificate = base();
      retext(certificate, text);
      const result = judge(certificate);
      expect(result instanceof InputError || result.verdict === 'invalid').toBe(true);
    }
  });
});

describe('literals on hidden nodes', () => {
  const hidden = (literals: string) => ({
    kind: 'query' as const,
    name: 'h.vnnlib',
    text: `(vnnlib-version <2.0>)(declare-network n (declare-input X real [1])
      (declare-hidden Z real [1] "t1")(declare-output Y real [2]))${literals}`,
  });
  const only = (property: QueryProperty, evidence: Evidence) =>
    certificateOf({
      network: NETWORK,
      domain: { kind: 'unbounded' },
      claims: [{ property, verdict: evidence.kind === 'proof' ? 'holds' : 'violated', evidence: [evidence] }],
    });

  it('are part of the region and of the digest', () => {
    const off = hidden('(assert (<= X[0] 1))(assert (<= Z[0] 0))(assert (>= Y[0] 0.5))');
    const on = hidden('(assert (<= X[0] 1))(assert (>= Z[0] 0))(assert (>= Y[0] 0.5))');
    expect(judge(only(off, proof(LIN)))).toMatchObject({ verdict: 'valid' });
    expect(judge(only(on, proof(LIN)))).toMatchObject({ verdict: 'invalid', rejection: { rule: 'lin' } });
    const turned = only(off, proof(LIN));
    Object.assign(turned.predicate.properties[0]!, { property: on, claim: describeProperty(on) });
    expect(judge(turned)).toMatchObject({ verdict: 'invalid', rejection: { rule: 'digest' } });
  });

  it('are closed or strict in points as they are written', () => {
    const strict = hidden('(assert (>= X[0] -1))(assert (> Z[0] 0))(assert (<= Y[0] 0))');
    const closed = hidden('(assert (>= X[0] -1))(assert (>= Z[0] 0))(assert (<= Y[0] 0))');
    expect(judge(only(closed, point(0)))).toMatchObject({ verdict: 'valid' });
    expect(judge(only(strict, point(0)))).toMatchObject({ verdict: 'invalid' });
  });
});
