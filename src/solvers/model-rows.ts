/** Rows appended to a linear model, and taken out again. */
import type { LpRow } from './highs-model.js';
import type { LinearModel } from './solver.js';

export function withRows(model: LinearModel, rows: readonly LpRow[]): LinearModel {
  const starts = [...model.rowStart];
  let entries = model.value.length;
  for (const { columns } of rows) {
    entries += columns.length;
    starts.push(entries);
  }
  const col = new Int32Array(entries);
  const value = new Float64Array(entries);
  col.set(model.col);
  value.set(model.value);
  rows.forEach(({ columns, values }, n) => {
    col.set(columns, starts[model.rows + n]!);
    value.set(values, starts[model.rows + n]!);
  });
  return {
    ...model,
    ...(model.rowNames === undefined
      ? {}
      : { rowNames: [...model.rowNames, ...rows.map((_, n) => `row ${model.rows + n}`)] }),
    rows: model.rows + rows.length,
    rowStart: Int32Array.from(starts),
    col,
    value,
    rowLower: Float64Array.from([...model.rowLower, ...rows.map(({ lower }) => lower)]),
    rowUpper: Float64Array.from([...model.rowUpper, ...rows.map(({ upper }) => upper)]),
  };
}

/** `taken` ascending. */
export function withoutRows(model: LinearModel, taken: readonly number[]): LinearModel {
  const gone = new Set(taken);
  const kept = Array.from({ length: model.rows }, (_, i) => i).filter((i) => !gone.has(i));
  const starts = [0];
  for (const i of kept) starts.push(starts[starts.length - 1]! + model.rowStart[i + 1]! - model.rowStart[i]!);
  const entries = starts[starts.length - 1]!;
  const col = new Int32Array(entries);
  const value = new Float64Array(entries);
  kept.forEach((i, n) => {
    col.set(model.col.subarray(model.rowStart[i]!, model.rowStart[i + 1]!), starts[n]!);
    value.set(model.value.subarray(model.rowStart[i]!, model.rowStart[i + 1]!), starts[n]!);
  });
  const names = model.rowNames;
  return {
    ...model,
    ...(names === undefined ? {} : { rowNames: kept.map((i) => names[i]!) }),
    rows: kept.length,
    rowStart: Int32Array.from(starts),
    col,
    value,
    rowLower: Float64Array.from(kept, (i) => model.rowLower[i]!),
    rowUpper: Float64Array.from(kept, (i) => model.rowUpper[i]!),
  };
}

/** Flags of more rows; the new ones are 0. */
export function padded(flags: Uint8Array, size: number): Uint8Array {
  const all = new Uint8Array(size);
  all.set(flags);
  return all;
}
