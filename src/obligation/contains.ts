/**
 * Which inputs an obligation's points (counterexamples, witnesses) may be. For a box its points. For the orthant every
 * x >= 0 but 0: a point off the cross-section refutes the claim about the orthant just as well.
 */
import type { Box, Obligation } from './obligation.js';

/** Why a point is no input of the domain, in words. */
export interface DomainFailure {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

type Question = Pick<Obligation, 'box' | 'section'>;

/** Comparing doubles is exact, so no rationals are needed. Null if the point is in the domain. */
export function domainFailure({ box, section }: Question, point: Float64Array): DomainFailure | null {
  if (section !== undefined) return orthantFailure(point);
  const { lower, upper } = box;
  for (let i = 0; i < point.length; i++) {
    const x = point[i]!;
    if (x >= lower[i]! && x <= upper[i]!) continue;
    return { what: `input ${i} in its box`, expected: `[${lower[i]}, ${upper[i]}]`, found: String(x) };
  }
  return null;
}

function orthantFailure(point: Float64Array): DomainFailure | null {
  const outside = point.findIndex((x) => !(x >= 0 && x < Infinity));
  if (outside >= 0) {
    return { what: `input ${outside} in the orthant`, expected: '>= 0', found: String(point[outside]) };
  }
  if (point.some((x) => x > 0)) return null;
  return { what: 'an input other than 0', expected: 'a number > 0', found: 'zeros only' };
}

/** The smallest box around the inputs that points may be. */
export function domainHull({ box, section }: Question): Box {
  if (section === undefined) return box;
  return { lower: box.lower, upper: new Float64Array(box.upper.length).fill(Infinity) };
}
