/**
 * The share of a positive coefficient that an unstable neuron passes on by default: the slope of the chord of
 * the ReLU over [low, high], low < 0 < high, in IEEE double arithmetic exactly as written here. Any number would be
 * sound; both arithmetics of the checker use this one.
 */
export function defaultShare(low: number, high: number, slope: number): number {
  if (high === Infinity) return 1;
  if (low === -Infinity) return slope;
  const share = (high - slope * low) / (high - low);
  return share >= 0 && share <= 1 ? share : 1;
}
