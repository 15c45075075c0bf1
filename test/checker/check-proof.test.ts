import { describe, expect, it } from 'vitest';
import { dense, network, relu } from './exact/networks.js';
import { leads, obligation, prove } from './prove.js';

/** y0 = relu(x0 + x1), y1 = relu(x0 - x1) - 1 : tensors t0 (2), t1 = z, t2 = a, t3 = y. */
const tiny = network(
  [2, 2, 2, 2],
  [
    dense(
      [0],
      1,
      [
        [1, 1],
        [1, -1],
      ],
      [0, 0],
    ),
    relu(1, 2),
    dense(
      [2],
      3,
      [
        [1, 0],
        [0, 1],
      ],
      [0, -1],
    ),
  ],
);
const LIN = { rule: 'lin' as const, weights: [1], pass: [] };

describe('lin', () => {
  it('closes what one bound closes: both active, y1 - y0 = -2 x1 - 1 <= -1 for x1 >= 0', () => {
    const region = obligation(tiny, { lower: [0, 0], naps: [[1, 1]], outputs: [leads(1, 0)] });
    const check = prove(tiny, region, [LIN]);
    expect(check.outcome).toEqual({ kind: 'valid' });
    expect(check.margin).toBeGreaterThan(1 - 1e-12);
    expect(check.margin).toBeLessThanOrEqual(1);
    expect(prove(tiny, region, [LIN], 1).outcome.kind).toBe('valid');
    expect(prove(tiny, region, [LIN], 1 + 2 ** -50).outcome.kind).toBe('invalid');
  });
  it('does not close a region with a point: x = (1, -1) has y0 = 0, y1 = 1', () => {
    const region = obligation(tiny, { outputs: [leads(1, 0)] });
    const check = prove(tiny, region, [LIN]);
    expect(check.outcome).toMatchObject({ kind: 'invalid', rejection: { rule: 'lin' } });
  });
});
