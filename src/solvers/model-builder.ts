/** Builds a LinearModel column by column and row by row. */
import type { LinearModel } from './solver.js';

/** A sparse row under construction; equal columns are summed, zero coefficients dropped. */
export interface Term {
  readonly col: number;
  readonly value: number;
}

/** Mutable while an encoder runs; `build` freezes the result. */
export class ModelBuilder {
  readonly #cost: number[] = [];
  readonly #lower: number[] = [];
  readonly #upper: number[] = [];
  readonly #integer: number[] = [];
  readonly #columnNames: string[] = [];
  readonly #rowStart: number[] = [0];
  readonly #col: number[] = [];
  readonly #value: number[] = [];
  readonly #rowLower: number[] = [];
  readonly #rowUpper: number[] = [];
  readonly #rowNames: string[] = [];

  /** Adds a continuous column and returns its index. */
  column(name: string, lower: number, upper: number, cost = 0): number {
    return this.#add(name, lower, upper, cost, 0);
  }

  /** Adds a 0/1 column and returns its index. */
  binary(name: string): number {
    return this.#add(name, 0, 1, 0, 1);
  }

  /** Adds lower <= sum of terms <= upper. */
  row(name: string, terms: readonly Term[], lower: number, upper: number): void {
    const sums = new Map<number, number>();
    for (const { col, value } of terms) sums.set(col, (sums.get(col) ?? 0) + value);
    for (const [col, value] of sums) {
      if (value === 0) continue;
      this.#col.push(col);
      this.#value.push(value);
    }
    this.#rowStart.push(this.#col.length);
    this.#rowLower.push(lower);
    this.#rowUpper.push(upper);
    this.#rowNames.push(name);
  }

  /** Adds to a column's cost. */
  addCost(column: number, cost: number): void {
    this.#cost[column] = this.#cost[column]! + cost;
  }

  /** Number of rows so far: the index of the next one. */
  get rows(): number {
    return this.#rowLower.length;
  }

  get columns(): number {
    return this.#cost.length;
  }

  get binaries(): number {
    return this.#integer.reduce((sum, flag) => sum + flag, 0);
  }

  build(): LinearModel {
    return Object.freeze({
      kind: 'linear-model',
      columns: this.#cost.length,
      rows: this.#rowLower.length,
      cost: Float64Array.from(this.#cost),
      lower: Float64Array.from(this.#lower),
      upper: Float64Array.from(this.#upper),
      integer: Uint8Array.from(this.#integer),
      rowStart: Int32Array.from(this.#rowStart),
      col: Int32Array.from(this.#col),
      value: Float64Array.from(this.#value),
      rowLower: Float64Array.from(this.#rowLower),
      rowUpper: Float64Array.from(this.#rowUpper),
      columnNames: this.#columnNames,
      rowNames: this.#rowNames,
    });
  }

  #add(name: string, lower: number, upper: number, cost: number, integer: number): number {
    this.#columnNames.push(name);
    this.#lower.push(lower);
    this.#upper.push(upper);
    this.#cost.push(cost);
    this.#integer.push(integer);
    return this.#cost.length - 1;
  }
}
