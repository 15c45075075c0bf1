/** ReLU layers pushed back over the rationals; the same choices as fast-relu.ts, without rounding. */
import type { ReluLayer } from '../../network/network.js';
import { elementAt, fromRationals } from '../exact/dyadic-vector.js';
import { compare, fromDouble, multiply, type Rational, subtract, ZERO } from '../exact/rational.js';
import { defaultShare } from './default-share.js';
import { addCost, addExact, type ExactForm, mostExactly, takeExact } from './exact-form.js';

export function pushReluExact(form: ExactForm, layer: ReluLayer, given: Float64Array | null): void {
  const taken = takeExact(form, layer.output);
  if (taken === null && given === null) return;
  const lower = form.intervals.lower[layer.input]!;
  const upper = form.intervals.upper[layer.input]!;
  const slope = fromDouble(layer.slope);
  const passes: Rational[] = [];
  for (let i = 0; i < lower.length; i++) {
    const a = taken === null ? ZERO : elementAt(taken, i);
    const passed = given === null ? Number.NaN : given[i]!;
    const listed = !Number.isNaN(passed);
    if (a.num === 0n && !listed) {
      passes.push(ZERO);
      continue;
    }
    const p = listed ? fromDouble(passed) : defaultPass(a, lower[i]!, upper[i]!, layer.slope);
    passes.push(p);
    addCost(form, reluCost(a, p, multiply(slope, a), lower[i]!, upper[i]!));
    if (form.unbounded) return;
  }
  addExact(form, [layer.input], fromRationals(passes));
}

function defaultPass(a: Rational, low: number, high: number, slope: number): Rational {
  const sloped = (): Rational => multiply(fromDouble(slope), a);
  if (low >= 0) return a;
  if (high <= 0) return sloped();
  if (a.num <= 0n) return high >= -low ? a : sloped();
  return multiply(a, fromDouble(defaultShare(low, high, slope)));
}

/** The largest of a relu(z) - p z over [low, high]; null if there is none. `sloped` is s a. */
function reluCost(a: Rational, p: Rational, sloped: Rational, low: number, high: number): Rational | null {
  const right = subtract(a, p);
  if (low > 0) return mostExactly(right, low, high);
  const left = subtract(sloped, p);
  if (high < 0) return mostExactly(left, low, high);
  const atHigh = right.num > 0n ? mostExactly(right, high, high) : ZERO;
  const atLow = left.num < 0n ? mostExactly(left, low, low) : ZERO;
  if (atHigh === null || atLow === null) return null;
  return compare(atHigh, atLow) >= 0 ? atHigh : atLow;
}
