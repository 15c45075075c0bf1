/** Batched gradient search inside a region (gradient-graph.ts); its points are candidates for the replay. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Network, neuronBlocks } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import { gradientGraph } from './gradient-graph.js';

export interface GradientLimits {
  readonly steps: number;
  /** Step size in units of the box's width. */
  readonly rate: number;
}

/** Points that follow in float32 and reach the output constraint, best first. */
export interface GradientResult {
  readonly points: readonly Float64Array[];
  /** Largest value of the output constraint's left side minus bound among followers; null if none followed. */
  readonly best: number | null;
}

/** How far past the constraint a point must be to be worth an exact replay. */
const GOAL = 1e-4;
/** Widths of unbounded inputs, for the start and the step. */
const UNBOUNDED = 1e6;

/** One session per network. */
export class GradientSearch {
  #session: InferenceSession | null | undefined;

  constructor(readonly network: Network) {}

  /** Null where the network does not fit the graph or the obligation has no output constraint. */
  async run(
    obligation: Obligation,
    starts: readonly Float64Array[],
    limits: GradientLimits,
  ): Promise<GradientResult | null> {
    const { network } = this;
    const constraint = obligation.outputs[0];
    if (constraint === undefined || starts.length === 0) return null;
    const session = await this.#open();
    if (session === null) return null;
    const size = network.tensors[network.input]!.size;
    const x = new Float32Array(starts.length * size);
    for (const [k, start] of starts.entries()) x.set(start, k * size);
    const form = new Float32Array(network.tensors[network.output]!.size);
    for (const { output, coefficient } of constraint.terms) form[output] = form[output]! + coefficient;
    const width = meanWidth(obligation);
    const feeds: Record<string, Tensor> = {
      x: new Tensor('float32', x, [starts.length, size]),
      low: new Tensor('float32', Float32Array.from(obligation.box.lower, clamp), [1, size]),
      high: new Tensor('float32', Float32Array.from(obligation.box.upper, clamp), [1, size]),
      form: new Tensor('float32', form, [1, form.length]),
      offset: new Tensor('float32', Float32Array.of(constraint.bound), []),
      rate: new Tensor('float32', Float32Array.of(limits.rate * width), []),
      steps: new Tensor('int64', BigInt64Array.of(BigInt(limits.steps)), []),
      goal: new Tensor('float32', Float32Array.of(GOAL), []),
    };
    neuronBlocks(network).forEach(({ offset, size: neurons }, k) => {
      const sign = new Float32Array(neurons);
      for (const phases of obligation.naps)
        for (let i = 0; i < neurons; i++) sign[i] = phases[offset + i]! || sign[i]!;
      feeds[`sign${k}`] = new Tensor('float32', sign, [1, neurons]);
    });
    const results = await session.run(feeds);
    const value = results['value']!.data as Float32Array;
    const point = results['point']!.data as Float32Array;
    const order = [...value.keys()].sort((a, b) => value[b]! - value[a]!);
    const best = value[order[0]!]!;
    return {
      points: order
        .filter((k) => value[k]! >= 0)
        .map((k) => Float64Array.from(point.subarray(k * size, (k + 1) * size))),
      best: best > -1e38 ? best : null,
    };
  }

  async dispose(): Promise<void> {
    await this.#session?.release();
    this.#session = undefined;
  }

  async #open(): Promise<InferenceSession | null> {
    if (this.#session !== undefined) return this.#session;
    const bytes = gradientGraph(this.network);
    this.#session =
      bytes === null
        ? null
        : await InferenceSession.create(bytes, {
            intraOpNumThreads: 1,
            interOpNumThreads: 1,
            logSeverityLevel: 3,
          });
    return this.#session;
  }
}

function clamp(x: number): number {
  return Math.max(-UNBOUNDED, Math.min(UNBOUNDED, x));
}

function meanWidth({ box }: Obligation): number {
  let sum = 0;
  for (let i = 0; i < box.lower.length; i++) sum += clamp(box.upper[i]!) - clamp(box.lower[i]!);
  return sum / box.lower.length;
}
