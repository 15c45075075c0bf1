/**
 * Outward-rounded bounds through one layer, as `interval.ts` proves them. Ends may be infinite; a lower end
 * above its upper end means an empty region and is the caller's to notice (results then mean nothing).
 */
import type { Layer, LinearLayer, MaxLayer, ReluLayer } from '../../network/network.js';
import { assertNever } from '../../util/errors.js';
import { divDown, divUp, mulDown, mulUp, sumProductsOver } from './interval.js';
import { readRow, rowBuffer } from './map-rows.js';

/** Bounds of the elements of one tensor, or of several concatenated. */
export interface Bounds {
  readonly lo: Float64Array;
  readonly hi: Float64Array;
}

/**
 * Bounds of the layer's output for all inputs within `input` (for a linear layer the concatenation of its
 * inputs in order). The exact value at every real point of the input bounds lies in the result.
 */
export function boundLayer(layer: Layer, input: Bounds): Bounds {
  switch (layer.kind) {
    case 'linear':
      return boundLinear(layer, input);
    case 'relu':
      return boundRelu(layer, input);
    case 'max':
      return boundMax(layer, input);
    default:
      return assertNever(layer, 'layer');
  }
}

function emptyBounds(size: number): Bounds {
  return { lo: new Float64Array(size), hi: new Float64Array(size) };
}

function boundLinear({ map, bias, divisor, node }: LinearLayer, { lo, hi }: Bounds): Bounds {
  if (lo.length !== map.cols || hi.length !== map.cols) {
    throw new RangeError(`${node}: bounds of length ${lo.length} where ${map.cols} is needed`);
  }
  const result = emptyBounds(map.rows);
  const buffer = rowBuffer(map);
  const ends = new Float64Array(2);
  for (let i = 0; i < map.rows; i++) {
    const count = readRow(map, i, buffer);
    sumProductsOver(map.weight, buffer.weightAt, buffer.col, count, lo, hi, bias[i]!, ends);
    const by = divisor === null ? 1 : divisor[i]!;
    result.lo[i] = divDown(ends[0]!, by);
    result.hi[i] = divUp(ends[1]!, by);
  }
  return result;
}

/** Monotone, because 0 <= slope < 1. */
function boundRelu({ slope }: ReluLayer, { lo, hi }: Bounds): Bounds {
  return {
    lo: lo.map((z) => (z > 0 ? z : mulDown(slope, z))),
    hi: hi.map((z) => (z > 0 ? z : mulUp(slope, z))),
  };
}

function boundMax({ rowStart, col }: MaxLayer, { lo, hi }: Bounds): Bounds {
  const result = emptyBounds(rowStart.length - 1);
  for (let i = 0; i < result.lo.length; i++) {
    let low = -Infinity;
    let high = -Infinity;
    for (let k = rowStart[i]!; k < rowStart[i + 1]!; k++) {
      low = Math.max(low, lo[col[k]!]!);
      high = Math.max(high, hi[col[k]!]!);
    }
    result.lo[i] = low;
    result.hi[i] = high;
  }
  return result;
}
