/**
 * Bounds of all neurons as linear functions of a few inputs, carried forwards: cheap enough for thousands of boxes.
 *
 * Requires: a chain of dense layers and ReLUs, a bounded box of few inputs. Returns: intervals of pre-activations. Method:
 * symbolic intervals (Wang et al. 2018). Sound: no, it computes without directed rounding; it only says what is worth a
 * proof. Complete: no.
 */

import type { Network } from '../network/network.js';

export interface DenseStep {
  readonly rows: number;
  readonly cols: number;
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

/** The dense layers in order, if the network is a chain of dense layers with ReLUs between them; else null. */
export function denseChain(network: Network): readonly DenseStep[] | null {
  const steps: DenseStep[] = [];
  let at = network.input;
  for (const [n, layer] of network.layers.entries()) {
    if (layer.kind === 'linear') {
      if (n % 2 !== 0 || layer.inputs.length !== 1 || layer.inputs[0] !== at) return null;
      if (layer.map.kind !== 'dense' || layer.divisor !== null || layer.tolerance !== undefined) return null;
      const { rows, cols, weight } = layer.map;
      steps.push({ rows, cols, weight, bias: layer.bias });
    } else if (layer.kind !== 'relu' || n % 2 !== 1 || layer.slope !== 0 || layer.input !== at) return null;
    at = layer.output;
  }
  return at === network.output && network.layers.length % 2 === 1 ? steps : null;
}

/** Upper bound of a form over the box: constant + sum of coefficient * input. */
export interface InputForm {
  readonly constant: number;
  readonly coefficients: Float64Array;
}

/** Works on one box at a time, in buffers of its own. */
export class ForwardForms {
  /** Intervals of the pre-activations by layer, of the last box. */
  readonly lower: readonly Float64Array[];
  readonly upper: readonly Float64Array[];
  readonly #width: number;
  readonly #above: readonly Float64Array[];
  readonly #below: readonly Float64Array[];
  readonly #zAbove: Float64Array;
  readonly #zBelow: Float64Array;

  constructor(
    readonly chain: readonly DenseStep[],
    readonly inputs: number,
  ) {
    this.#width = inputs + 1;
    this.lower = chain.map(({ rows }) => new Float64Array(rows));
    this.upper = chain.map(({ rows }) => new Float64Array(rows));
    this.#above = chain.map(({ cols }) => new Float64Array(cols * this.#width));
    this.#below = chain.map(({ cols }) => new Float64Array(cols * this.#width));
    this.#zAbove = new Float64Array(this.#width);
    this.#zBelow = new Float64Array(this.#width);
  }

  /** Intervals of all pre-activations over a box. Forms are in centred coordinates: x_i = middle_i + radius_i e_i. */
  setBox(low: Float64Array, high: Float64Array): void {
    const start = this.#above[0]!.fill(0);
    for (let i = 0; i < this.inputs; i++) {
      start[i * this.#width] = (low[i]! + high[i]!) / 2;
      start[i * this.#width + 1 + i] = (high[i]! - low[i]!) / 2;
    }
    this.#below[0]!.set(start);
    for (let n = 0; n < this.chain.length; n++) this.#layer(n);
  }

  #layer(n: number): void {
    const { rows, cols, weight, bias } = this.chain[n]!;
    const [above, below, width] = [this.#above[n]!, this.#below[n]!, this.#width];
    const [up, down] = [this.#zAbove, this.#zBelow];
    for (let j = 0; j < rows; j++) {
      up.fill(0);
      down.fill(0);
      up[0] = down[0] = bias[j]!;
      for (let k = 0; k < cols; k++) {
        const w = weight[j * cols + k]!;
        if (w === 0) continue;
        const p = w > 0 ? above : below;
        const q = w > 0 ? below : above;
        const o = k * width;
        for (let i = 0; i < width; i++) {
          up[i] = up[i]! + w * p[o + i]!;
          down[i] = down[i]! + w * q[o + i]!;
        }
      }
      this.#relu(n, j);
    }
  }

  /** Each form is relaxed on its own range. */
  #relu(n: number, j: number): void {
    const [up, down, width] = [this.#zAbove, this.#zBelow, this.#width];
    let upRadius = 0;
    let downRadius = 0;
    for (let i = 1; i < width; i++) {
      upRadius += Math.abs(up[i]!);
      downRadius += Math.abs(down[i]!);
    }
    const [highest, lowest] = [up[0]! + upRadius, down[0]! - downRadius];
    this.upper[n]![j] = highest;
    this.lower[n]![j] = lowest;
    if (n + 1 === this.chain.length) return;
    const [above, below, o] = [this.#above[n + 1]!, this.#below[n + 1]!, j * width];
    const upLowest = up[0]! - upRadius;
    const upSlope = highest <= 0 ? 0 : upLowest >= 0 ? 1 : highest / (highest - upLowest);
    const downHighest = down[0]! + downRadius;
    const downSlope = lowest >= 0 ? 1 : downHighest > -lowest ? 1 : 0;
    for (let i = 0; i < width; i++) {
      above[o + i] = upSlope * up[i]!;
      below[o + i] = downSlope * down[i]!;
    }
    if (highest > 0 && upLowest < 0) above[o] = above[o]! - upSlope * upLowest;
  }
}
