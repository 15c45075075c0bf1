/**
 * A max layer in a linear model: exactly, with one binary per candidate, or relaxed to its hull over the box. Where the
 * winner is given, exactly and without binaries, but only for inputs where it wins.
 */
import type { Bounds } from '../../bounds/interval.js';
import type { MaxLayer, Network } from '../../network/network.js';
import type { ModelBuilder, Term } from '../../solvers/model-builder.js';
import { constants, type Elements, pushTerm, UnboundedEncodingError } from './elements.js';

export function encodeMax(
  builder: ModelBuilder,
  network: Network,
  bounds: Bounds,
  input: Elements,
  layer: MaxLayer,
  style: 'exact' | 'relaxed',
  winner: ((output: number) => number) | null = null,
): Elements {
  const { name, size } = network.tensors[layer.output]!;
  const out = constants(size);
  const lower = bounds.lower[layer.input]!;
  const upper = bounds.upper[layer.input]!;
  for (let i = 0; i < size; i++) {
    const all = [...layer.col.subarray(layer.rowStart[i]!, layer.rowStart[i + 1]!)];
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
  }
  return out;
}
