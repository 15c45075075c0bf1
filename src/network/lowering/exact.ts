/** Whether a float64 operation was exact; a result that would round is not folded. */

/** a + b if it is exact in float64, else null. Source: Knuth's TwoSum. */
export function exactSum(a: number, b: number): number | null {
  const sum = a + b;
  if (!Number.isFinite(sum)) return null;
  const bPart = sum - a;
  const error = a - (sum - bPart) + (b - bPart);
  return error === 0 ? sum : null;
}

/** a * b if it is exact in float64, else null. Products outside [2^-900, 2^900] count as inexact. */
export function exactProduct(a: number, b: number): number | null {
  if (a === 0 || b === 0) return 0;
  if (Math.abs(a) === 1 || Math.abs(b) === 1) return a * b;
  const product = a * b;
  if (!inSafeRange(product) || !inSafeRange(a) || !inSafeRange(b)) return null;
  return productError(a, b, product) === 0 ? product : null;
}

/** a / b if it is exact in float64, else null. */
export function exactQuotient(a: number, b: number): number | null {
  if (b === 0) return null;
  const quotient = a / b;
  if (!Number.isFinite(quotient)) return null;
  return exactProduct(quotient, b) === a ? quotient : null;
}

function inSafeRange(value: number): boolean {
  const magnitude = Math.abs(value);
  return magnitude > 2 ** -900 && magnitude < 2 ** 900;
}

/** a*b - product exactly. Source: Dekker's TwoProduct with Veltkamp splitting. */
function productError(a: number, b: number, product: number): number {
  const [aHigh, aLow] = split(a);
  const [bHigh, bLow] = split(b);
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

function split(value: number): [number, number] {
  const scaled = 134217729 * value;
  const high = scaled - (scaled - value);
  return [high, value - high];
}
