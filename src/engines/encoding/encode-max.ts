/**
 * A max layer in a linear model: exactly, with one binary per candidate, or relaxed to its hull over the box
 * (max-facets.ts). Where the winner is given, exactly and without binaries, but only for inputs where it wins.
 */
import type { Bounds } from '../../bounds/interval.js';
import type { MaxLayer, Network } from '../../network/network.js';
import type { ModelBuilder, Term } from '../../solvers/model-builder.js';
import { constants, type Elements, pushTerm, UnboundedEncodingError } from './elements.js';
import { upperFacets } from './max-facets.js';

/** Where a relaxed max layer's inequalities are in the model. Positions count through the candidate lists. */
export interface MaxLayout {
  readonly layer: MaxLayer;
  /** Row y - x_k >= 0 by position, -1 where there is none; its upper side at 0 makes x_k the winner. */
  readonly above: Int32Array;
  readonly facets: readonly EncodedFacet[];
}

/** Row y - sum of share_k x_k <= constant; `share` by position, from `from` on. */
export interface EncodedFacet {
  readonly row: number;
  readonly from: number;
  readonly share: Float64Array;
}

export interface EncodedMax {
  readonly elements: Elements;
  readonly layout: MaxLayout;
}

export function encodeMax(
  builder: ModelBuilder,
  network: Network,
  bounds: Bounds,
  input: Elements,
  layer: MaxLayer,
  style: 'exact' | 'relaxed',
  winner: ((output: number) => number) | null = null,
): EncodedMax {
  const { name, size } = network.tensors[layer.output]!;
  const out = constants(size);
  const lower = bounds.lower[layer.input]!;
  const upper = bounds.upper[layer.input]!;
  const above = new Int32Array(layer.col.length).fill(-1);
  const facets: EncodedFacet[] = [];
  for (let i = 0; i < size; i++) {
    const from = layer.rowStart[i]!;
    const all = [...layer.col.subarray(from, layer.rowStart[i + 1]!)];
    const floor = Math.max(...all.map((k) => lower[k]!));
    const candidates = all.filter((k) => upper[k]! >= floor);
    const only = winner === null ? candidates[0]! : winner(i);
    if (candidates.length === 1 || winner !== null) {
      out.col[i] = input.col[only]!;
      out.constant[i] = input.constant[only]!;
      for (const k of winner === null ? [] : candidates) {
        if (k === only) continue;
        const terms: Term[] = [];
        const constant = -pushTerm(terms, input, only, 1) - pushTerm(terms, input, k, -1);
        builder.row(`wins ${name}[${i}] ${k}`, terms, constant, Infinity);
      }
      continue;
    }
    const y = builder.column(
      `${name}[${i}]`,
      bounds.lower[layer.output]![i]!,
      bounds.upper[layer.output]![i]!,
    );
    out.col[i] = y;
    const top = Math.max(...candidates.map((k) => upper[k]!));
    const choice: Term[] = [];
    for (const k of candidates) {
      const terms: Term[] = [{ col: y, value: 1 }];
      const constant = -pushTerm(terms, input, k, -1);
      above[from + all.indexOf(k)] = builder.rows;
      builder.row(`above ${name}[${i}] ${k}`, terms, constant, Infinity);
      if (style === 'relaxed') continue;
      const slack = top - lower[k]!;
      if (!Number.isFinite(slack)) throw new UnboundedEncodingError(`${name}[${i}] has no finite bounds`);
      const d = builder.binary(`winner ${name}[${i}] ${k}`);
      choice.push({ col: d, value: 1 });
      builder.row(
        `winner ${name}[${i}] ${k}`,
        [...terms, { col: d, value: slack }],
        -Infinity,
        constant + slack,
      );
    }
    if (choice.length > 0) builder.row(`one winner ${name}[${i}]`, choice, 1, 1);
    if (style === 'exact') continue;
    const [lows, highs] = [all.map((k) => lower[k]!), all.map((k) => upper[k]!)];
    for (const { threshold, share } of upperFacets(lows, highs)) {
      const terms: Term[] = [{ col: y, value: 1 }];
      let constant = threshold;
      share.forEach((a, k) => {
        if (a !== 0) constant -= a * lows[k]! + pushTerm(terms, input, all[k]!, -a);
      });
      facets.push({ row: builder.rows, from, share });
      builder.row(`below ${name}[${i}] ${facets.length}`, terms, -Infinity, constant);
    }
  }
  return { elements: out, layout: { layer, above, facets } };
}
