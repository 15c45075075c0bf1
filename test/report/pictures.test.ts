/** Ticks of line charts are round numbers inside the axis. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineChart, ticks } from '../../src/report/pictures-svg.js';

describe('ticks', () => {
  it('of known ranges', () => {
    expect(ticks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks(0.913, 0.987)).toEqual([0.92, 0.94, 0.96, 0.98]);
    expect(ticks(-7, 23)).toEqual([0, 10, 20]);
  });

  it('lie in the range, are 1, 2 or 5 times a power of ten apart, and are two to seven', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        (low, size) => {
          const found = ticks(low, low + size);
          expect(found.length).toBeGreaterThanOrEqual(2);
          expect(found.length).toBeLessThanOrEqual(7);
          const slack = size * 1e-6;
          expect(found.every((x) => x >= low - slack && x <= low + size + slack)).toBe(true);
          const digits = (found[1]! - found[0]!).toExponential(3);
          expect(digits).toMatch(/^[125]\.000e/);
        },
      ),
    );
  });

  it('a logarithmic axis has powers of ten', () => {
    const svg = lineChart({
      title: '',
      xLabel: '',
      yLabel: '',
      logX: true,
      lines: [
        {
          name: '',
          colour: 'red',
          points: [
            [0.001, 0],
            [1, 1],
          ],
        },
      ],
    });
    for (const label of ['0.001', '0.01', '0.1', '1'])
      expect(svg).toContain(`text-anchor="middle">${label}</text>`);
  });
});
