/** What a `lin` or `lemma` step asks: an upper bound of a linear form over the state, layers pushed back. */
import type { Pass } from '../../certificate/proof.js';
import type { Network, TensorId } from '../../network/network.js';
import { networkIndex, tensorNamed } from '../network-index.js';

/** weight * coefficient * tensor[index]; both factors are doubles taken as exact. */
export interface TargetTerm {
  readonly index: number;
  readonly weight: number;
  readonly coefficient: number;
}

/** coefficients.x + constant - a[index] >= 0 on the state, for a ReLU layer's output a and its linear layer's input x. */
export interface Cut {
  readonly output: TensorId;
  readonly index: number;
  readonly input: TensorId;
  readonly columns: readonly number[];
  readonly coefficients: readonly number[];
  readonly constant: number;
}

export interface PushTask {
  /** The form: sum of terms over one tensor, minus sum of weight * bound. */
  readonly tensor: TensorId;
  readonly terms: readonly TargetTerm[];
  readonly offsets: readonly { readonly weight: number; readonly bound: number }[];
  /** Added to the form with these weights (>= 0). */
  readonly cuts?: readonly { readonly cut: Cut; readonly weight: number }[];
  /** Layers with numbers in [first, end) are expanded, last first. */
  readonly first: number;
  readonly end: number;
  /** Numbers passed back, by layer number; NaN stands for the default. Max layers count candidates. */
  readonly passes: ReadonlyMap<number, Float64Array>;
}

/** What is wrong with a step's data. */
export interface Misfit {
  readonly expected: string;
  readonly found: string;
}

/**
 * The layers to expand and the numbers passed, from a step that pushes back the tensor `from`. Layers behind `from`
 * take part up to the last one that `pass` lists.
 */
export function readPushed(
  network: Network,
  from: TensorId,
  { stop, pass }: { readonly stop?: string | undefined; readonly pass: readonly Pass[] },
): Pick<PushTask, 'first' | 'end' | 'passes'> | Misfit {
  const { producer } = networkIndex(network);
  let end = producer[from]! + 1;
  let first = 0;
  if (stop !== undefined) {
    const tensor = tensorNamed(network, stop);
    if (tensor === null) return { expected: 'a tensor to stop at', found: JSON.stringify(stop) };
    first = producer[tensor]! + 1;
  }
  const passes = new Map<number, Float64Array>();
  for (const { layer: name, index, value } of pass) {
    const tensor = tensorNamed(network, name);
    const number = tensor === null ? -1 : producer[tensor]!;
    const layer = network.layers[number];
    if (layer === undefined || layer.kind === 'linear' || number < first) {
      return {
        expected: 'numbers passed through a ReLU or max layer that is expanded',
        found: JSON.stringify(name),
      };
    }
    if (passes.has(number))
      return { expected: 'each layer once in pass', found: `${JSON.stringify(name)} twice` };
    const size = layer.kind === 'relu' ? network.tensors[layer.input]!.size : layer.col.length;
    const given = new Float64Array(size).fill(Number.NaN);
    if (index.length !== value.length) {
      return { expected: 'one number per index', found: `${index.length} and ${value.length} for ${name}` };
    }
    for (let k = 0; k < index.length; k++) {
      const at = index[k]!;
      if (!Number.isInteger(at) || at < 0 || at >= size || (k > 0 && at <= index[k - 1]!)) {
        return { expected: `ascending indices below ${size} for ${name}`, found: `${at}` };
      }
      if (!Number.isFinite(value[k]!))
        return { expected: `finite numbers for ${name}`, found: `${value[k]} at ${at}` };
      given[at] = value[k]!;
    }
    passes.set(number, given);
    end = Math.max(end, number + 1);
  }
  return { first, end, passes };
}

export function isMisfit(result: object): result is Misfit {
  return 'expected' in result;
}
