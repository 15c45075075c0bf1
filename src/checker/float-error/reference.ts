/**
 * The reference evaluation of certificate-v1.md, section 7: one of the binary32 evaluations that a claim about float32
 * arithmetic speaks of, written out so that every checker finds the same numbers.
 *
 * Products and sums of two binary32 numbers, rounded to double and then to binary32, are rounded correctly (a product
 * is exact in double; 53 >= 2 * 24 + 2 bits suffice for sums and quotients; Figueroa 1995).
 */
import type { LinearLayer, Network } from '../../network/network.js';
import { assertNever } from '../../util/errors.js';
import { readRow, rowBuffer } from '../exact/map-rows.js';

/** Every tensor at a point of binary32 numbers. Values that overflow are infinite or NaN, as in any evaluation. */
export function evaluateReference(network: Network, point: Float64Array): readonly Float64Array[] {
  const tensors = network.tensors.map(({ size }) => new Float64Array(size));
  tensors[network.input]!.set(point);
  for (const layer of network.layers) {
    const out = tensors[layer.output]!;
    switch (layer.kind) {
      case 'linear':
        linear(layer, tensors, out);
        break;
      case 'relu': {
        const z = tensors[layer.input]!;
        for (let i = 0; i < out.length; i++) out[i] = z[i]! > 0 ? z[i]! : Math.fround(layer.slope * z[i]!);
        break;
      }
      case 'max': {
        const x = tensors[layer.input]!;
        for (let i = 0; i < out.length; i++) {
          let most = -Infinity;
          for (let k = layer.rowStart[i]!; k < layer.rowStart[i + 1]!; k++)
            most = Math.max(most, x[layer.col[k]!]!);
          out[i] = most;
        }
        break;
      }
      default:
        assertNever(layer, 'layer');
    }
  }
  return tensors;
}

/**
 * Products one after the other onto a sum that starts at 0, then the bias, then the division. Derived weights are
 * rounded to binary32 first; all others are binary32 numbers.
 */
function linear(layer: LinearLayer, tensors: readonly Float64Array[], out: Float64Array): void {
  const { map, bias, divisor, inputs } = layer;
  const x =
    inputs.length === 1 ? tensors[inputs[0]!]! : Float64Array.from(inputs.flatMap((id) => [...tensors[id]!]));
  const buffer = rowBuffer(map);
  for (let row = 0; row < map.rows; row++) {
    const count = readRow(map, row, buffer);
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const product = Math.fround(Math.fround(map.weight[buffer.weightAt[k]!]!) * x[buffer.col[k]!]!);
      sum = Math.fround(sum + product);
    }
    sum = Math.fround(sum + bias[row]!);
    out[row] = divisor === null ? sum : Math.fround(sum / divisor[row]!);
  }
}
