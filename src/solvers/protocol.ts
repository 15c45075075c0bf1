/** Messages between the thread that asks and the thread that solves. */
import type { Outcome } from './adapter.js';
import type { LinearModel } from './solver.js';

export interface ToWorker {
  readonly model: LinearModel;
  readonly timeLimitSeconds: number;
}

export type FromWorker =
  | { readonly kind: 'ready'; readonly version: string }
  | { readonly kind: 'outcome'; readonly outcome: Outcome; readonly seconds: number }
  | { readonly kind: 'crash'; readonly text: string };

/**
 * A copy whose arrays can be handed over (transferred) without emptying the caller's.
 * Arrays on shared memory travel as they are.
 */
export function packModel(model: LinearModel): { model: LinearModel; transfer: ArrayBuffer[] } {
  const transfer: ArrayBuffer[] = [];
  function pack<T extends Float64Array | Int32Array | Uint8Array>(array: T): T {
    if (array.buffer instanceof SharedArrayBuffer) return array;
    const copy = array.slice() as T;
    transfer.push(copy.buffer as ArrayBuffer);
    return copy;
  }
  const packed: LinearModel = {
    kind: 'linear-model',
    columns: model.columns,
    rows: model.rows,
    cost: pack(model.cost),
    lower: pack(model.lower),
    upper: pack(model.upper),
    integer: pack(model.integer),
    rowStart: pack(model.rowStart),
    col: pack(model.col),
    value: pack(model.value),
    rowLower: pack(model.rowLower),
    rowUpper: pack(model.rowUpper),
  };
  return { model: packed, transfer };
}
