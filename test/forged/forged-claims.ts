/** Tampering with what is claimed, about what, and with the certificate as a document. */
import { sha256 } from '../../src/util/digest.js';
import { evidenceOf } from './base.js';
import { change, type Forgery, put, rewrite } from './forgery.js';

const OTHER = sha256('another file');

export const FORGED_CLAIMS: readonly Forgery[] = [
  change('model: other digest', { rule: 'digest', place: /model/ }, (c) =>
    put(c, ['predicate', 'model', 'sha256'], OTHER),
  ),
  change('subject: other digest', { rule: 'digest', place: /subject/ }, (c) =>
    put(c, ['subject', 0, 'digest', 'sha256'], OTHER),
  ),
  change('subject: two', { error: /subject/ }, (c) => void c.subject.push(c.subject[0]!)),
  change('subject: none', { error: /subject/ }, (c) => put(c, ['subject'], [])),
  change('digest of an obligation', { rule: 'digest', place: /0\/1/ }, (c) =>
    put(c, ['predicate', 'obligations', 0, 'digest'], OTHER),
  ),
  change('digests of two obligations swapped', { rule: 'digest' }, (c) => {
    const [a, b] = c.predicate.obligations;
    [a!.digest, b!.digest] = [b!.digest, a!.digest];
  }),
  change('proofs of two obligations swapped', { rule: 'lin' }, (c) => {
    const [a, b] = c.predicate.obligations;
    [a!.evidence, b!.evidence] = [b!.evidence, a!.evidence];
    put(a!.evidence, ['margin'], 1.125);
  }),
  change('domain: larger', { rule: 'digest' }, (c) => put(c, ['predicate', 'domain', 'upper'], 2)),
  change('domain: unbounded', { rule: 'digest' }, (c) =>
    put(c, ['predicate', 'domain'], { kind: 'unbounded' }),
  ),
  change('domain: empty', { rule: 'structure' }, (c) => put(c, ['predicate', 'domain', 'upper'], -2)),
  change('domain: wrong length', { rule: 'structure' }, (c) =>
    put(c, ['predicate', 'domain', 'upper'], [1, 1, 1]),
  ),
  change('NAP: a literal added', { rule: 'digest' }, (c) =>
    put(c, ['predicate', 'naps', 'classes', 0, 'literals', 0, 'active'], [0, 1, 2]),
  ),
  change('NAP: a literal turned', { rule: 'digest' }, (c) => {
    put(c, ['predicate', 'naps', 'classes', 0, 'literals', 0], { tensor: 't1', active: [0], inactive: [1] });
  }),
  change('NAP: unknown neuron', { rule: 'structure', place: /naps/ }, (c) => {
    put(c, ['predicate', 'naps', 'classes', 0, 'literals', 0, 'active'], [0, 7]);
  }),
  change('NAP: a class twice', { rule: 'structure', place: /naps/ }, (c) =>
    put(c, ['predicate', 'naps', 'classes', 1, 'class'], 0),
  ),
  change('NAP: of another class', { rule: 'digest' }, (c) => {
    put(c, ['predicate', 'naps', 'classes', 0, 'class'], 1);
    put(c, ['predicate', 'naps', 'classes', 1, 'class'], 0);
  }),
  change('NAPs dropped', { rule: 'structure' }, (c) => put(c, ['predicate', 'naps'], null)),
  change('property: competitor omitted from the obligations', { rule: 'closure', place: /verdict/ }, (c) => {
    c.predicate.properties[0]!.obligations.pop();
    c.predicate.obligations.splice(1, 1);
  }),
  change('property: competitor omitted from the claim only', { rule: 'structure', place: /claim/ }, (c) => {
    put(c, ['predicate', 'properties', 0, 'property', 'competitors'], [1]);
  }),
  change('property: competitor added', { rule: 'structure', place: /claim/ }, (c) => {
    put(c, ['predicate', 'properties', 0, 'property', 'competitors'], [1, 2, 3]);
  }),
  change('property: a class as its own competitor', { rule: 'structure' }, (c) => {
    put(c, ['predicate', 'properties', 0, 'property', 'competitors'], [0, 1]);
  }),
  change('property: other class under the same id', { rule: 'structure', place: /id/ }, (c) => {
    put(c, ['predicate', 'properties', 0, 'property', 'class'], 1);
  }),
  change('property: larger ball', { rule: 'structure' }, (c) =>
    put(c, ['predicate', 'properties', 3, 'property', 'epsilon'], 0.5),
  ),
  change('property: larger ball, text adapted', { rule: 'structure' }, (c) => {
    const property = c.predicate.properties[3]!;
    put(property, ['property', 'epsilon'], 0.5);
    property.id = 'local-robustness/center/e0.5';
    property.claim = property.claim.replace('0.125', '0.5');
  }),
  change('property: reference moved', { rule: 'structure', place: /claim/ }, (c) =>
    put(c, ['predicate', 'properties', 3, 'property', 'reference'], [0, 0]),
  ),
  change('property: reference moved, text adapted', { rule: 'digest' }, (c) => {
    const result = c.predicate.properties[3]!;
    put(result, ['property', 'reference'], [0, 0]);
    const digest = sha256('[0,0]').slice(0, 12);
    result.claim = result.claim.replace(/point [0-9a-f]{12}/, `point ${digest}`);
  }),
  change('property: name of the reference clears the line', { error: /referenceName/ }, (c) =>
    put(c, ['predicate', 'properties', 3, 'property', 'referenceName'], 'x\u001b[2K\rvalid'),
  ),
  change('shared: named as a prototype', { error: /shared|not allowed|Unrecognized/ }, (c) => {
    const list = { region: OTHER, proof: { kind: 'inline', steps: [] } };
    Object.defineProperty(c.predicate, 'shared', { value: { ['__proto__']: list }, enumerable: true });
  }),
  change('property: twice', { rule: 'structure', place: /properties/ }, (c) => {
    c.predicate.properties.push(c.predicate.properties[0]!);
  }),
  change('claim: other words', { rule: 'structure', place: /claim/ }, (c) =>
    put(c, ['predicate', 'properties', 0, 'claim'], 'All is well.'),
  ),
  change('verdict: violated called holds', { rule: 'closure' }, (c) =>
    put(c, ['predicate', 'properties', 4, 'verdict'], 'holds'),
  ),
  change('verdict: vacuous called holds', { rule: 'closure' }, (c) =>
    put(c, ['predicate', 'properties', 5, 'verdict'], 'holds'),
  ),
  change('verdict: holds called vacuous', { rule: 'closure' }, (c) =>
    put(c, ['predicate', 'properties', 0, 'verdict'], 'vacuous'),
  ),
  change('verdict: holds called violated', { rule: 'closure' }, (c) =>
    put(c, ['predicate', 'properties', 0, 'verdict'], 'violated'),
  ),
  change('verdict: sat called unsat', { rule: 'structure' }, (c) =>
    put(c, ['predicate', 'obligations', 5, 'verdict'], 'unsat'),
  ),
  change('verdict: unknown obligation in a property that holds', { rule: 'closure' }, (c) => {
    const item = c.predicate.obligations[0]!;
    item.verdict = 'unknown';
    item.evidence = {
      kind: 'none',
      reason: 'timeout',
      detail: '',
      suggestion: '',
      provedMargin: null,
      bestMargin: null,
    };
  }),
  change('witness: dropped', { rule: 'witness', found: /none/ }, (c) =>
    put(c, ['predicate', 'properties', 0, 'witnesses'], []),
  ),
  change('witness: outside the NAP', { rule: 'witness', place: /witnesses\[0\]/ }, (c) => {
    put(c, ['predicate', 'properties', 0, 'witnesses', 0, 'point'], [-0.5, 0]);
  }),
  change('witness: on the boundary of an active literal', { rule: 'witness' }, (c) => {
    put(c, ['predicate', 'properties', 0, 'witnesses', 0, 'point'], [0.75, 0.75]);
  }),
  change('witness: outside the domain', { rule: 'witness', found: /1\.5/ }, (c) => {
    put(c, ['predicate', 'properties', 0, 'witnesses', 0, 'point'], [1.5, 0.75]);
  }),
  change('witness: of another class', { rule: 'witness' }, (c) =>
    put(c, ['predicate', 'properties', 0, 'witnesses', 0, 'class'], 2),
  ),
  change(
    'witness: one of two missing',
    { rule: 'witness' },
    (c) => void c.predicate.properties[1]!.witnesses.pop(),
  ),
  change('witness: too short', { rule: 'witness', found: /^1$/ }, (c) => {
    put(c, ['predicate', 'properties', 0, 'witnesses', 0, 'point'], [0.875]);
  }),
  change('counterexample: outside the domain', { rule: 'counterexample', found: /-/ }, (c) => {
    put(evidenceOf(c, 'non-misclassification/1/0'), ['replay', 'point'], [-5, 5]);
  }),
  change('counterexample: outside the NAP', { rule: 'counterexample' }, (c) => {
    put(evidenceOf(c, 'non-misclassification/1/0'), ['replay', 'point'], [0.875, 0.75]);
  }),
  change('counterexample: overflowing number', { rule: 'counterexample' }, (c) => {
    put(evidenceOf(c, 'non-misclassification/1/0'), ['replay', 'point'], [1e308, 1e308]);
  }),
  change('obligation: listed twice', { rule: 'structure' }, (c) => {
    c.predicate.obligations.push(c.predicate.obligations[0]!);
  }),
  change('obligation: claimed by two properties', { rule: 'structure', place: /properties\[1\]/ }, (c) => {
    c.predicate.properties[1]!.obligations.push('non-misclassification/0/1');
  }),
  change('obligation: of no property', { rule: 'structure', found: /spare/ }, (c) => {
    c.predicate.obligations.push({ ...c.predicate.obligations[0]!, id: 'spare' });
  }),
  change(
    'obligation: without result',
    { rule: 'structure' },
    (c) => void c.predicate.obligations.splice(0, 1),
  ),
  change(
    'semantics: weakened',
    { rule: 'structure', place: /semantics/ },
    (c) => void c.predicate.semantics.pop(),
  ),
  change('arithmetic: unknown level', { error: /arithmetic/ }, (c) =>
    put(c, ['predicate', 'arithmetic'], 'float16'),
  ),
  change('format: other version', { error: /format/ }, (c) =>
    put(c, ['predicate', 'format'], 'napcert/certificate/v2'),
  ),
  change('predicateType: other', { error: /predicateType/ }, (c) =>
    put(c, ['predicateType'], 'https://example.org/x'),
  ),
  change('unknown key', { error: /predicate/ }, (c) => put(c, ['predicate', 'trusted'], true)),
  change('holes: missing', { error: /holes/ }, (c) => put(c, ['predicate', 'holes'], undefined)),
  rewrite('duplicate key', { error: /duplicate key/ }, (text) =>
    text.replace('"holds"', '"unknown","verdict":"holds"'),
  ),
  rewrite('duplicate key, escaped', { error: /duplicate key/ }, (text) =>
    text.replace('"verdict":"holds"', '"verdict":"unknown","verd\\u0069ct":"holds"'),
  ),
  rewrite('deep nesting', { error: /nested/ }, (text) =>
    text.replace('"holes":[]', `"holes":${'['.repeat(5000)}${']'.repeat(5000)}`),
  ),
  rewrite('cut off', { error: /JSON/ }, (text) => text.slice(0, text.length >> 1)),
  rewrite('text behind the end', { error: /JSON/ }, (text) => `${text}{}`),
  rewrite('empty', { error: /JSON/ }, () => ''),
  rewrite('not an object', { error: /certificate/ }, () => '[]'),
];
