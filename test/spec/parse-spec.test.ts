/** Errors of specification files point at the place that a person must change. */
import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../src/spec/parse-spec.js';
import { InputError } from '../../src/util/errors.js';

function faultOf(text: string): InputError['fault'] {
  try {
    parseSpec(text, 'release.yaml');
  } catch (error) {
    if (error instanceof InputError) return error.fault;
    throw error;
  }
  throw new Error('accepted');
}

describe('places of errors', () => {
  it.each([
    ['at the top', 'napcert: 1\nproprties: []\n', 'line 2, column 1 (proprties)'],
    [
      'in a property',
      'napcert: 1\nproperties:\n  - kind: non-misclassification\n    classs: [1]\n',
      'line 4, column 5 (properties[0].classs)',
    ],
    [
      'in a reference sample',
      'napcert: 1\nproperties:\n  - kind: local-robustness\n    epsilon: 0.1\n    reference: {data: mnist, sampel: 3}\n',
      'line 5, column 30 (properties[0].reference.sampel)',
    ],
    [
      'in a reference input',
      'napcert: 1\nproperties:\n  - kind: local-robustness\n    epsilon: 0.1\n    reference: {input: [0], nam: x}\n',
      'line 5, column 29 (properties[0].reference.nam)',
    ],
    [
      'in the domain',
      'napcert: 1\ndomain: {lower: 0, uper: 1}\nproperties:\n  - kind: non-ambiguity\n',
      'line 2, column 20 (domain.uper)',
    ],
  ])('an unknown key %s', (_, text, place) => {
    expect(faultOf(text)).toMatchObject({ file: 'release.yaml', place });
  });

  it('a value of the wrong kind', () => {
    const text = 'napcert: 1\nproperties:\n  - kind: non-misclassification\n    classes: [1, two]\n';
    expect(faultOf(text)).toMatchObject({
      place: 'line 4, column 18 (properties[0].classes[1])',
      expected: 'number',
      found: '"two"',
    });
  });
});
