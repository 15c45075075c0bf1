const buffer = new DataView(new ArrayBuffer(8));

/** The least double greater than x (x itself for +Infinity and NaN). */
export function nextUp(x: number): number {
  if (Number.isNaN(x) || x === Infinity) return x;
  if (x === 0) return Number.MIN_VALUE;
  buffer.setFloat64(0, x);
  buffer.setBigInt64(0, buffer.getBigInt64(0) + (x > 0 ? 1n : -1n));
  return buffer.getFloat64(0);
}

/** The greatest double less than x. */
export function nextDown(x: number): number {
  return -nextUp(-x);
}

/** A double <= the real number a + b, equal to it where the sum is exact. */
export function addDown(a: number, b: number): number {
  const sum = a + b;
  return roundingError(a, b, sum) < 0 ? nextDown(sum) : sum;
}

/** A double >= the real number a + b, equal to it where the sum is exact. */
export function addUp(a: number, b: number): number {
  const sum = a + b;
  return roundingError(a, b, sum) > 0 ? nextUp(sum) : sum;
}

/** (a + b) - sum, exactly (Knuth's TwoSum); 0 where the sum is not finite. */
function roundingError(a: number, b: number, sum: number): number {
  if (!Number.isFinite(sum)) return 0;
  const bb = sum - a;
  return a - (sum - bb) + (b - bb);
}
