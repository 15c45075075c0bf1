/**
 * Dual ascent for many linear forms on one tensor: numbers to pass back that make their bounds good.
 *
 * Requires: bounds of the region. Returns: per form the slopes and multipliers found, and the float32 bound, which only
 * steers; push-back.ts (or the checker) says what they prove. Sound: any numbers are. Reference: graph.ts.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { MaxLayer, Network, ReluLayer, TensorId } from '../../network/network.js';
import { onSection } from '../../obligation/section.js';
import type { Bounds } from '../interval.js';
import { defaultPass, type Passes } from '../push-back.js';
import { type AscentGraph, ascentGraph } from './graph.js';
import { maxVectors, reluRows, row, writeStartSlopes } from './vectors.js';

/** Forms on the elements of one tensor, `count` rows of its size. */
export interface Forms {
  readonly count: number;
  readonly rows: Float32Array;
  /** Width of each form's interval: the unit of its multipliers' steps. */
  readonly range: Float32Array;
}

/** Slopes and multipliers of one form, by number of the ReLU layer. */
export type Warm = ReadonlyMap<number, { readonly alpha: Float32Array; readonly beta: Float32Array }>;

export interface AscentOptions {
  readonly iterations: number;
  /** Ends once every bound is at most this. */
  readonly goal?: number;
  /** Per form, where to begin: what ascent found on a larger domain. */
  readonly warm?: readonly (Warm | null)[];
}

export interface AscentResult {
  /** Upper bounds as float32 found them, one per form. */
  readonly bound: Float32Array;
  /** What was found for form q, for smaller domains to begin with. */
  readonly warm: (q: number) => Warm;
  /** Numbers to pass back for form q (push-back.ts). */
  readonly passes: (q: number) => Passes;
}

interface Session {
  readonly graph: AscentGraph;
  readonly session: InferenceSession;
}

/** Slopes this close to the default are left to the default. */
const SAME_SLOPE = 1e-3;

/** Sessions are made once per network and pair of tensors. */
export class Ascent {
  readonly #sessions = new Map<string, Session | null>();

  #onSection: Ascent | null = null;

  constructor(readonly network: Network) {}

  /** Ascent for the same network as an obligation sees it: with a cross-section, or without. */
  of({ section }: Network): Ascent {
    if (section === this.network.section || section === undefined) return this;
    this.#onSection ??= new Ascent(onSection(this.network, section));
    return this.#onSection;
  }

  /**
   * Null where the network's maps do not fit the graph (see ascentGraph).
   * @param bounds of the region of all forms; or of one domain per form, all with the same bounds at `stop` and of maxima
   */
  async run(
    bounds: Bounds | readonly Bounds[],
    target: TensorId,
    stop: TensorId,
    forms: Forms,
    { iterations, goal = -3e38, warm }: AscentOptions,
  ): Promise<AscentResult | null> {
    const entry = await this.#session(stop, target);
    if (entry === null) return null;
    const { graph, session } = entry;
    const { count } = forms;
    const domains = 'lower' in bounds ? [bounds] : bounds;
    const domain = (q: number): Bounds => domains[domains.length === 1 ? 0 : q]!;
    const feeds: Record<string, Tensor> = {
      rows: new Tensor('float32', forms.rows, [count, this.network.tensors[target]!.size]),
      offset: new Tensor('float32', new Float32Array(count), [count, 1]),
      range: new Tensor('float32', forms.range, [count, 1]),
      iterations: new Tensor('int64', BigInt64Array.of(BigInt(iterations)), []),
      goal: new Tensor('float32', Float32Array.of(goal), []),
      low: row(domain(0).lower[stop]!),
      high: row(domain(0).upper[stop]!),
    };
    for (const n of graph.relus) {
      const layer = this.network.layers[n] as ReluLayer;
      for (const [name, values] of reluRows(layer, domains)) feeds[`${name}${n}`] = values;
      const { size } = this.network.tensors[layer.input]!;
      const alpha = new Float32Array(count * size);
      const beta = new Float32Array(count * size);
      for (let q = 0; q < count; q++) {
        const known = warm?.[q]?.get(n);
        if (known !== undefined) beta.set(known.beta, q * size);
        writeStartSlopes(layer, domain(q), known?.alpha, alpha, q * size);
      }
      feeds[`alpha_in${n}`] = new Tensor('float32', alpha, [count, size]);
      feeds[`beta_in${n}`] = new Tensor('float32', beta, [count, size]);
    }
    for (const n of graph.maxes) {
      const { dominated, top, favourite } = maxVectors(this.network.layers[n] as MaxLayer, domain(0));
      feeds[`dominated${n}`] = new Tensor('float32', dominated, [1, dominated.length]);
      feeds[`top${n}`] = new Tensor('float32', top, [1, top.length]);
      feeds[`favourite${n}`] = new Tensor('int64', favourite, [favourite.length]);
    }
    const results = await session.run(feeds);
    const numbers = new Map(
      graph.relus.map((n) => [
        this.network.layers[n]!.output,
        {
          n,
          alpha: results[`alpha${n}`]!.data as Float32Array,
          beta: results[`beta${n}`]!.data as Float32Array,
        },
      ]),
    );
    return {
      bound: results['bound']!.data as Float32Array,
      warm: (q) =>
        new Map(
          [...numbers.values()].map(({ n, alpha, beta }) => {
            const size = alpha.length / count;
            const own = (all: Float32Array): Float32Array => all.slice(q * size, (q + 1) * size);
            return [n, { alpha: own(alpha), beta: own(beta) }];
          }),
        ),
      passes: (q) => (layer, a) => {
        const found = numbers.get(layer.output);
        if (found === undefined || layer.kind !== 'relu') return undefined;
        return passedNumbers(layer, domain(q), a, found.alpha, found.beta, q * a.length);
      },
    };
  }

  async dispose(): Promise<void> {
    for (const entry of this.#sessions.values()) await entry?.session.release();
    this.#sessions.clear();
    await this.#onSection?.dispose();
  }

  async #session(stop: TensorId, target: TensorId): Promise<Session | null> {
    const key = `${stop}>${target}`;
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    const graph = ascentGraph(this.network, stop, target);
    const made =
      graph === null
        ? null
        : {
            graph,
            session: await InferenceSession.create(graph.bytes, {
              intraOpNumThreads: 1,
              interOpNumThreads: 1,
              logSeverityLevel: 3,
            }),
          };
    this.#sessions.set(key, made);
    return made;
  }
}

/** alpha and beta to the numbers they stand for, rounded to float32; NaN where the default is as good. */
function passedNumbers(
  { input, slope }: ReluLayer,
  bounds: Bounds,
  a: Float64Array,
  alpha: Float32Array,
  beta: Float32Array,
  at: number,
): Float64Array {
  const [lower, upper] = [bounds.lower[input]!, bounds.upper[input]!];
  const passed = new Float64Array(a.length).fill(NaN);
  for (let i = 0; i < a.length; i++) {
    const [l, u, c] = [lower[i]!, upper[i]!, a[i]!];
    const multiplier = beta[at + i]!;
    if (l >= 0) {
      if (multiplier > 0) passed[i] = Math.fround(c + multiplier);
    } else if (u <= 0) {
      if (multiplier > 0) passed[i] = Math.fround(slope * c - multiplier);
    } else if (c < 0) {
      const chosen = alpha[at + i]!;
      if (Math.abs(chosen * c - defaultPass(c, l, u, slope)) > SAME_SLOPE * -c)
        passed[i] = Math.fround(chosen * c);
    }
  }
  return passed;
}
