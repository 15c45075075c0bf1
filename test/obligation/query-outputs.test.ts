/** Bounds of outputs that doubles, or float32, cannot hold. */
import { describe, expect, it } from 'vitest';
import { lowerModel } from '../../src/network/lower.js';
import { compiledQuery } from '../../src/obligation/query.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { InputError } from '../../src/util/errors.js';
import { tinyModel } from '../helpers/tiny-model.js';

const network = lowerModel(decodeModel(tinyModel()));
const bounds = (type: 'real' | 'float32', claim: string): readonly number[] => {
  const text = `(vnnlib-version <2.0>)
(declare-network N (declare-input X ${type} [1,2]) (declare-output Y ${type} [1,2]))
(assert (>= X[0,0] 0.0)) (assert (<= X[0,0] 1.0)) (assert (>= X[0,1] 0.0)) (assert (<= X[0,1] 1.0))
(assert ${claim})
`;
  const { questions } = compiledQuery(network, { kind: 'query', name: 'q.vnnlib', text }, 1e6);
  return questions.flatMap(({ outputs }) => outputs.map(({ bound }) => bound));
};

describe('bounds of outputs', () => {
  it.each([
    ['(<= Y[0,0] 1e400)', 'real'],
    ['(>= Y[0,0] -1e400)', 'real'],
    ['(<= Y[0,0] 1e400)', 'float32'],
  ] as const)(
    '%s (%s) is refused at line 4: leaving it out or shortening it would be another query',
    (claim, type) => {
      let fault: unknown;
      try {
        bounds(type, claim);
      } catch (error) {
        fault = error;
      }
      expect(fault).toBeInstanceOf(InputError);
      expect((fault as InputError).fault.place).toMatch(/^line 4, column \d+$/);
    },
  );

  // -y >= -1e39, rounded down.
  it('a bound that float32 cannot hold is meant exactly', () => {
    const [bound] = bounds('float32', '(<= Y[0,0] 1e39)');
    expect(bound).toBeLessThanOrEqual(-1e39);
    expect(bound).toBeGreaterThan(-1.0000001e39);
  });
});
