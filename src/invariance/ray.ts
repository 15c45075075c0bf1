/**
 * The class along a ray s x, s > 0, exactly. On a ray every tensor is piecewise affine in s: P + s Q with exact vectors
 * P and Q. The walk goes from breakpoint to breakpoint, where a neuron or a winner of a maximum changes, and between
 * them from crossing to crossing of the logits. No floating point decides anything.
 */

import { trailingZeros } from '../checker/exact/double-bits.js';
import {
  aligned,
  concatVectors,
  type ExactVector,
  elementAt,
  exactVector,
  fromDoubles,
  rescale,
} from '../checker/exact/dyadic-vector.js';
import { applyLinear } from '../checker/exact/linear-exact.js';
import {
  add,
  compare,
  fromDouble,
  multiply,
  type Rational,
  rational,
  ZERO,
} from '../checker/exact/rational.js';
import type { Layer, LinearLayer, Network } from '../network/network.js';
import { assertNever } from '../util/errors.js';

/** The classes with the largest logit for all s strictly between `from` and `to`; several are a tie throughout. */
export interface RayInterval {
  readonly from: Rational;
  readonly to: Rational;
  readonly classes: readonly number[];
}

/** All logits at one s; between neighbouring marks they are affine. */
export interface RayMark {
  readonly at: Rational;
  readonly logits: readonly Rational[];
}

export interface Ray {
  /** In ascending order, without gaps. Equal classes on both sides mean that another logit touches at the point between. */
  readonly intervals: readonly RayInterval[];
  /** The ends, all breakpoints and all crossings. */
  readonly marks: readonly RayMark[];
  /** Breakpoints passed: points where the network changes its affine piece. */
  readonly breakpoints: number;
  /** False if `maxBreakpoints` ended the walk before `to`. */
  readonly complete: boolean;
}

export interface RayOptions {
  /** Right end, > 0. */
  readonly to: Rational;
  readonly maxBreakpoints?: number;
}

/** P + s Q; both in the same units. */
interface Affine {
  readonly p: ExactVector;
  readonly q: ExactVector;
}

const MAX_BREAKPOINTS = 100_000;

/** @throws InputError for a point with numbers that are not finite */
export function classesAlongRay(network: Network, point: Float64Array, options: RayOptions): Ray {
  const walker = new Walker(network, point);
  const limit = options.maxBreakpoints ?? MAX_BREAKPOINTS;
  const marks: RayMark[] = [];
  const intervals: RayInterval[] = [];
  let from = ZERO;
  let breakpoints = 0;
  for (;;) {
    const { logits, end } = walker.piece(from, options.to);
    crossings(logits, from, end, marks, intervals);
    if (compare(end, options.to) >= 0 || breakpoints >= limit) break;
    breakpoints++;
    from = end;
  }
  const last = intervals[intervals.length - 1]!;
  return { intervals, marks, breakpoints, complete: compare(last.to, options.to) >= 0 };
}

class Walker {
  readonly #network: Network;
  readonly #input: Affine;
  /** Per layer: its input of the last piece, a key of the choices it made, and what it gave. */
  readonly #last = new Map<Layer, { input: readonly Affine[]; key: string; output: Affine }>();
  readonly #unbiased = new Map<LinearLayer, LinearLayer>();

  constructor(network: Network, point: Float64Array) {
    this.#network = network;
    const zero = exactVector(new Array<bigint>(point.length).fill(0n));
    this.#input = common({ p: zero, q: fromDoubles(point, 'point') });
  }

  /** Logits as affine functions right of `from`, and how far right they hold (at most to `to`). */
  piece(from: Rational, to: Rational): { readonly logits: Affine; readonly end: Rational } {
    const values = new Array<Affine>(this.#network.tensors.length);
    values[this.#network.input] = this.#input;
    const end = new Nearest(from, to);
    for (const layer of this.#network.layers) {
      switch (layer.kind) {
        case 'linear':
          values[layer.output] = this.#linear(
            layer,
            layer.inputs.map((id) => values[id]!),
          );
          break;
        case 'relu': {
          const z = values[layer.input]!;
          const active = z.p.num.map((_, i) => {
            end.root(z.p.num[i]!, z.q.num[i]!);
            return signRightOf(z.p.num[i]!, z.q.num[i]!, from) > 0;
          });
          const key = active.map((on) => (on ? '1' : '0')).join('');
          values[layer.output] = this.#remember(layer, [z], key, () => relu(z, active, layer.slope));
          break;
        }
        case 'max': {
          const x = values[layer.input]!;
          const winners = Array.from({ length: layer.rowStart.length - 1 }, (_, i) => {
            const row = layer.col.subarray(layer.rowStart[i]!, layer.rowStart[i + 1]!);
            let best = row[0]!;
            for (const j of row) if (orderRightOf(x, j, best, from) > 0) best = j;
            for (const j of row) end.root(x.p.num[j]! - x.p.num[best]!, x.q.num[j]! - x.q.num[best]!);
            return best;
          });
          values[layer.output] = this.#remember(layer, [x], winners.join(), () => ({
            p: pick(x.p, winners),
            q: pick(x.q, winners),
          }));
          break;
        }
        default:
          return assertNever(layer, 'layer');
      }
    }
    return { logits: values[this.#network.output]!, end: end.value() };
  }

  #linear(layer: LinearLayer, inputs: readonly Affine[]): Affine {
    return this.#remember(layer, inputs, '', () => {
      let unbiased = this.#unbiased.get(layer);
      if (unbiased === undefined) {
        unbiased = { ...layer, bias: new Float64Array(layer.bias.length) };
        this.#unbiased.set(layer, unbiased);
      }
      return common({
        p: applyLinear(layer, concatVectors(inputs.map(({ p }) => p))),
        q: applyLinear(unbiased, concatVectors(inputs.map(({ q }) => q))),
      });
    });
  }

  /** What a layer gave in the last piece, if nothing it depends on has changed. */
  #remember(layer: Layer, input: readonly Affine[], key: string, compute: () => Affine): Affine {
    const known = this.#last.get(layer);
    if (known !== undefined && known.key === key && known.input.every((value, i) => value === input[i])) {
      return known.output;
    }
    const output = compute();
    this.#last.set(layer, { input, key, output });
    return output;
  }
}

