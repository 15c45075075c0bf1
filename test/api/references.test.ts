/** Names of references are short, and differ wherever the references do. */
import { describe, expect, it } from 'vitest';
import { referenceNames } from '../../src/api/verify/references.js';
import { parseSpec } from '../../src/spec/parse-spec.js';

function names(...references: string[]): string[] {
  const rows = references.map((text) => `- { kind: local-robustness, reference: ${text}, epsilon: 0.1 }\n`);
  const { properties } = parseSpec(`napcert: 1\nproperties:\n${rows.join('')}`, 'a.yaml');
  return [...referenceNames(properties).values()];
}

describe('names of references', () => {
  it('are base name and sample', () => {
    expect(names('{ data: ../models/iris.csv, sample: 3 }', '{ data: mnist, sample: 3 }')).toEqual([
      'iris.csv#3',
      'mnist#3',
    ]);
  });

  it('differ for files of one name in two folders and for different inputs', () => {
    expect(
      names(
        '{ data: a/x.csv, sample: 0 }',
        '{ data: b/x.csv, sample: 0 }',
        '{ data: a/x.csv, sample: 0 }',
        '{ input: [1] }',
        '{ input: [2] }',
      ),
    ).toEqual(['x.csv#0', 'x.csv#0 (2)', 'x.csv#0', 'input', 'input (2)']);
  });
});
