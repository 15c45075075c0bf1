/**
 * What is true of an obligation on a tiny network, by enumerating linear regions in exact arithmetic.
 *
 * Every reachable activation pattern (and choice of maximal candidate) is a polyhedron on which the network is affine;
 * an exact LP decides each. Cells overlap in their boundaries only, so no point is lost.
 */
import type { Layer, Network } from '../../src/network/network.js';
import { neuronBlocks } from '../../src/network/network.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { deepest, type HalfSpace } from './exact-lp.js';
import { exactly, type Fraction, minus, plus, times, toNumber, ZERO } from './fractions.js';

/**
 * `empty`: the closed region has no point. `boundary`: it has, but none meets the literals as mined (active z > 0).
 * `thin`: some point does, but only where some other inequality holds with equality (no room for rounding).
 * `open`: a ball of such points; `depth` is its size relative to the numbers involved, at most 1.
 */
export type Truth =
  | { readonly kind: 'empty' | 'boundary' | 'thin' }
  | { readonly kind: 'open'; readonly depth: number; readonly point: readonly number[] };

/** Depth at which the search stops looking for a deeper cell. */
const DEEP = 1e-3;

/** value = a.x + b over the inputs. */
interface Affine {
  readonly a: readonly Fraction[];
  readonly b: Fraction;
}

interface Condition extends HalfSpace {
  /** An active literal, which as mined is met strictly. */
  readonly literal: boolean;
}

export function bruteForce(network: Network, obligation: Obligation): Truth {
  return new Enumeration(network, obligation).run();
}

/** x >= 0, 1 <= sum x <= 2: not the cross-section, but it meets the same rays. */
function slab(inputs: readonly Affine[]): Condition[] {
  const sum = inputs.reduce((total, x) => ({ a: total.a.map((v, j) => plus(v, x.a[j]!)), b: total.b }));
  return [
    ...inputs.map((x) => condition(x)),
    condition(shift(sum, exactly(-1))),
    condition(shift(negated(sum), exactly(2))),
  ];
}

class Enumeration {
  private readonly dimension: number;
  private readonly phases = new Map<number, number[][]>();
  private found: Truth = { kind: 'empty' };

  constructor(
    private readonly network: Network,
    private readonly obligation: Obligation,
  ) {
    this.dimension = network.tensors[network.input]!.size;
    for (const { layer, offset, size } of neuronBlocks(network)) {
      const wanted = obligation.naps.map((nap) => Array.from(nap.subarray(offset, offset + size)));
      this.phases.set(layer.input, wanted);
    }
  }

  run(): Truth {
    const inputs = Array.from({ length: this.dimension }, (_, i) => this.axis(i));
    const box: Condition[] = [];
    inputs.forEach((x, i) => {
      const [low, high] = [this.obligation.box.lower[i]!, this.obligation.box.upper[i]!];
      if (low !== -Infinity) box.push(condition(shift(x, minus(exactly(low)))));
      if (high !== Infinity) box.push(condition(shift(negated(x), exactly(high))));
    });
    if (this.obligation.section !== undefined) box.splice(0, box.length, ...slab(inputs));
    const start = this.feasible(box);
    if (start === null) return this.found;
    this.layer(0, new Map([[this.network.input, inputs]]), box, start);
    return this.found;
  }

  private get done(): boolean {
    return this.found.kind === 'open' && this.found.depth >= DEEP;
  }

  private axis(i: number): Affine {
    return { a: Array.from({ length: this.dimension }, (_, j) => (i === j ? exactly(1) : ZERO)), b: ZERO };
  }

  private layer(
    n: number,
    values: ReadonlyMap<number, readonly Affine[]>,
    cell: readonly Condition[],
    at: readonly Fraction[],
  ): void {
    if (this.done) return;
    const layer = this.network.layers[n];
    if (layer === undefined) {
      this.leaf(values.get(this.network.output)!, cell);
      return;
    }
    const next = (out: readonly Affine[], inner: readonly Condition[], x: readonly Fraction[]): void =>
      this.layer(n + 1, new Map([...values, [layer.output, out]]), inner, x);
    switch (layer.kind) {
      case 'linear':
        next(
          linear(
            layer,
            layer.inputs.flatMap((id) => values.get(id)!),
          ),
          cell,
          at,
        );
        return;
      case 'relu':
        this.relu(layer, values.get(layer.input)!, [], cell, at, next);
        return;
      case 'max':
        this.max(layer, values.get(layer.input)!, [], cell, at, next);
    }
  }

  private relu(
    layer: Extract<Layer, { kind: 'relu' }>,
    z: readonly Affine[],
    out: readonly Affine[],
    cell: readonly Condition[],
    at: readonly Fraction[],
    next: (out: readonly Affine[], cell: readonly Condition[], at: readonly Fraction[]) => void,
  ): void {
    const i = out.length;
    if (i === z.length) {
      next(out, cell, at);
      return;
    }
    const wanted = this.phases.get(layer.input)!.map((phases) => phases[i]!);
    const slope = exactly(layer.slope);
    const both = wanted.includes(1) && wanted.includes(-1);
    for (const phase of [1, -1] as const) {
      if (this.done || (!both && wanted.includes(-phase))) continue;
      const form = phase === 1 ? z[i]! : negated(z[i]!);
      const conditions = [condition(form, phase === 1 && wanted.includes(1))];
      // Opposite literals leave z = 0, which meets "active" only in closed form.
      if (both) conditions.push(condition(negated(form), true));
      this.enter(cell, conditions, at, (inner, x) =>
        this.relu(layer, z, [...out, phase === 1 ? form : scaled(z[i]!, slope)], inner, x, next),
      );
      if (both) return;
    }
  }