function common({ p, q }: Affine): Affine {
  const [left, right] = aligned([p, q]) as [ExactVector, ExactVector];
  return { p: left, q: right };
}

function relu({ p, q }: Affine, active: readonly boolean[], slope: number): Affine {
  const { num, den } = fromDouble(slope);
  const shift = trailingZeros(den);
  const part = (vector: ExactVector): ExactVector => {
    const fine = rescale(vector, vector.exponent - shift, vector.divisor);
    return exactVector(
      fine.num.map((value, i) => (active[i] ? value : vector.num[i]! * num)),
      fine.exponent,
      fine.divisor,
    );
  };
  return { p: part(p), q: part(q) };
}

function pick(vector: ExactVector, indices: readonly number[]): ExactVector {
  return exactVector(
    indices.map((j) => vector.num[j]!),
    vector.exponent,
    vector.divisor,
  );
}

/** Sign of p + s q for s just right of `at`. */
function signRightOf(p: bigint, q: bigint, at: Rational): number {
  const value = p * at.den + q * at.num;
  const sign = value !== 0n ? value : q;
  return sign > 0n ? 1 : sign < 0n ? -1 : 0;
}

function orderRightOf({ p, q }: Affine, i: number, j: number, at: Rational): number {
  return signRightOf(p.num[i]! - p.num[j]!, q.num[i]! - q.num[j]!, at);
}

/** The least root right of a point, at most `to`. */
class Nearest {
  #num: bigint;
  #den: bigint;
  readonly #from: Rational;

  constructor(from: Rational, to: Rational) {
    this.#from = from;
    this.#num = to.num;
    this.#den = to.den;
  }

  /** Counts the root of p + s q. */
  root(p: bigint, q: bigint): void {
    if (q === 0n) return;
    const num = q > 0n ? -p : p;
    const den = q > 0n ? q : -q;
    if (num * this.#from.den <= this.#from.num * den) return;
    if (num * this.#den >= this.#num * den) return;
    this.#num = num;
    this.#den = den;
  }

  value(): Rational {
    return rational(this.#num, this.#den);
  }
}

/** Appends the intervals of one affine piece, joined to the last one where the classes stay and nothing touches. */
function crossings(
  logits: Affine,
  from: Rational,
  end: Rational,
  marks: RayMark[],
  intervals: RayInterval[],
): void {
  const count = logits.p.num.length;
  const all = Array.from({ length: count }, (_, i) => i);
  for (let at = from; compare(at, end) < 0; ) {
    const best = all.reduce((top, i) => (orderRightOf(logits, i, top, at) > 0 ? i : top), 0);
    const classes = all.filter((i) => orderRightOf(logits, i, best, at) === 0);
    const next = new Nearest(at, end);
    for (const i of all) {
      const rises = logits.q.num[i]! > logits.q.num[best]!;
      if (rises) next.root(logits.p.num[i]! - logits.p.num[best]!, logits.q.num[i]! - logits.q.num[best]!);
    }
    const to = next.value();
    const values = valuesAt(logits, at);
    if (marks.length === 0 || compare(marks[marks.length - 1]!.at, at) < 0)
      marks.push({ at, logits: values });
    const before = intervals[intervals.length - 1];
    const top = values.reduce((a, b) => (compare(a, b) >= 0 ? a : b));
    const here = all.filter((i) => compare(values[i]!, top) === 0);
    if (before !== undefined && same(before.classes, classes) && same(classes, here)) {
      intervals[intervals.length - 1] = { ...before, to };
    } else intervals.push({ from: at, to, classes });
    at = to;
  }
  marks.push({ at: end, logits: valuesAt(logits, end) });
}

function valuesAt({ p, q }: Affine, s: Rational): Rational[] {
  return p.num.map((_, i) => add(elementAt(p, i), multiply(s, elementAt(q, i))));
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
