/**
 * The chords of a relaxation's unstable neurons, kept in step with the bounds of the node that is solved. A chord over a
 * wider interval stays valid, so a row changes only where a node's interval leaves the chord's, or is much smaller.
 */
import type { Bounds } from '../../bounds/interval.js';
import type { PersistentLp } from '../../solvers/highs-model.js';
import type { Encoding } from '../encoding/encode.js';
import { chordOver, type ReluLayout } from '../encoding/encode-relu.js';

/** A chord is redrawn when the neuron's interval is below this share of the chord's. */
const MUCH_SMALLER = 0.9;
/** Solvers drop smaller coefficients: the first chord serves then. */
const LEAST = 1e-6;

interface Ends {
  readonly layout: ReluLayout;
  /** Intervals at creation, which hold all others, and those of the chords in the LP. */
  readonly widest: { readonly lower: Float64Array; readonly upper: Float64Array };
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

export class Chords {
  readonly #layers: readonly Ends[];

  constructor(encoding: Encoding, bounds: Bounds) {
    this.#layers = encoding.relus.map((layout) => {
      const [lower, upper] = [bounds.lower[layout.layer.input]!, bounds.upper[layout.layer.input]!];
      const widest = { lower: lower.slice(), upper: upper.slice() };
      return { layout, widest, lower: lower.slice(), upper: upper.slice() };
    });
  }

  follow(bounds: Bounds, lp: PersistentLp): void {
    for (const { layout, widest, lower, upper } of this.#layers) {
      const { layer, chord, z } = layout;
      const [low, high] = [bounds.lower[layer.input]!, bounds.upper[layer.input]!];
      for (let i = 0; i < chord.length; i++) {
        if (chord[i]! < 0) continue;
        let [l, u] = [low[i]!, high[i]!];
        const holds = l >= lower[i]! && u <= upper[i]!;
        const open = l < 0 && u > 0;
        if (holds && !(open && u - l < MUCH_SMALLER * (upper[i]! - lower[i]!))) continue;
        if (!open || !((chordOver(l, u, layer.slope)?.chord ?? 0) > LEAST))
          [l, u] = [widest.lower[i]!, widest.upper[i]!];
        const line = chordOver(l, u, layer.slope);
        if (line === null || !lp.setCoefficient(chord[i]!, z[i]!, -line.chord)) continue;
        lp.setRowBounds(chord[i]!, -Infinity, line.constant);
        lower[i] = l;
        upper[i] = u;
      }
    }
  }
}