  private max(
    layer: Extract<Layer, { kind: 'max' }>,
    x: readonly Affine[],
    out: readonly Affine[],
    cell: readonly Condition[],
    at: readonly Fraction[],
    next: (out: readonly Affine[], cell: readonly Condition[], at: readonly Fraction[]) => void,
  ): void {
    const i = out.length;
    if (i === layer.rowStart.length - 1) {
      next(out, cell, at);
      return;
    }
    const candidates = [...layer.col.subarray(layer.rowStart[i]!, layer.rowStart[i + 1]!)];
    for (const winner of candidates) {
      if (this.done) return;
      const conditions = candidates
        .filter((k) => k !== winner)
        .map((k) => condition(sum(x[winner]!, negated(x[k]!))));
      this.enter(cell, conditions, at, (inner, point) =>
        this.max(layer, x, [...out, x[winner]!], inner, point, next),
      );
    }
  }

  /** Goes on if the smaller cell has a point; the point at hand often shows it without an LP. */
  private enter(
    cell: readonly Condition[],
    conditions: readonly Condition[],
    at: readonly Fraction[],
    go: (cell: readonly Condition[], at: readonly Fraction[]) => void,
  ): void {
    const inner = [...cell, ...conditions.filter((form) => form.literal || !holdsEverywhere(form))];
    if (conditions.every((form) => valueAt(form, at).n >= 0n)) {
      go(inner, at);
      return;
    }
    const point = this.feasible(inner);
    if (point !== null) go(inner, point);
  }

  private feasible(cell: readonly Condition[]): readonly Fraction[] | null {
    return deepest(this.dimension, cell, () => false)?.x ?? null;
  }

  private leaf(logits: readonly Affine[], cell: readonly Condition[]): void {
    const outputs = this.obligation.outputs.map(({ terms, bound }) =>
      condition(
        terms.reduce(
          (form, { output, coefficient }) => sum(form, scaled(logits[output]!, exactly(coefficient))),
          constant(this.dimension, minus(exactly(bound))),
        ),
      ),
    );
    const region = [...cell, ...outputs.filter((form) => !holdsEverywhere(form))].map(normalised);
    const asMined = deepest(this.dimension, region, (i) => region[i]!.literal);
    if (asMined === null) return;
    if (this.found.kind === 'empty') this.found = { kind: 'boundary' };
    if (asMined.t.n === 0n) return;
    if (this.found.kind === 'boundary') this.found = { kind: 'thin' };
    const inner = deepest(this.dimension, region, () => true)!;
    const depth = toNumber(inner.t);
    if (depth > 0 && (this.found.kind !== 'open' || depth > this.found.depth)) {
      this.found = { kind: 'open', depth, point: inner.x.map(toNumber) };
    }
  }
}

function linear(layer: Extract<Layer, { kind: 'linear' }>, x: readonly Affine[]): Affine[] {
  const { map, bias, divisor } = layer;
  return Array.from({ length: map.rows }, (_, row) => {
    let form = constant(x[0]!.a.length, exactly(bias[row]!));
    if (map.kind === 'conv') throw new Error('brute force knows no convolutions');
    if (map.kind === 'dense') {
      for (let j = 0; j < map.cols; j++)
        form = sum(form, scaled(x[j]!, exactly(map.weight[row * map.cols + j]!)));
    } else {
      for (let k = map.rowStart[row]!; k < map.rowStart[row + 1]!; k++) {
        form = sum(form, scaled(x[map.col[k]!]!, exactly(map.weight[k]!)));
      }
    }
    if (divisor === null) return form;
    const by = exactly(divisor[row]!);
    return scaled(form, { n: by.d, d: by.n });
  });
}

const constant = (dimension: number, b: Fraction): Affine => ({
  a: new Array<Fraction>(dimension).fill(ZERO),
  b,
});
const condition = (form: Affine, literal = false): Condition => ({ ...form, literal });
const negated = ({ a, b }: Affine): Affine => ({ a: a.map(minus), b: minus(b) });
const shift = ({ a, b }: Affine, by: Fraction): Affine => ({ a, b: plus(b, by) });
const sum = (p: Affine, q: Affine): Affine => ({ a: p.a.map((v, i) => plus(v, q.a[i]!)), b: plus(p.b, q.b) });

function scaled(form: Affine, by: Fraction): Affine {
  if (by.n === 0n) return constant(form.a.length, ZERO);
  return { a: form.a.map((v) => times(v, by)), b: times(form.b, by) };
}

function valueAt({ a, b }: Affine, x: readonly Fraction[]): Fraction {
  return a.reduce((total, v, i) => plus(total, times(v, x[i]!)), b);
}

function holdsEverywhere({ a, b }: Affine): boolean {
  return a.every(({ n }) => n === 0n) && b.n >= 0n;
}

/** Scaled by a power of two so that its coefficients have magnitude about 1: depths of different conditions compare. */
function normalised(form: Condition): Condition {
  const largest = [...form.a, form.b].map((v) => Math.abs(toNumber(v))).reduce((p, q) => Math.max(p, q), 0);
  if (largest === 0) return form;
  const exponent = BigInt(Math.ceil(Math.log2(largest)));
  const by: Fraction = exponent >= 0n ? { n: 1n, d: 1n << exponent } : { n: 1n << -exponent, d: 1n };
  return { ...scaled(form, by), literal: form.literal };
}
