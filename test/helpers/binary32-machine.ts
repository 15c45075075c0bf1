/** Binary32 evaluations in random orders, and how far a model with tolerances is from what they compute. */
import { evaluateLayer } from '../../src/network/forward.js';
import { forEachTerm } from '../../src/network/linear-map.js';
import type { LinearLayer, Network } from '../../src/network/network.js';
import type { Box } from '../../src/obligation/obligation.js';
import type { Random } from './random.js';

const LEAST_NORMAL = 2 ** -126;

/** One binary32 machine: how it orders, fuses and flushes is random at every operation. */
export class Machine {
  constructor(
    readonly random: Random,
    readonly flushes: boolean,
  ) {}

  read(x: number): number {
    return this.flushes && Math.abs(x) < LEAST_NORMAL && this.random.chance(0.5) ? 0 : x;
  }

  round(x: number): number {
    return this.read(Math.fround(x));
  }

  row(layer: LinearLayer, row: number, x: ArrayLike<number>): number {
    const { random } = this;
    const products: [number, number][] = [];
    forEachTerm(layer.map, row, (col, weight) => {
      products.push([this.read(weight), this.read(x[col]!)]);
    });
    let sums: number[] = layer.bias[row] === 0 ? [] : [this.read(layer.bias[row]!)];
    while (products.length > 0) {
      const [w, v] = products.splice(random.int(0, products.length - 1), 1)[0]!;
      if (sums.length > 0 && random.chance(0.5)) {
        const at = random.int(0, sums.length - 1);
        // The product is exact in double; the sum rounds to double first, 2^-29 of a binary32 rounding more.
        sums[at] = this.round(w * v + sums[at]!);
      } else sums.push(this.round(w * v));
    }
    while (sums.length > 1) {
      const a = sums.splice(random.int(0, sums.length - 1), 1)[0]!;
      const at = random.int(0, sums.length - 1);
      sums = sums.map((b, i) => (i === at ? this.round(a + b) : b));
    }
    const sum = sums[0] ?? 0;
    const d = layer.divisor?.[row] ?? 1;
    if (d === 1) return sum;
    return random.chance(0.5) ? this.round(sum / d) : this.round(sum * Math.fround(1 / d));
  }

  run(network: Network, point: Float64Array): Float64Array[] {
    const tensors = network.tensors.map(({ size }) => new Float64Array(size));
    tensors[network.input]!.set(point);
    for (const layer of network.layers) {
      const out = tensors[layer.output]!;
      if (layer.kind === 'linear') {
        const x = layer.inputs.flatMap((id) => [...tensors[id]!]);
        for (let row = 0; row < out.length; row++) out[row] = this.row(layer, row, x);
      } else if (layer.kind === 'relu') {
        const z = tensors[layer.input]!;
        for (let i = 0; i < out.length; i++)
          out[i] = z[i]! > 0 ? this.read(z[i]!) : this.round(layer.slope * z[i]!);
      } else evaluateLayer(layer, tensors);
    }
    return tensors;
  }
}

/**
 * Largest |t| / tolerance that makes the model's observed tensors the computed ones: layers are applied in double to
 * computed operands, so a ratio of at most 1 is what the tolerances promise.
 */
export function worstRatio(
  network: Network,
  tolerances: readonly (Float64Array | null)[],
  computed: (id: number) => ArrayLike<number> | null,
  point: Float64Array,
): number {
  const nominal = network.tensors.map(({ size }) => new Float64Array(size));
  nominal[network.input]!.set(point);
  let worst = 0;
  for (const layer of network.layers) {
    evaluateLayer(layer, nominal);
    const tolerance = tolerances[layer.output];
    const values = computed(layer.output);
    if (tolerance == null || values === null) continue;
    const out = nominal[layer.output]!;
    for (let i = 0; i < out.length; i++) {
      const off = Math.abs(values[i]! - out[i]!);
      if (off > 0) worst = Math.max(worst, off / tolerance[i]!);
      out[i] = values[i]!;
    }
  }
  return worst;
}

export function randomPoint(random: Random, box: Box): Float64Array {
  return box.lower.map((low, i) => {
    const value = Math.fround(low + (box.upper[i]! - low) * random.next());
    return Math.min(Math.max(value, low), box.upper[i]!);
  });
}
