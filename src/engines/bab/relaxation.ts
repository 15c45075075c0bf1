/**
 * The triangle relaxation of a region's suffix, kept in the LP solver: branches change bounds and solve warm.
 * Method: Ehlers 2017 relaxation; HiGHS dual simplex. Not sound by itself: its multipliers become proof steps.
 */
import type { Bounds } from '../../bounds/interval.js';
import { favouriteInput } from '../../bounds/push-back.js';
import type { Network, TensorId } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import { type LpBasis, type LpResult, PersistentLp } from '../../solvers/highs-model.js';
import { type Encoding, encode } from '../encoding/encode.js';
import { Chords } from './chords.js';
import { type HullCut, rowOfCut } from './hull-cuts.js';

/**
 * Added to the objective per unit of an element that has no upper bound, so that multipliers leave a strictly
 * negative coefficient there: a proof step cannot bound a coefficient that is positive by rounding alone.
 */
const UNBOUNDED_PRICE = 1e-8;

export class Relaxation {
  readonly start: TensorId;
  readonly encoding: Encoding;
  readonly #network: Network;
  readonly #lp: PersistentLp;
  readonly #cost: Float64Array;
  #cuts: readonly HullCut[] = [];
  readonly #chords: Chords;

  private constructor(network: Network, bounds: Bounds, encoding: Encoding, lp: PersistentLp) {
    this.start = encoding.start;
    this.encoding = encoding;
    this.#network = network;
    this.#lp = lp;
    this.#cost = new Float64Array(encoding.model.columns);
    this.#chords = new Chords(encoding, bounds);
  }

  /**
   * Null if the numbers are out of the solver's range. `region` gives the literals' bounds, and its output constraints if
   * they are several: those are rows, one constraint is an objective that may change.
   */
  static async create(
    network: Network,
    bounds: Bounds,
    region: Obligation,
    start: TensorId,
  ): Promise<Relaxation | null> {
    const encoding = encode(
      network,
      bounds,
      region.outputs.length > 1 ? region : { ...region, outputs: [] },
      { start, style: 'relaxed', goal: region.outputs.length > 1 ? 'conjunction' : 'objective' },
    );
    const created = await PersistentLp.create(encoding.model);
    return created.kind === 'ready' ? new Relaxation(network, bounds, encoding, created.lp) : null;
  }

