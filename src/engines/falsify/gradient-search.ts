/** Batched gradient search inside a region (gradient-graph.ts); its points are candidates for the replay. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Network, neuronBlocks } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import { gradientGraph } from './gradient-graph.js';

export interface GradientLimits {
  readonly steps: number;
  /** First step size, as a share of the width of each input. */
  readonly rate: number;
  /** Factor from step to step; default 1. */
  readonly decay?: number;
  /** `signs`: the gradient's signs, for boxes whose corners matter; default Adam. */
  readonly method?: 'adam' | 'signs';
  /** Slope that neurons which are off pass back at first (it falls as the step size does); default 0: true gradients. */
  readonly leak?: number;
}

/** Points that follow in float32 and reach the output constraints, best first. */
export interface GradientResult {
  readonly points: readonly Float64Array[];
  /** Largest value of the least left side minus bound of the output constraints among followers; null if none followed. */
  readonly best: number | null;
}

/** Where one start ended. */
export interface Ended {
  /** Index into the list of targets. */
  readonly target: number;
  readonly point: Float64Array;
  /** Least left side minus bound of the target's constraints; null if it never followed. */
  readonly value: number | null;
}

/** Where to go, and from where. */
export interface Target {
  readonly obligation: Obligation;
  readonly starts: readonly Float64Array[];
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
    const ended = await this.runAll([{ obligation, starts }], limits);
    if (ended === null) return null;
    return {
      points: ended.filter(({ value }) => value !== null && value >= 0).map(({ point }) => point),
      best: ended[0]!.value,
    };
  }

  /**
   * All starts of several obligations at once, best first; ends at the first step after one has reached its constraints.
   * The obligations must share box and NAPs. Null where the network does not fit the graph or a target has no constraint.
   */
  async runAll(targets: readonly Target[], limits: GradientLimits): Promise<readonly Ended[] | null> {
    const [first] = targets;
    const rows = targets.flatMap(({ obligation, starts }, target) =>
      starts.map((start) => ({ obligation, start, target })),
    );
    if (first === undefined || rows.length === 0) return null;
    if (targets.some(({ obligation }) => obligation.outputs.length === 0)) return null;
    const session = await this.#open();
    if (session === null) return null;
    const { size } = this.network.tensors[this.network.input]!;
    const x = new Float32Array(rows.length * size);
    for (const [k, { start }] of rows.entries()) x.set(start, k * size);
    const results = await session.run({
      x: new Tensor('float32', x, [rows.length, size]),
      ...this.#regionFeeds(first.obligation, limits),
      ...this.#constraintFeeds(rows.map(({ obligation }) => obligation)),
    });
    const values = results['value']!.data as Float32Array;
    const points = results['point']!.data as Float32Array;
    return [...rows.keys()]
      .sort((a, b) => values[b]! - values[a]!)
      .map((k) => ({
        target: rows[k]!.target,
        point: Float64Array.from(points.subarray(k * size, (k + 1) * size)),
        value: values[k]! > -1e38 ? values[k]! : null,
      }));
  }

  async dispose(): Promise<void> {
    await this.#session?.release();
    this.#session = undefined;
  }

  #regionFeeds({ box, naps }: Obligation, limits: GradientLimits): Record<string, Tensor> {
    const size = box.lower.length;
    const low = Float32Array.from(box.lower, clamp);
    const high = Float32Array.from(box.upper, clamp);
    const { rate, steps, decay = 1, method = 'adam', leak = 0 } = limits;
    const feeds: Record<string, Tensor> = {
      low: new Tensor('float32', low, [1, size]),
      high: new Tensor('float32', high, [1, size]),
      rate: new Tensor(
        'float32',
        low.map((l, i) => rate * (high[i]! - l)),
        [1, size],
      ),
      decay: new Tensor('float32', Float32Array.of(decay), []),
      signs_only: new Tensor('bool', Uint8Array.of(method === 'signs' ? 1 : 0), []),
      leak: new Tensor('float32', Float32Array.of(leak), []),
      steps: new Tensor('int64', BigInt64Array.of(BigInt(steps)), []),
      goal: new Tensor('float32', Float32Array.of(GOAL), []),
    };
    neuronBlocks(this.network).forEach(({ offset, size: neurons }, k) => {
      const sign = new Float32Array(neurons);
      for (const phases of naps) for (let i = 0; i < neurons; i++) sign[i] = phases[offset + i]! || sign[i]!;
      feeds[`sign${k}`] = new Tensor('float32', sign, [1, neurons]);
    });
    return feeds;
  }

  /** One row per start; rows with fewer constraints than others repeat their last. */
  #constraintFeeds(obligations: readonly Obligation[]): Record<string, Tensor> {
    const outputs = this.network.tensors[this.network.output]!.size;
    const most = Math.max(...obligations.map((obligation) => obligation.outputs.length));
    const form = new Float32Array(obligations.length * most * outputs);
    const offset = new Float32Array(obligations.length * most);
    obligations.forEach((obligation, row) => {
      for (let k = 0; k < most; k++) {
        const { terms, bound } = obligation.outputs[Math.min(k, obligation.outputs.length - 1)]!;
        const at = row * most + k;
        offset[at] = bound;
        for (const { output, coefficient } of terms)
          form[at * outputs + output] = form[at * outputs + output]! + coefficient;
      }
    });
    return {
      form: new Tensor('float32', form, [obligations.length, most, outputs]),
      offset: new Tensor('float32', offset, [obligations.length, most]),
    };
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
