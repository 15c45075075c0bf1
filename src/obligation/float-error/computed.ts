/** Ranges of computed values behind ReLU and max layers, and how far they are from the exact function of what they read. */
import type { MaxLayer, ReluLayer } from '../../network/network.js';
import { FLUSH, UNIT, up } from './rounding.js';

/** For every input of the region and every evaluation the computed value lies in [lower, upper]. */
export interface Range {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** `error` is at least |computed - f(the model's operands)| for the layer's exact f. */
export interface Computed extends Range {
  readonly error: Float64Array;
}

/**
 * ReLU picks z or s z; s z is rounded, and a runtime that flushes subnormal operands may read z as 0. Where no computed
 * z is positive a plain ReLU gives 0, exactly.
 */
export function computedRelu({ slope }: ReluLayer, z: Range): Computed {
  const size = z.lower.length;
  const out = blank(size);
  for (let i = 0; i < size; i++) {
    const [low, high] = [z.lower[i]!, z.upper[i]!];
    const product = slope === 0 ? 0 : up(UNIT * slope * Math.abs(Math.min(low, 0)) + FLUSH);
    out.lower[i] = low > 0 ? low : slope === 0 ? 0 : slope * low - product;
    out.upper[i] = high > 0 ? high : slope === 0 ? 0 : Math.min(0, slope * high + product);
    out.error[i] = slope === 0 && high <= 0 ? 0 : up(product + FLUSH);
  }
  return out;
}

/**
 * A maximum is one of its operands; a runtime may read subnormal ones as 0. `operands`: how far each computed operand is
 * from the model's; null where it is the same.
 */
export function computedMax({ rowStart, col }: MaxLayer, x: Range, operands: Float64Array | null): Computed {
  const size = rowStart.length - 1;
  const out = blank(size);
  for (let i = 0; i < size; i++) {
    let [low, high, inherited] = [-Infinity, -Infinity, 0];
    for (let k = rowStart[i]!; k < rowStart[i + 1]!; k++) {
      low = Math.max(low, x.lower[col[k]!]!);
      high = Math.max(high, x.upper[col[k]!]!);
      inherited = Math.max(inherited, operands?.[col[k]!] ?? 0);
    }
    [out.lower[i], out.upper[i], out.error[i]] = [low, high, up(inherited + FLUSH)];
  }
  return out;
}

function blank(size: number): Computed {
  return { lower: new Float64Array(size), upper: new Float64Array(size), error: new Float64Array(size) };
}
