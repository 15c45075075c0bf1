/** Tampering with proofs: every field of every rule. */
import type { Certificate } from '../../src/certificate/certificate.js';
import type { ProofStep } from '../../src/certificate/proof.js';
import { evidenceOf, LEMMA, stepsOf } from './base.js';
import { change, type Forgery, put, type Reason, rewrite } from './forgery.js';

const A = 'non-misclassification/0/1';
const B = 'non-misclassification/0/2';
const CLASH = 'non-ambiguity/0-1';
const APART = 'non-ambiguity/1-2';
const NEAR = 'local-robustness/center/e0.125/1';
const EMPTY = 'non-misclassification/3/empty';

function steps(name: string, id: string, reason: Reason, forge: (steps: ProofStep[]) => void): Forgery {
  return change(name, reason, (certificate) => forge(stepsOf(certificate, id)));
}

/** Sets one field of one step. */
function field(
  name: string,
  id: string,
  path: readonly (string | number)[],
  value: unknown,
  reason: Reason,
): Forgery {
  return steps(name, id, reason, (list) => put(list, path, value));
}

function sharedSteps(certificate: Certificate): ProofStep[] {
  const { proof } = certificate.predicate.shared!['class-0']!;
  if (proof.kind !== 'inline') throw new Error('not inline');
  return proof.steps;
}

const hole: ProofStep = {
  rule: 'hole',
  reason: 'solver-trusted',
  solver: 'x',
  status: 'infeasible',
  scope: 'all',
};

