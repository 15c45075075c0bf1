/** `holes` of a certificate names exactly the trusted steps of its proofs. */
import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/certificate/certificate.js';
import type { ProofStep } from '../../src/certificate/proof.js';
import { baseCertificate, evidenceOf, judge } from './base.js';

const A = 'non-misclassification/0/1';
const B = 'non-misclassification/0/2';

function hole(solver: string, scope = 'all'): ProofStep {
  return { rule: 'hole', reason: 'solver-trusted', solver, status: 'infeasible', scope };
}

function entry(id: string, solver: string): string {
  return `${id}: ${solver} is believed (infeasible; all)`;
}

/** A is trusted to glpk in two branches and to HiGHS in a third, B to glpk. */
const TRUE_ENTRIES = [entry(A, 'glpk 5.0'), entry(A, 'glpk 5.0'), entry(A, 'highs 1'), entry(B, 'glpk 5.0')];

function trusting(holes: readonly string[]): Certificate {
  const certificate = baseCertificate();
  const split: ProofStep = { rule: 'split', tensor: 't1', index: 2, at: 0 };
  const lemmas: ProofStep = { rule: 'shared', id: 'class-0' };
  trust(certificate, A, [lemmas, split, hole('glpk 5.0'), split, hole('glpk 5.0'), hole('highs 1')], 3);
  trust(certificate, B, [hole('glpk 5.0')], 1);
  certificate.predicate.holes = [...holes];
  return certificate;
}

function trust(certificate: Certificate, id: string, steps: ProofStep[], holes: number): void {
  const evidence = evidenceOf(certificate, id);
  if (evidence.kind !== 'proof') throw new Error('not proved');
  Object.assign(evidence, { proof: { kind: 'inline', steps }, holes, margin: null });
}

function verdictOf(holes: readonly string[]): unknown {
  return judge(JSON.stringify(trusting(holes)));
}

describe('the list of trusted steps', () => {
  it('may be in any order', () => {
    expect(verdictOf(TRUE_ENTRIES)).toMatchObject({ verdict: 'incomplete', rejection: null });
    expect(verdictOf([...TRUE_ENTRIES].reverse())).toMatchObject({ verdict: 'incomplete' });
  });

  const [first, , third, last] = TRUE_ENTRIES as [string, string, string, string];
  it.each<[string, readonly string[], RegExp]>([
    ['is empty', [], /without it/],
    ['lacks one obligation', TRUE_ENTRIES.slice(0, 3), /without it/],
    ['names a step once that occurs twice', TRUE_ENTRIES.slice(1), /without it/],
    ['names a step twice that occurs once', [...TRUE_ENTRIES, last], /non-misclassification\/0\/2/],
    ['names another solver', [first, first, entry(A, 'highs 2'), last], /highs 2/],
    ['names another obligation', [first, first, entry(B, 'highs 1'), last], /0\/2: highs 1/],
    ['names another scope', [first, first, third.replace('all', 'one layer'), last], /one layer/],
    ['says something else', [first, first, third, 'nothing to see here'], /nothing to see/],
    ['has the right number of words of its own', ['a', 'b', 'c', 'd'], /"a"/],
    ['has an entry besides', [...TRUE_ENTRIES, entry(A, 'cplex 1')], /cplex/],
  ])('is refused where it %s', (_, holes, found) => {
    expect(verdictOf(holes)).toMatchObject({
      verdict: 'invalid',
      rejection: {
        rule: 'structure',
        place: expect.stringMatching(/^holes/),
        found: expect.stringMatching(found),
      },
    });
  });

  it('is refused where it names steps and there are none', () => {
    const certificate = baseCertificate();
    certificate.predicate.holes = [entry(A, 'glpk 5.0')];
    expect(judge(JSON.stringify(certificate))).toMatchObject({ verdict: 'invalid' });
  });
});
