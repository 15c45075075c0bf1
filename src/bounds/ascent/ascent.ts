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

/** Forms on the elements of one tensor, `count` rows of its size. */
export interface Forms {
  readonly count: number;
  readonly rows: Float32Array;
  /** Width of each form's interval: the unit of its multipliers' steps. */
  readonly range: Float32Array;
}

export interface AscentResult {
  /** Upper bounds as float32 found them, one per form. */
  readonly bound: Float32Array;
  /** Numbers to pass back for form q (push-back.ts). */
  readonly passes: (q: number) => Passes;
}

interface Session {
  readonly graph: AscentGraph;
  readonly session: InferenceSession;
}

/** Stand-in for infinite ends in float32; their forms come out useless, not wrong. */
const HUGE = 1e30;
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

  /** Null where the network's maps do not fit the graph (see ascentGraph). */
  async run(
    bounds: Bounds,
    target: TensorId,
    stop: TensorId,
    forms: Forms,
    options: { readonly iterations: number; readonly goal?: number },
  ): Promise<AscentResult | null> {
    const entry = await this.#session(stop, target);
    if (entry === null) return null;
    const { graph, session } = entry;
    const { count } = forms;
    const feeds: Record<string, Tensor> = {
      rows: new Tensor('float32', forms.rows, [count, this.network.tensors[target]!.size]),
      offset: new Tensor('float32', new Float32Array(count), [count, 1]),
      range: new Tensor('float32', forms.range, [count, 1]),
      iterations: new Tensor('int64', BigInt64Array.of(BigInt(options.iterations)), []),
      goal: new Tensor('float32', Float32Array.of(options.goal ?? -3e38), []),
      low: row(bounds.lower[stop]!),
      high: row(bounds.upper[stop]!),
    };
    for (const n of graph.relus) {
      const layer = this.network.layers[n] as ReluLayer;
      const vectors = reluVectors(layer, bounds);
      for (const [name, values] of Object.entries(vectors))
        feeds[`${name}${n}`] = new Tensor('float32', values, [1, values.length]);
      const start = startSlopes(layer, bounds, count);
      feeds[`alpha_in${n}`] = new Tensor('float32', start, [count, start.length / count]);
      feeds[`beta_in${n}`] = new Tensor('float32', new Float32Array(start.length), [
        count,
        start.length / count,
      ]);
    }
    for (const n of graph.maxes) {
      const { dominated, top, favourite } = maxVectors(this.network.layers[n] as MaxLayer, bounds);
      feeds[`dominated${n}`] = new Tensor('float32', dominated, [1, dominated.length]);
      feeds[`top${n}`] = new Tensor('float32', top, [1, top.length]);
      feeds[`favourite${n}`] = new Tensor('int64', favourite, [favourite.length]);
    }
    const results = await session.run(feeds);
    const numbers = new Map(
      graph.relus.map((n) => [
        this.network.layers[n]!.output,
        {
          alpha: results[`alpha${n}`]!.data as Float32Array,
          beta: results[`beta${n}`]!.data as Float32Array,
        },
      ]),
    );
    return {
      bound: results['bound']!.data as Float32Array,
      passes: (q) => (layer, a) => {
        const found = numbers.get(layer.output);
        if (found === undefined || layer.kind !== 'relu') return undefined;
        return passedNumbers(layer, bounds, a, found.alpha, found.beta, q * a.length);
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

function row(values: Float64Array): Tensor {
  return new Tensor('float32', Float32Array.from(values, finite), [1, values.length]);
}

function finite(x: number): number {
  return x === Infinity ? HUGE : x === -Infinity ? -HUGE : x;
}

/** The vectors that graph.ts names RELU_INPUTS. */
function reluVectors({ input, slope }: ReluLayer, bounds: Bounds): Record<string, Float32Array> {
  const [lower, upper] = [bounds.lower[input]!, bounds.upper[input]!];
  const size = lower.length;
  const make = (): Float32Array => new Float32Array(size);
  const v = {
    spos: make(),
    tpos: make(),
    alo: make(),
    ahi: make(),
    sign: make(),
    bterm: make(),
    inverse: make(),
  };
  for (let i = 0; i < size; i++) {
    const [l, u] = [lower[i]!, upper[i]!];
    const fixed = l >= 0 || u <= 0;
    v.spos[i] = defaultPass(1, l, u, slope);
    v.alo[i] = fixed ? v.spos[i]! : slope;
    v.ahi[i] = fixed ? v.spos[i]! : 1;
    if (!fixed) v.tpos[i] = Math.min(HUGE, Math.max(0, u - v.spos[i]! * u, slope * l - v.spos[i]! * l));
    v.sign[i] = l >= 0 ? 1 : u <= 0 ? -1 : 0;
    v.bterm[i] = l >= 0 ? -finite(l) : u <= 0 ? finite(u) : 0;
    const width = u - l;
    // An interval of rounding noise (a neuron without weights) must not make an infinite step.
    v.inverse[i] = Number.isFinite(width) && width > 1e-6 ? 1 / width : 1e-3;
  }
  return v;
}

/** CROWN's adaptive choice, the same for every form. */
function startSlopes({ input, slope }: ReluLayer, bounds: Bounds, count: number): Float32Array {
  const [lower, upper] = [bounds.lower[input]!, bounds.upper[input]!];
  const once = Float32Array.from(lower, (l, i) => defaultPass(-1, l, upper[i]!, slope) * -1);
  const all = new Float32Array(count * once.length);
  for (let q = 0; q < count; q++) all.set(once, q * once.length);
  return all;
}

/** The same choices as the default of a max layer: favourite input, whether it dominates, greatest upper bound. */
function maxVectors(
  layer: MaxLayer,
  bounds: Bounds,
): { readonly dominated: Float32Array; readonly top: Float32Array; readonly favourite: BigInt64Array } {
  const [lower, upper] = [bounds.lower[layer.input]!, bounds.upper[layer.input]!];
  const size = layer.rowStart.length - 1;
  const dominated = new Float32Array(size);
  const top = new Float32Array(size);
  const favourite = new BigInt64Array(size);
  for (let i = 0; i < size; i++) {
    const inputs = [...layer.col.subarray(layer.rowStart[i]!, layer.rowStart[i + 1]!)];
    let best = inputs[0]!;
    for (const k of inputs) if (lower[k]! > lower[best]!) best = k;
    favourite[i] = BigInt(best);
    dominated[i] = inputs.every((k) => k === best || upper[k]! <= lower[best]!) ? 1 : 0;
    top[i] = finite(Math.max(...inputs.map((k) => upper[k]!)));
  }
  return { dominated, top, favourite };
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
