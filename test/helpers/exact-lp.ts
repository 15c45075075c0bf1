/**
 * A small exact linear-programming solver over BigInt, for ground truth in few dimensions.
 * Method: integer-preserving pivoting (Edmonds) with the least-index criss-cross rule (Terlaky 1985), which needs
 * no first phase and cannot cycle.
 */
import { type Fraction, fraction } from './fractions.js';

/** a.x + b >= t * slack: an ordinary half-space for slack 0, one that t must clear for slack > 0. */
export interface HalfSpace {
  readonly a: readonly Fraction[];
  readonly b: Fraction;
}

export interface Depth {
  /** Largest t in [0, 1] by which the `strict` ones can be cleared. */
  readonly t: Fraction;
  readonly x: readonly Fraction[];
}

/**
 * The point of all (closed) half-spaces that clears the strict ones by most; null if the closed ones share no point.
 * `strict[i]` says whether half-space i must be cleared by t.
 */
export function deepest(
  dimension: number,
  halfSpaces: readonly HalfSpace[],
  strict: (index: number) => boolean,
): Depth | null {
  const width = dimension + 2;
  // Rows: slack = constant + sum of coefficients * nonbasic. Columns: constant, t, x...
  const rows: bigint[][] = halfSpaces.map(({ a, b }, i) => {
    const scale = [b, ...a].reduce((common, { d }) => (common * d) / gcd(common, d), 1n);
    const integer = ({ n, d }: Fraction): bigint => n * (scale / d);
    return [integer(b), strict(i) ? -scale : 0n, ...a.map(integer)];
  });
  rows.push([1n, -1n, ...new Array<bigint>(dimension).fill(0n)]);
  const objective = [0n, 1n, ...new Array<bigint>(dimension).fill(0n)];
  const tableau = [...rows, objective];
  // Variables: 0 = t (>= 0), 1..dimension = x (free), then slacks (>= 0).
  const basic = rows.map((_, i) => dimension + 1 + i);
  const nonbasic = Array.from({ length: width - 1 }, (_, j) => j);
  let scale = 1n;
  const pivot = (r: number, c: number): void => {
    scale = pivotAt(tableau, r, c, scale);
    [basic[r], nonbasic[c - 1]] = [nonbasic[c - 1]!, basic[r]!];
  };
  // Free variables enter the basis and stay there; one that no row mentions moves nothing.
  for (let c = 2; c < width; c++) {
    const r = rows.findIndex((_, i) => basic[i]! > dimension && tableau[i]![c] !== 0n);
    if (r >= 0) pivot(r, c);
  }
  const free = (variable: number): boolean => variable >= 1 && variable <= dimension;
  for (;;) {
    let [leastIndex, row, column] = [Infinity, -1, -1];
    for (let i = 0; i < rows.length; i++) {
      if (free(basic[i]!) || tableau[i]![0]! >= 0n || basic[i]! >= leastIndex) continue;
      [leastIndex, row, column] = [basic[i]!, i, -1];
    }
    for (let c = 1; c < width; c++) {
      if (free(nonbasic[c - 1]!) || tableau[rows.length]![c]! <= 0n || nonbasic[c - 1]! >= leastIndex)
        continue;
      [leastIndex, row, column] = [nonbasic[c - 1]!, -1, c];
    }
    if (leastIndex === Infinity) break;
    if (row >= 0) {
      column = leastOf(nonbasic, (c) => !free(nonbasic[c]!) && tableau[row]![c + 1]! > 0n) + 1;
      if (column === 0) return null;
    } else {
      row = leastOf(basic, (i) => !free(basic[i]!) && tableau[i]![column]! < 0n);
      if (row < 0) throw new Error('t is at most 1: the program is bounded');
    }
    pivot(row, column);
  }
  const value = (variable: number): Fraction => {
    const i = basic.indexOf(variable);
    return i < 0 ? fraction(0n, 1n) : fraction(tableau[i]![0]!, scale);
  };
  return { t: value(0), x: Array.from({ length: dimension }, (_, j) => value(1 + j)) };
}

/** Position of the least variable among those that qualify; -1 for none. */
function leastOf(variables: readonly number[], qualifies: (position: number) => boolean): number {
  let best = -1;
  variables.forEach((variable, position) => {
    if (qualifies(position) && (best < 0 || variable < variables[best]!)) best = position;
  });
  return best;
}

/** Exchanges row r's basic with column c's nonbasic variable; returns the new common denominator (> 0). */
function pivotAt(tableau: bigint[][], r: number, c: number, scale: bigint): bigint {
  const source = tableau[r]!;
  const p = source[c]!;
  const sign = p < 0n ? -1n : 1n;
  tableau.forEach((target, i) => {
    if (i === r) return;
    const factor = target[c]!;
    for (let j = 0; j < target.length; j++) {
      target[j] = j === c ? sign * factor : (sign * (target[j]! * p - factor * source[j]!)) / scale;
    }
  });
  for (let j = 0; j < source.length; j++) source[j] = j === c ? sign * scale : -sign * source[j]!;
  return sign * p;
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
