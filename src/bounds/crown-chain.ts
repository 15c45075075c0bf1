/**
 * CROWN bounds of single neurons and of output forms in a chain of dense layers and ReLUs, in flat arrays: about a
 * millisecond for a box of a network of 300 neurons.
 *
 * Requires: a chain (`denseChain`), a bounded box of few inputs. Returns: upper bounds over the box with the linear
 * function of the inputs that gives them. Method: backward linear bounds with the default numbers of certificate-v1.md,
 * section 4.1 (Zhang et al. 2018). Sound: no, it computes without directed rounding; proofs repeat it rigorously.
 */
import type { DenseStep, InputForm } from './forward-forms.js';

/** Works on one box at a time, in buffers of its own. Bounds of layer n are the caller's to fill, from the first to the last. */
export class CrownChain {
  /** Intervals of the pre-activations by layer. */
  readonly lower: readonly Float64Array[];
  readonly upper: readonly Float64Array[];
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  /** Coefficients on the way back, and room for the next layer's. */
  readonly #now: Float64Array;
  readonly #next: Float64Array;
  #sum = 0;

  constructor(
    readonly chain: readonly DenseStep[],
    readonly inputs: number,
  ) {
    this.lower = chain.map(({ rows }) => new Float64Array(rows));
    this.upper = chain.map(({ rows }) => new Float64Array(rows));
    const widest = Math.max(inputs, ...chain.map(({ rows }) => rows));
    this.#low = new Float64Array(inputs);
    this.#high = new Float64Array(inputs);
    this.#now = new Float64Array(widest);
    this.#next = new Float64Array(widest);
  }

  setBox(low: Float64Array, high: Float64Array): void {
    this.#low.set(low);
    this.#high.set(high);
  }

  /** Interval bounds of layer n from those of the layer before. */
  intervals(n: number): void {
    const { rows, cols, weight, bias } = this.chain[n]!;
    const below = n === 0 ? this.#low : this.lower[n - 1]!;
    const above = n === 0 ? this.#high : this.upper[n - 1]!;
    const floor = n === 0 ? -Infinity : 0;
    for (let j = 0; j < rows; j++) {
      let low = bias[j]!;
      let high = low;
      for (let k = 0, at = j * cols; k < cols; k++, at++) {
        const w = weight[at]!;
        const l = below[k]! > floor ? below[k]! : 0;
        const u = above[k]! > floor ? above[k]! : 0;
        if (w > 0) {
          low += w * l;
          high += w * u;
        } else {
          low += w * u;
          high += w * l;
        }
      }
      this.lower[n]![j] = low;
      this.upper[n]![j] = high;
    }
  }

  /** An upper bound of sign times pre-activation j of layer n; uses the bounds of the layers before n. */
  neuron(n: number, j: number, sign: 1 | -1): number {
    const { cols, weight, bias } = this.chain[n]!;
    for (let k = 0, at = j * cols; k < cols; k++, at++) this.#now[k] = sign * weight[at]!;
    this.#sum = sign * bias[j]!;
    return this.#back(n);
  }

  /** An upper bound of a form of the outputs as a function of the inputs; uses the bounds of all hidden layers. */
  form(coefficients: Float64Array, constant: number): InputForm {
    const last = this.chain.length - 1;
    this.#now.set(coefficients);
    this.#sum = constant;
    this.#dense(last);
    this.#back(last);
    return { constant: this.#sum, coefficients: this.#now.slice(0, this.inputs) };
  }

  /** From coefficients on the inputs of layer n to the box. */
  #back(n: number): number {
    for (let m = n - 1; m >= 0; m--) {
      this.#relax(m);
      this.#dense(m);
    }
    let sum = this.#sum;
    for (let i = 0; i < this.inputs; i++) {
      const a = this.#now[i]!;
      sum += a > 0 ? a * this.#high[i]! : a * this.#low[i]!;
    }
    return sum;
  }

  #relax(m: number): void {
    const [lower, upper, now] = [this.lower[m]!, this.upper[m]!, this.#now];
    for (let k = 0; k < lower.length; k++) {
      const a = now[k]!;
      const l = lower[k]!;
      if (a === 0 || l >= 0) continue;
      const u = upper[k]!;
      if (u <= 0 || (a < 0 && u < -l)) now[k] = 0;
      else if (a > 0) {
        const p = (a * u) / (u - l);
        now[k] = p;
        this.#sum -= p * l;
      }
    }
  }

  #dense(m: number): void {
    const { rows, cols, weight, bias } = this.chain[m]!;
    const [now, next] = [this.#now, this.#next];
    for (let k = 0; k < cols; k++) next[k] = 0;
    for (let j = 0; j < rows; j++) {
      const a = now[j]!;
      if (a === 0) continue;
      this.#sum += a * bias[j]!;
      for (let k = 0, at = j * cols; k < cols; k++, at++) next[k] = next[k]! + a * weight[at]!;
    }
    now.set(next);
  }
}
