/** Which input of a max a coefficient goes to by default; positions count through the candidate lists. */

/** The input with the largest lower bound; the first of equals. */
export function highestFloor(lower: Float64Array, col: Int32Array, start: number, end: number): number {
  let best = start;
  for (let k = start + 1; k < end; k++) if (lower[col[k]!]! > lower[col[best]!]!) best = k;
  return best;
}

/** The first input whose lower bound is at least every other upper bound; null if there is none. */
export function dominantInput(
  lower: Float64Array,
  upper: Float64Array,
  col: Int32Array,
  start: number,
  end: number,
): number | null {
  // Only an input with the largest lower bound can be it, and among equals only one with the largest upper bound.
  let best = start;
  for (let k = start + 1; k < end; k++) {
    const floor = lower[col[k]!]!;
    const highest = lower[col[best]!]!;
    if (floor > highest || (floor === highest && upper[col[k]!]! > upper[col[best]!]!)) best = k;
  }
  const floor = lower[col[best]!]!;
  for (let k = start; k < end; k++) if (k !== best && !(upper[col[k]!]! <= floor)) return null;
  return best;
}
