/**
 * Suffixes whose start is a line: all its elements but one are fixed. A split of that element at a neuron's breakpoint
 * moves the intervals of all neurons behind it, where a split of the neuron's phase moves its own only.
 */
import type { Bounds } from '../../bounds/interval.js';
import { evaluateFrom } from '../../network/evaluate-from.js';
import type { Network, TensorId } from '../../network/network.js';
import type { Branch } from './branching.js';

const SECANT_STEPS = 12;
/** Solvers take bounds of 1e20 for infinite. */
const FARTHEST = 2 ** 40;
/** A breakpoint farther out is left to a split of the neuron. */
const DOUBLINGS = 30;

/** The start element's value where the neuron changes its phase; null if the start is no line or no value is found. */
export function splitLine(network: Network, bounds: Bounds, start: TensorId, neuron: Branch): Branch | null {
  if (neuron.tensor === start) return null;
  const index = onlyOpen(bounds, start);
  if (index === null) return null;
  const [lower, upper] = [bounds.lower[start]![index]!, bounds.upper[start]![index]!];
  if (!Number.isFinite(lower)) return null;
  const point = bounds.lower[start]!.slice();
  const valueAt = (t: number): number => {
    point[index] = t;
    return (evaluateFrom(network, start, point)[neuron.tensor]?.[neuron.index] ?? Number.NaN) - neuron.at;
  };
  const ends = signChange(valueAt, lower, upper);
  if (ends === null) return null;
  const at = root(valueAt, ends.from, ends.to);
  return at > lower && at < upper && Math.abs(at) < FARTHEST
    ? { tensor: start, index, at, score: neuron.score }
    : null;
}

/** The start element that is no point, if it is the only one. */
export function onlyOpen(bounds: Bounds, start: TensorId): number | null {
  const [lower, upper] = [bounds.lower[start]!, bounds.upper[start]!];
  let found: number | null = null;
  for (let i = 0; i < lower.length; i++) {
    if (lower[i] === upper[i]) continue;
    if (found !== null) return null;
    found = i;
  }
  return found;
}

type Along = (t: number) => number;

/** An interval at whose ends the value has different signs; an endless one is searched by doubling. */
function signChange(valueAt: Along, lower: number, upper: number): { from: number; to: number } | null {
  const sign = Math.sign(valueAt(lower));
  if (sign === 0) return null;
  if (Number.isFinite(upper)) return Math.sign(valueAt(upper)) === -sign ? { from: lower, to: upper } : null;
  let width = Math.max(1, Math.abs(lower));
  for (let n = 0; n < DOUBLINGS; n++, width *= 2) {
    if (Math.sign(valueAt(lower + width)) === -sign) return { from: lower, to: lower + width };
  }
  return null;
}

/** Secant steps within a bracket, halving where they creep; any result is a sound place to split. */
function root(valueAt: Along, from: number, to: number): number {
  let [a, b] = [from, to];
  let [fa, fb] = [valueAt(a), valueAt(b)];
  let t = a;
  for (let n = 0; n < SECANT_STEPS; n++) {
    t = n % 4 === 3 ? a + (b - a) / 2 : a - (fa * (b - a)) / (fb - fa);
    const value = valueAt(t);
    if (value === 0 || !(t > a && t < b)) break;
    if (Math.sign(value) === Math.sign(fa)) [a, fa] = [t, value];
    else [b, fb] = [t, value];
  }
  return t;
}
