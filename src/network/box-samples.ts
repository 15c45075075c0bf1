/** Points of an input box that random samples near 0 miss: its corners, its centre, and magnitudes without limit. */

/** Bounds per input; entries may be infinite. */
export interface SampleBox {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Sides beyond these are also cut to them, so that very wide boxes are seen at several scales. */
const SCALES = [2 ** 10, 2 ** 40, 2 ** 80, 2 ** 200, 2 ** 900];

const RANDOM_CORNERS = 3;
const UNIFORM = 5;

/**
 * Reproducible points: all lower ends, all upper ends, the centre, random corners, and uniform ones, of the box and of
 * the box cut to several scales. Of infinite sides only the cut ones are used.
 * @param next uniform on [0, 1)
 */
export function boxSamples(box: SampleBox, next: () => number): readonly Float64Array[] {
  const largest = [...box.lower, ...box.upper].reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const scales = SCALES.filter((scale) => scale < largest);
  if (Number.isFinite(largest)) scales.push(largest);
  return scales.flatMap((scale) => finiteSamples(cut(box, scale), next));
}

function cut({ lower, upper }: SampleBox, scale: number): SampleBox {
  const clamp = (x: number) => Math.min(Math.max(x, -scale), scale);
  return { lower: lower.map(clamp), upper: upper.map(clamp) };
}

function finiteSamples({ lower, upper }: SampleBox, next: () => number): Float64Array[] {
  // A convex combination, because the width of a box may overflow.
  const at = (share: () => number) =>
    lower.map((low, i) => {
      const t = share();
      return t === 0 ? low : t === 1 ? upper[i]! : (1 - t) * low + t * upper[i]!;
    });
  const repeat = (count: number, share: () => number) => Array.from({ length: count }, () => at(share));
  return [
    at(() => 0),
    at(() => 1),
    at(() => 0.5),
    ...repeat(RANDOM_CORNERS, () => (next() < 0.5 ? 0 : 1)),
    ...repeat(UNIFORM, next),
  ];
}
