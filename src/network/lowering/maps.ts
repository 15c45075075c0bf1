/** Making linear maps. Materialised sizes are bounded: a model that needs more is refused, not swapped to disk. */
import { UnsupportedError } from '../../util/errors.js';
import type { DenseMap, SparseMap } from '../network.js';

/** Largest dense matrix: 2^26 entries, half a gigabyte. */
export const MAX_DENSE_ENTRIES = 2 ** 26;
/** Largest sparse matrix: 2^25 entries. */
export const MAX_SPARSE_ENTRIES = 2 ** 25;

/** Refuses a map that is too large to build. */
export function checkEntries(label: string, entries: number, limit: number): void {
  if (entries <= limit) return;
  throw new UnsupportedError('the layer is too large; use a smaller input or model', {
    place: label,
    expected: `at most ${limit} matrix entries`,
    found: `${entries} entries`,
  });
}

export function denseMap(rows: number, cols: number, weight: Float64Array): DenseMap {
  return { kind: 'dense', rows, cols, weight };
}

/** Square map with `weights` (1 if absent) on the diagonal. */
export function identityMap(size: number, weights?: Float64Array): SparseMap {
  return selectionMap(
    size,
    Int32Array.from({ length: size }, (_, i) => i),
    weights,
  );
}

/** One entry per row: row i reads column source[i] with weight weights[i] (1 if absent); -1 is an empty row. */
export function selectionMap(cols: number, source: Int32Array, weights?: Float64Array): SparseMap {
  const rows = source.length;
  const rowStart = new Int32Array(rows + 1);
  for (let i = 0; i < rows; i++) rowStart[i + 1] = rowStart[i]! + (source[i]! >= 0 ? 1 : 0);
  const col = new Int32Array(rowStart[rows]!);
  const weight = new Float64Array(rowStart[rows]!).fill(1);
  for (let i = 0; i < rows; i++) {
    if (source[i]! < 0) continue;
    col[rowStart[i]!] = source[i]!;
    if (weights !== undefined) weight[rowStart[i]!] = weights[i]!;
  }
  return { kind: 'sparse', rows, cols, rowStart, col, weight };
}

/** A sparse map from the terms of each row; equal columns of a row must not repeat. */
export function sparseFromRows(
  label: string,
  rows: number,
  cols: number,
  terms: (row: number, add: (col: number, weight: number) => void) => void,
): SparseMap {
  const rowStart = new Int32Array(rows + 1);
  const col: number[] = [];
  const weight: number[] = [];
  for (let i = 0; i < rows; i++) {
    terms(i, (column, value) => {
      col.push(column);
      weight.push(value);
    });
    checkEntries(label, col.length, MAX_SPARSE_ENTRIES);
    rowStart[i + 1] = col.length;
  }
  return {
    kind: 'sparse',
    rows,
    cols,
    rowStart,
    col: Int32Array.from(col),
    weight: Float64Array.from(weight),
  };
}

/** Whether the map is square with exactly the weight 1 on the diagonal. */
export function isIdentity(map: SparseMap): boolean {
  return map.rows === map.cols && isSelection(map) && map.col.every((column, i) => column === i);
}

/** Whether every row reads exactly one column with weight 1. */
export function isSelection(map: SparseMap): boolean {
  return (
    map.col.length === map.rows &&
    map.rowStart.every((start, i) => start === i) &&
    map.weight.every((w) => w === 1)
  );
}
