/**
 * Layers that read an input kept to { x >= 0, sum x = 1 }: a row w . x is a mean of the weights, with weights x, so it
 * lies between the least and the greatest of them (0 among them where an input has none). No rounding is involved.
 */
import type { Layer, LinearLayer, Network } from '../network/network.js';
import { addDown, addUp, divDown, divUp } from './exact/interval.js';
import { readRow, rowBuffer } from './exact/map-rows.js';
import { type Intervals, tighten } from './interval-bounds.js';

interface Ranges {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Intersects the intervals of a layer that reads the input alone with its range; true if one became smaller. */
export function keepToSection(network: Network, layer: Layer, intervals: Intervals): boolean {
  if (network.section === undefined || layer.kind !== 'linear') return false;
  if (layer.inputs.length !== 1 || layer.inputs[0] !== network.input) return false;
  const { low, high } = rangesOf(layer);
  let changed = false;
  for (let row = 0; row < low.length; row++) {
    if (tighten(intervals, layer.output, row, low[row]!, high[row]!)) changed = true;
  }
  return changed;
}

const known = new WeakMap<LinearLayer, Ranges>();

function rangesOf(layer: LinearLayer): Ranges {
  const before = known.get(layer);
  if (before !== undefined) return before;
  const { map, bias, divisor, tolerance } = layer;
  const low = new Float64Array(map.rows).fill(-Infinity);
  const high = new Float64Array(map.rows).fill(Infinity);
  const buffer = rowBuffer(map);
  const seenIn = new Int32Array(map.cols).fill(-1);
  for (let row = 0; row < map.rows; row++) {
    const count = readRow(map, row, buffer);
    // Inputs without a weight have weight 0.
    let least = count < map.cols ? 0 : Infinity;
    let most = count < map.cols ? 0 : -Infinity;
    let repeated = false;
    for (let k = 0; k < count; k++) {
      const col = buffer.col[k]!;
      if (seenIn[col] === row) repeated = true;
      seenIn[col] = row;
      const weight = map.weight[buffer.weightAt[k]!]!;
      least = Math.min(least, weight);
      most = Math.max(most, weight);
    }
    // Weights of an input that is listed twice would have to be added up.
    if (repeated) continue;
    const by = divisor?.[row] ?? 1;
    const off = tolerance?.[row] ?? 0;
    low[row] = addDown(divDown(addDown(least, bias[row]!), by), -off);
    high[row] = addUp(divUp(addUp(most, bias[row]!), by), off);
  }
  const ranges = { low, high };
  known.set(layer, ranges);
  return ranges;
}
