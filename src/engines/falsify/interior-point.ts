/**
 * The point deepest inside literals and output constraints within the linear region of a given point (an LP). It
 * survives rounding to float32 where the solver's own vertex does not.
 */
import { type Bounds, copyBounds, propagate } from '../../bounds/interval.js';
import { forward } from '../../network/forward.js';
import { type MaxLayer, reluLayers } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import { solve } from '../../solvers/solve.js';
import type { EngineContext } from '../decision.js';
import { encode, type InteriorGoal, valuesAt } from '../encoding/encode.js';

/** What a point should clear, most first: ties leave output constraints no room, turned-round neurons leave literals none. */
const GOALS: readonly InteriorGoal[] = ['interior', 'inside', 'followers'];
/** Below this a depth may be a solver's tolerance. */
const LEAST_DEPTH = 1e-9;

/** Within the linear region of `point`, the point deepest inside literals and output constraints; null if none. */
export async function interiorPoint(
  context: EngineContext,
  obligation: Obligation,
  bounds: Bounds,
  point: Float64Array,
): Promise<Float64Array | null> {
  const { network } = context;
  const values = forward(network, point).tensors;
  const fixed = copyBounds(bounds);
  for (const { input } of reluLayers(network)) {
    const [lower, upper] = [fixed.lower[input]!, fixed.upper[input]!];
    for (let i = 0; i < lower.length; i++) {
      if (lower[i]! >= 0 || upper[i]! <= 0) continue;
      if (values[input]![i]! > 0) lower[i] = 0;
      else upper[i] = 0;
    }
  }
  if (propagate(network, fixed, 0) !== null) return null;
  const winner = ({ input, rowStart, col }: MaxLayer, output: number): number => {
    const candidates = [...col.subarray(rowStart[output]!, rowStart[output + 1]!)];
    return candidates.reduce((best, k) => (values[input]![k]! > values[input]![best]! ? k : best));
  };
  let found: Float64Array | null = null;
  for (const goal of GOALS) {
    const encoding = encode(network, fixed, obligation, {
      start: network.input,
      style: 'exact',
      goal,
      winner,
    });
    const result = await solve(encoding.model, {
      solver: context.solver,
      timeoutSeconds: Math.max(5, context.timeoutSeconds / 4),
      signal: context.signal,
    });
    if (result.status !== 'optimal') continue;
    found = valuesAt(encoding.elements.get(network.input)!, result.x);
    if (-result.objective > LEAST_DEPTH) return found;
  }
  return found;
}