export const FORGED_PROOFS: readonly Forgery[] = [
  // lin
  field('lin: weight 0 where one is needed', A, [1, 'weights'], [0], { rule: 'lin', place: /step 1$/ }),
  field('lin: negative weight', A, [1, 'weights'], [-1], { error: /weights/ }),
  field('lin: no weights', A, [1, 'weights'], [], { rule: 'lin', place: /0\/1, step 1/ }),
  field('lin: a weight too many', A, [1, 'weights'], [1, 1], { rule: 'lin', found: /^2$/ }),
  field('lin: sign of a literal multiplier flipped', APART, [0, 'pass', 0, 'value'], [1, 1, 2], {
    rule: 'lin',
  }),
  field('lin: other literal multiplier flipped', APART, [0, 'pass', 0, 'value'], [-1, -1, 2], {
    rule: 'lin',
  }),
  field('lin: multiplier on the wrong neurons', APART, [0, 'pass', 0, 'value'], [2, 1, -1], { rule: 'lin' }),
  field('lin: multipliers dropped', APART, [0, 'pass'], [], { rule: 'lin' }),
  field(
    'lin: one multiplier dropped',
    APART,
    [0, 'pass', 0],
    { layer: 't2', index: [0, 1], value: [-1, 1] },
    { rule: 'lin' },
  ),
  field('lin: huge multiplier', APART, [0, 'pass', 0, 'value'], [-1, 1e308, 2], { rule: 'lin' }),
  field('lin: indices not ascending', APART, [0, 'pass', 0, 'index'], [1, 0, 2], { rule: 'lin', found: /0/ }),
  field('lin: index repeated', APART, [0, 'pass', 0, 'index'], [0, 1, 1], { rule: 'lin', found: /1/ }),
  field('lin: index out of range', APART, [0, 'pass', 0, 'index'], [0, 1, 3], { rule: 'lin', found: /3/ }),
  field('lin: negative index', APART, [0, 'pass', 0, 'index'], [-1, 1, 2], { error: /index/ }),
  field('lin: fractional index', APART, [0, 'pass', 0, 'index'], [0.5, 1, 2], { error: /index/ }),
  field('lin: lengths of index and value differ', APART, [0, 'pass', 0, 'value'], [-1, 1], {
    rule: 'lin',
    found: /3 and 2/,
  }),
  field('lin: pass through a linear layer', APART, [0, 'pass', 0, 'layer'], 't1', {
    rule: 'lin',
    found: /t1/,
  }),
  field('lin: pass through an unknown layer', APART, [0, 'pass', 0, 'layer'], 'nowhere', {
    rule: 'lin',
    found: /nowhere/,
  }),
  steps('lin: a layer twice in pass', APART, { rule: 'lin', found: /twice/ }, (list) => {
    put(list, [0, 'pass', 1], { layer: 't2', index: [0], value: [-1] });
  }),
  field('lin: stop in front of nothing expanded', APART, [0, 'stop'], 't5', { rule: 'lin', found: /t2/ }),
  field('lin: unknown stop', A, [1, 'stop'], 'nowhere', { rule: 'lin', found: /nowhere/ }),
  field('lin: unknown field', A, [1, 'tolerance'], 1e-6, { error: /tolerance/ }),
  field('lin: null as number', APART, [0, 'pass', 0, 'value'], [-1, null, 2], { error: /value/ }),
  field('lin: number as text', APART, [0, 'pass', 0, 'value'], ['-1', 1, 2], { error: /value/ }),
  rewrite('lin: number that overflows', { error: /value/ }, (text) =>
    text.replace('"value":[-1,1,2]', '"value":[-1,1e999,2]'),
  ),
  rewrite('lin: NaN', { error: /JSON/ }, (text) => text.replace('"value":[-1,1,2]', '"value":[-1,NaN,2]')),
  // split
  steps(
    'split: first child dropped',
    B,
    { rule: 'closure', found: /1 open/ },
    (list) => void list.splice(2, 1),
  ),
  steps(
    'split: second child dropped',
    B,
    { rule: 'closure', found: /1 open/ },
    (list) => void list.splice(3, 1),
  ),
  field('split: unknown tensor', B, [1, 'tensor'], 't9', { rule: 'split', place: /step 1$/ }),
  field('split: index out of range', B, [1, 'index'], 3, { rule: 'split', place: /step 1$/ }),
  field('split: no threshold', B, [1, 'at'], undefined, { error: /at/ }),
  field('split: infinite threshold', B, [1, 'at'], null, { error: /at/ }),
  steps(
    'split: threshold moved so that a half is not empty',
    EMPTY,
    { rule: 'bound', place: /step 1$/ },
    (list) => {
      list.splice(
        0,
        1,
        { rule: 'split', tensor: 't0', index: 0, at: -1 },
        { rule: 'bound', tensor: 't0', index: 0 },
        { rule: 'bound', tensor: 't3', index: 0 },
      );
    },
  ),
  steps('split: halves in the wrong order', EMPTY, { rule: 'lin', place: /step 1$/ }, (list) => {
    list.splice(
      0,
      1,
      { rule: 'split', tensor: 't0', index: 0, at: -2 },
      { rule: 'lin', weights: [], pass: [] },
      { rule: 'bound', tensor: 't0', index: 0 },
    );
  }),
  steps('split: endless', A, { rule: 'split', found: /deeper/ }, (list) => {
    list.splice(
      0,
      2,
      ...Array.from({ length: 2001 }, (): ProofStep => ({ rule: 'split', tensor: 't0', index: 0, at: 0 })),
    );
  }),
  // lemma
  steps('lemma: dropped from the shared list', A, { rule: 'lin' }, (list) => void list.splice(0, 1)),
  change('lemma: other side', { rule: 'lin' }, (c) => put(sharedSteps(c), [0, 'side'], 'lower')),
  change('lemma: side misspelt', { error: /side/ }, (c) => put(sharedSteps(c), [0, 'side'], 'both')),
  change('lemma: other element', { rule: 'lin' }, (c) => put(sharedSteps(c), [0, 'index'], 1)),
  change('lemma: element out of range', { rule: 'lemma', place: /class-0, step 0/ }, (c) =>
    put(sharedSteps(c), [0, 'index'], 2),
  ),
  change('lemma: unknown tensor', { rule: 'lemma', found: /t7/ }, (c) =>
    put(sharedSteps(c), [0, 'tensor'], 't7'),
  ),
  change('lemma: bound stated instead of derived', { error: /bound/ }, (c) =>
    put(sharedSteps(c), [0, 'bound'], 0),
  ),
  change('lemma: pass with the wrong sign', { rule: 'lin' }, (c) =>
    put(sharedSteps(c), [0, 'pass'], [{ layer: 't2', index: [0], value: [-1] }]),
  ),
  change('lemma: uses its own conclusion', { rule: 'lin' }, (c) => put(sharedSteps(c), [0, 'stop'], 't3')),
  change('lemma: a number of a later layer that only costs', { rule: 'lin' }, (c) =>
    put(sharedSteps(c), [0, 'pass'], [{ layer: 't4', index: [0], value: [1e6] }]),
  ),
  steps(
    'lemma: closes nothing',
    A,
    { rule: 'closure', found: /1 open/ },
    (list) => void list.splice(1, 1, LEMMA),
  ),
  steps('lemma: behind the leaf that needs it', B, { rule: 'lin', place: /step 0$/ }, (list) => {
    list.splice(0, list.length, { rule: 'lin', weights: [1], pass: [] }, LEMMA);
  }),
  steps('lemma: in one branch, used in the other', B, { rule: 'lin', place: /step 3$/ }, (list) => {
    const [, split, leaf] = list;
    list.splice(0, list.length, split!, LEMMA, leaf!, leaf!);
  }),
  // shared
  field('shared: unknown list', A, [0, 'id'], 'class-9', { rule: 'shared', found: /class-9/ }),
  field('shared: a name of the prototype', A, [0, 'id'], 'constructor', { rule: 'shared' }),
  change('shared: region of another digest', { rule: 'shared' }, (c) => {
    c.predicate.shared!['class-0']!.region = c.predicate.obligations[0]!.digest;
  }),
  steps('shared: list of another region', NEAR, { rule: 'shared', place: /local/ }, (list) => {
    list.unshift({ rule: 'shared', id: 'class-0' });
  }),
  steps('shared: not the first step', B, { rule: 'shared', place: /step 1$/ }, (list) => {
    list.splice(0, 2, list[1]!, list[0]!);
  }),
  change('shared: a leaf in the list', { rule: 'shared', place: /class-0, step 0/ }, (c) => {
    sharedSteps(c).splice(0, 1, { rule: 'lin', weights: [1], pass: [] });
  }),
  change('shared: a hole in the list', { rule: 'shared', found: /hole/ }, (c) =>
    sharedSteps(c).unshift(hole),
  ),
  change('shared: a list that nothing uses', { rule: 'structure', found: /spare/ }, (c) => {
    c.predicate.shared!['spare'] = structuredClone(c.predicate.shared!['class-0']!);
  }),
  change('shared: core dropped, so the region is another', { rule: 'shared' }, (c) => {
    const evidence = evidenceOf(c, A);
    if (evidence.kind === 'proof') delete evidence.core;
  }),
  // bound, contradiction
  field('bound: element with a value', EMPTY, [0, 'index'], 1, { rule: 'bound', found: /t3\[1\] in/ }),
  field('bound: unknown tensor', EMPTY, [0, 'tensor'], 'x', { rule: 'bound', found: /no element/ }),
  field('bound: index out of range', EMPTY, [0, 'index'], 2, { rule: 'bound', found: /no element/ }),
  field('bound: where a lin was', A, [1], { rule: 'bound', tensor: 't5', index: 0 }, { rule: 'bound' }),
  field('contradiction: neuron without contrary literals', CLASH, [0, 'index'], 1, {
    rule: 'contradiction',
    found: /phases/,
  }),
  field('contradiction: no neuron', CLASH, [0, 'tensor'], 't0', {
    rule: 'contradiction',
    found: /no neuron/,
  }),
  field(
    'contradiction: within one NAP',
    A,
    [1],
    { rule: 'contradiction', tensor: 't1', index: 0 },
    { rule: 'contradiction' },
  ),
  // order and length
  steps('a step left over', A, { rule: 'closure', place: /step 2$/ }, (list) => void list.push(list[1]!)),
  steps('a hole left over', A, { rule: 'closure', place: /step 2$/ }, (list) => void list.push(hole)),
  steps('no steps', A, { error: /steps/ }, (list) => void list.splice(0)),
  field('unknown rule', A, [1, 'rule'], 'trust-me', { error: /rule/ }),
  steps("another obligation's proof", B, { rule: 'lin' }, (list) => {
    list.splice(0, list.length, { rule: 'lin', weights: [1], pass: [] });
  }),
  // holes
  steps(
    'hole: not counted',
    A,
    { rule: 'structure', place: /holes/ },
    (list) => void list.splice(0, 2, hole),
  ),
  change('hole: counted but not listed', { rule: 'structure', place: /^holes/ }, (c) => {
    stepsOf(c, A).splice(0, 2, hole);
    const evidence = evidenceOf(c, A);
    if (evidence.kind === 'proof') Object.assign(evidence, { holes: 1, margin: null });
  }),
  change(
    'hole: listed but not there',
    { rule: 'structure', place: /^holes/ },
    (c) => void c.predicate.holes.push('x'),
  ),
  change('hole: counted but not there', { rule: 'structure', place: /holes/ }, (c) =>
    put(evidenceOf(c, A), ['holes'], 1),
  ),
  change(
    'hole: hidden in one branch',
    { rule: 'structure', place: /holes/ },
    (c) => void stepsOf(c, B).splice(2, 1, hole),
  ),
];

