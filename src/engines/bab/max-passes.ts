/**
 * What LP multipliers pass through a max layer to its candidates: minus the multipliers of the rows y - x_k >= 0, and
 * of the upper facets times their shares (encoding/max-facets.ts). With a facet's shares alone, a coefficient A > 0
 * passes A a_k and costs A (t - sum a_k l_k): the candidates' costs of certificate-v1.md, 4.1, are A (min(u_j, t) -
 * sum a_k l_k). So the step proves what the facet says; it is sound for any numbers.
 */
import type { Bounds } from '../../bounds/interval.js';
import { favouriteInput } from '../../bounds/push-back.js';
import type { MaxLayer } from '../../network/network.js';
import type { Encoding } from '../encoding/encode.js';

/** Smaller differences to 0 or the default, as a share of the coefficient, are not written down. */
const SAME = 1e-9;

/** Numbers by position; NaN for all candidates of an output that is left to the default. */
export function maxPasses(
  encoding: Encoding,
  bounds: Bounds,
  rows: Float64Array,
  layer: MaxLayer,
  a: Float64Array,
  round: (p: number) => number,
): Float64Array | undefined {
  const layout = encoding.maxes.find((known) => known.layer.output === layer.output);
  if (layout === undefined) return undefined;
  const passed = new Float64Array(layer.col.length);
  layout.above.forEach((row, k) => {
    if (row >= 0) passed[k] = -rows[row]!;
  });
  for (const { row, from, share } of layout.facets) {
    if (rows[row] === 0) continue;
    for (let k = 0; k < share.length; k++) passed[from + k] = passed[from + k]! - rows[row]! * share[k]!;
  }
  const lower = bounds.lower[layer.input]!;
  const upper = bounds.upper[layer.input]!;
  for (let i = 0; i < a.length; i++) {
    const [from, to] = [layer.rowStart[i]!, layer.rowStart[i + 1]!];
    const numbers = passed.subarray(from, to);
    const least = SAME * Math.max(1, Math.abs(a[i]!));
    const usual = favouriteInput(layer, lower, upper, from, to, a[i]!) - from;
    const encoded = layout.above.subarray(from, to).some((row) => row >= 0);
    const differs = numbers.some((p, k) => Math.abs(p - (k === usual ? a[i]! : 0)) > least);
    if (!encoded || !differs) {
      numbers.fill(NaN);
      continue;
    }
    // Numbers that are left out beside a listed one are 0.
    numbers.forEach((p, k) => {
      numbers[k] = Math.abs(p) > least ? round(p) : NaN;
    });
    if (numbers.every(Number.isNaN)) numbers[0] = 0;
  }
  return passed;
}
