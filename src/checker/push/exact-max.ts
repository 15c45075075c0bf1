/** Max layers pushed back over the rationals; the same choices as fast-max.ts, without rounding. */
import type { MaxLayer } from '../../network/network.js';
import { elementAt, fromRationals } from '../exact/dyadic-vector.js';
import { add, compare, fromDouble, negate, type Rational, subtract, ZERO } from '../exact/rational.js';
import { dominantInput, highestFloor } from './default-max.js';
import { addCost, addExact, type ExactForm, mostExactly, takeExact } from './exact-form.js';

export function pushMaxExact(form: ExactForm, layer: MaxLayer, given: Float64Array | null): void {
  const taken = takeExact(form, layer.output);
  if (taken === null && given === null) return;
  const { input, rowStart, col } = layer;
  const sums = new Array<Rational>(form.network.tensors[input]!.size).fill(ZERO);
  for (let i = 0; i + 1 < rowStart.length; i++) {
    const a = taken === null ? ZERO : elementAt(taken, i);
    const start = rowStart[i]!;
    const end = rowStart[i + 1]!;
    const passes = choosePasses(form, layer, a, start, end, given);
    addCost(form, maxCost(form, layer, a, start, passes));
    if (form.unbounded) return;
    for (const [j, p] of passes.entries()) {
      const at = col[start + j]!;
      if (p.num !== 0n) sums[at] = add(sums[at]!, p);
    }
  }
  addExact(form, [input], fromRationals(sums));
}

function choosePasses(
  { intervals }: ExactForm,
  { input, col }: MaxLayer,
  a: Rational,
  start: number,
  end: number,
  given: Float64Array | null,
): Rational[] {
  const listed = given?.subarray(start, end) ?? new Float64Array(0);
  if (listed.some((p) => !Number.isNaN(p))) {
    return Array.from(listed, (p) => (Number.isNaN(p) ? ZERO : fromDouble(p)));
  }
  const passes = new Array<Rational>(end - start).fill(ZERO);
  if (a.num === 0n) return passes;
  const lower = intervals.lower[input]!;
  const upper = intervals.upper[input]!;
  const to = a.num < 0n ? highestFloor(lower, col, start, end) : dominantInput(lower, upper, col, start, end);
  if (to !== null) passes[to - start] = a;
  return passes;
}

/** The cost of fast-max.ts; null if it is plus infinity. */
function maxCost(
  { intervals }: ExactForm,
  { input, col }: MaxLayer,
  a: Rational,
  start: number,
  passes: readonly Rational[],
): Rational | null {
  const lower = intervals.lower[input]!;
  const upper = intervals.upper[input]!;
  const over = (factor: Rational, j: number): Rational | null =>
    mostExactly(factor, lower[col[start + j]!]!, upper[col[start + j]!]!);
  const shares = passes.map((p, j) => over(negate(p), j));
  const infinite = shares.filter((share) => share === null).length;
  const total = shares.reduce<Rational>((sum, share) => add(sum, share ?? ZERO), ZERO);
  let cost: Rational | null = null;
  for (const [j, p] of passes.entries()) {
    const own = over(subtract(a, p), j);
    const share = shares[j]!;
    const bounded = own !== null && infinite === (share === null ? 1 : 0);
    if (!bounded) {
      if (a.num >= 0n) return null;
      continue;
    }
    const value = add(own, subtract(total, share ?? ZERO));
    if (cost === null || compare(value, cost) < 0 === a.num < 0n) cost = value;
  }
  return cost;
}