  /** Maximise the output constraint's left side, or the least excess of several; nothing for a region without one. */
  setObjective(obligation: Obligation): void {
    const { lead } = this.encoding;
    if (lead !== null) {
      this.setForm(this.#network.output, []);
      this.#cost[lead] = -1;
      this.#lp.setCost(this.#cost.slice());
      return;
    }
    const terms = obligation.outputs[0]?.terms ?? [];
    this.setForm(
      this.#network.output,
      terms.map(({ output, coefficient }) => ({ index: output, coefficient })),
    );
  }

  /** Maximise a linear form on one tensor. */
  setForm(
    tensor: TensorId,
    terms: readonly { readonly index: number; readonly coefficient: number }[],
  ): void {
    const { col } = this.encoding.elements.get(tensor)!;
    this.#cost.fill(0);
    for (const { index, coefficient } of terms) {
      const j = col[index]!;
      if (j >= 0) this.#cost[j] = this.#cost[j]! - coefficient;
    }
    const { upper, lower } = this.encoding.model;
    for (const j of this.encoding.elements.get(this.start)!.col) {
      if (j < 0) continue;
      if (upper[j] === Infinity) this.#cost[j] = this.#cost[j]! - UNBOUNDED_PRICE;
      if (lower[j] === -Infinity) this.#cost[j] = this.#cost[j]! + UNBOUNDED_PRICE;
    }
    this.#lp.setCost(this.#cost.slice());
  }

  /** Moves every column and phase row to the given bounds. Returns false if a column has none left. */
  setBounds(bounds: Bounds): boolean {
    for (const [tensor, { col }] of this.encoding.elements) {
      const [lower, upper] = [bounds.lower[tensor]!, bounds.upper[tensor]!];
      for (let i = 0; i < col.length; i++) {
        if (col[i]! < 0) continue;
        if (lower[i]! > upper[i]!) return false;
      }
    }
    for (const [tensor, { col }] of this.encoding.elements) {
      if (this.#sharesColumns(tensor)) continue;
      for (let i = 0; i < col.length; i++) {
        if (col[i]! >= 0) this.#lp.setBounds(col[i]!, bounds.lower[tensor]![i]!, bounds.upper[tensor]![i]!);
      }
    }
    for (const { layer, a, above } of this.encoding.relus) {
      const [lower, upper] = [bounds.lower[layer.input]!, bounds.upper[layer.input]!];
      for (let i = 0; i < above.length; i++) {
        if (above[i]! < 0) continue;
        const top = upper[i]! <= 0 ? 0 : bounds.upper[layer.output]![i]!;
        const bottom = layer.slope === 0 ? 0 : bounds.lower[layer.output]![i]!;
        this.#lp.setBounds(a[i]!, Math.min(bottom, top), layer.slope === 0 ? Math.max(0, top) : top);
        this.#lp.setRowBounds(above[i]!, 0, lower[i]! >= 0 ? 0 : Infinity);
      }
    }
    this.#chords.follow(bounds, this.#lp);
    for (const { layer, above } of this.encoding.maxes) {
      const [lower, upper] = [bounds.lower[layer.input]!, bounds.upper[layer.input]!];
      for (let i = 0; i + 1 < layer.rowStart.length; i++) {
        const [from, to] = [layer.rowStart[i]!, layer.rowStart[i + 1]!];
        const wins = favouriteInput(layer, lower, upper, from, to, 1);
        for (let k = from; k < to; k++) {
          if (above[k]! < 0) continue;
          const floor = this.encoding.model.rowLower[above[k]!]!;
          this.#lp.setRowBounds(above[k]!, floor, k === wins ? floor : Infinity);
        }
      }
    }
    return true;
  }

  /** The cuts in force; their rows are the LP's last ones. */
  get cuts(): readonly HullCut[] {
    return this.#cuts;
  }

  addCuts(cuts: readonly HullCut[]): void {
    this.#lp.addRows(cuts.map((cut) => rowOfCut(this.encoding, cut)));
    this.#cuts = [...this.#cuts, ...cuts];
  }

  /** Takes out the cuts whose multiplier is 0, or all of them. */
  dropCuts(rowDual: Float64Array | null): void {
    const first = this.encoding.model.rows;
    const idle = [...this.#cuts.keys()].filter((n) => rowDual === null || rowDual[first + n] === 0);
    this.#lp.removeRows(idle.map((n) => first + n));
    const gone = new Set(idle);
    this.#cuts = this.#cuts.filter((_, n) => !gone.has(n));
  }

  /** Simplex iterations of the last solve. */
  get iterations(): number {
    return this.#lp.iterations;
  }

  solve(timeLimitSeconds: number): LpResult {
    return this.#lp.solve(timeLimitSeconds);
  }

  /** For an objective without bound: any feasible point, if there is one. */
  solveWithoutObjective(timeLimitSeconds: number): LpResult {
    this.#lp.setCost(new Float64Array(this.#cost.length));
    const result = this.#lp.solve(timeLimitSeconds);
    this.#lp.setCost(this.#cost.slice());
    return result;
  }

  /** Null where HiGHS has none, as after a solve that ended before its first basis; it says so by throwing. */
  getBasis(): LpBasis | null {
    try {
      return this.#lp.getBasis();
    } catch {
      return null;
    }
  }

  /** A start for the next solve; it only saves time. */
  setBasis(basis: LpBasis | null): void {
    if (basis !== null) this.#lp.setBasis(basis);
  }

  dispose(): void {
    this.#lp.dispose();
  }

  /** ReLU outputs reuse the pre-activation's column where the neuron is on; their bounds follow from it. */
  #sharesColumns(tensor: TensorId): boolean {
    return tensor !== this.start && this.encoding.relus.some(({ layer }) => layer.output === tensor);
  }
}