export const FORGED_MARGINS: readonly Forgery[] = [
  change('margin: above the proved one', { rule: 'lin', place: /0\/1, step 1/ }, (c) =>
    put(evidenceOf(c, A), ['margin'], 0.5000001),
  ),
  change('margin: one unit in the last place above the truth', { rule: 'lin', place: /step/ }, (c) =>
    put(evidenceOf(c, NEAR), ['margin'], 1 + 2 ** -52),
  ),
  change('margin: huge', { rule: 'lin' }, (c) => put(evidenceOf(c, B), ['margin'], 1e300)),
  change('margin: where no constraint has one', { rule: 'margin', place: /1-2/ }, (c) =>
    put(evidenceOf(c, APART), ['margin'], 1),
  ),
  change('margin: of a proof without leaf', { rule: 'margin', place: /empty/ }, (c) =>
    put(evidenceOf(c, EMPTY), ['margin'], 0.5),
  ),
  change('margin: text', { error: /margin/ }, (c) => put(evidenceOf(c, A), ['margin'], '0.25')),
  change('core: an extra literal', { rule: 'core', found: /neuron 2 active/ }, (c) =>
    put(evidenceOf(c, A), ['core', 0, 0, 'active'], [0, 1, 2]),
  ),
  change('core: a literal of the other phase', { rule: 'core', found: /neuron 1 inactive/ }, (c) => {
    put(evidenceOf(c, A), ['core', 0, 0], { tensor: 't1', active: [0], inactive: [1] });
  }),
  change('core: too small for the proof', { rule: 'shared' }, (c) => put(evidenceOf(c, A), ['core'], [[]])),
  change('core: one list too many', { rule: 'core', found: /^2$/ }, (c) =>
    put(evidenceOf(c, A), ['core', 1], []),
  ),
  change('core: no list', { rule: 'core', found: /^0$/ }, (c) => put(evidenceOf(c, A), ['core'], [])),
  change('core: unknown tensor', { rule: 'core', place: /core/ }, (c) =>
    put(evidenceOf(c, A), ['core', 0, 0, 'tensor'], 't2'),
  ),
  change('core: index repeated', { rule: 'core' }, (c) =>
    put(evidenceOf(c, A), ['core', 0, 0, 'active'], [0, 0]),
  ),
  change('core: drops the contradiction it needs', { rule: 'contradiction' }, (c) =>
    put(evidenceOf(c, CLASH), ['core'], [[], []]),
  ),
];
