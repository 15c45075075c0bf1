/** Flat CROWN bounds against push-back.ts with its defaults, and against values at points of the box. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CrownChain } from '../../src/bounds/crown-chain.js';
import { denseChain, ForwardForms } from '../../src/bounds/forward-forms.js';
import { defaultPasses, pushBack } from '../../src/bounds/push-back.js';
import { forward } from '../../src/network/forward.js';
import { reluLayers } from '../../src/network/network.js';
import { dense, network, relu } from '../helpers/layers.js';

const SIZES = [2, 4, 5, 3];
const number = fc.double({ min: -2, max: 2, noNaN: true });
const matrix = (rows: number, cols: number) =>
  fc.array(fc.array(number, { minLength: cols, maxLength: cols }), { minLength: rows, maxLength: rows });
const vector = (size: number) => fc.array(number, { minLength: size, maxLength: size });

/** in 2 - 4 - relu - 5 - relu - 3 out. */
const networks = fc
  .tuple(...[1, 2, 3].flatMap((n) => [matrix(SIZES[n]!, SIZES[n - 1]!), vector(SIZES[n]!)]))
  .map((parts) => {
    const [w1, b1, w2, b2, w3, b3] = parts as [
      number[][],
      number[],
      number[][],
      number[],
      number[][],
      number[],
    ];
    return network(
      [2, 4, 4, 5, 5, 3],
      [dense([0], 1, w1, b1), relu(1, 2), dense([2], 3, w2, b2), relu(3, 4), dense([4], 5, w3, b3)],
    );
  });
const boxes = fc
  .array(fc.tuple(number, fc.double({ min: 0, max: 2, noNaN: true })), { minLength: 2, maxLength: 2 })
  .map((sides) => ({
    low: Float64Array.from(sides, ([low]) => low),
    high: Float64Array.from(sides, ([low, width]) => low + width),
  }));

describe('bounds of a chain', () => {
  it('are those of push-back, and hold at points', () => {
    fc.assert(
      fc.property(
        networks,
        boxes,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
        (net, { low, high }, shares) => {
          const chain = denseChain(net)!;
          const crown = new CrownChain(chain, 2);
          const forms = new ForwardForms(chain, 2);
          crown.setBox(low, high);
          forms.setBox(low, high);
          const layers = reluLayers(net);
          for (let n = 0; n < 2; n++) {
            crown.intervals(n);
            for (let j = 0; n > 0 && j < crown.lower[n]!.length; j++) {
              crown.upper[n]![j] = Math.min(crown.upper[n]![j]!, crown.neuron(n, j, 1));
              crown.lower[n]![j] = Math.max(crown.lower[n]![j]!, -crown.neuron(n, j, -1));
            }
          }
          const lower = net.tensors.map(({ size }) => new Float64Array(size).fill(-Infinity));
          const upper = net.tensors.map(({ size }) => new Float64Array(size).fill(Infinity));
          lower[0] = low;
          upper[0] = high;
          layers.forEach(({ input }, n) => {
            lower[input] = crown.lower[n]!.slice();
            upper[input] = crown.upper[n]!.slice();
          });
          const coefficients = Float64Array.of(1, -2, 0.5);
          const form = crown.form(coefficients, 0.25);
          let bound = form.constant;
          form.coefficients.forEach((a, i) => {
            bound += a > 0 ? a * high[i]! : a * low[i]!;
          });
          const expected = pushBack(
            net,
            { lower, upper },
            { tensor: net.output, coefficients, constant: 0.25 },
            net.input,
            defaultPasses,
          );
          const close =
            1e-9 * (1 + Math.abs(bound) + crown.upper[1]!.reduce((sum, u) => sum + Math.abs(u), 0));
          expect(Math.abs(bound - expected.bound)).toBeLessThanOrEqual(close);
          for (let p = 0; p < 4; p++) {
            const x = low.map((l, i) => l + shares[2 * p + i]! * (high[i]! - l));
            const { tensors } = forward(net, x);
            layers.forEach(({ input }, n) => {
              tensors[input]!.forEach((z, j) => {
                for (const side of [crown, forms]) {
                  expect(z).toBeLessThanOrEqual(side.upper[n]![j]! + close);
                  expect(z).toBeGreaterThanOrEqual(side.lower[n]![j]! - close);
                }
              });
            });
            const value = tensors[net.output]!.reduce((sum, y, k) => sum + coefficients[k]! * y, 0.25);
            const along = form.coefficients.reduce((sum, a, i) => sum + a * x[i]!, form.constant);
            expect(value).toBeLessThanOrEqual(along + close);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
