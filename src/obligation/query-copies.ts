/**
 * Outputs that are exact copies of pre-activations, as a model has that exposes them for queries of VNN-LIB 1.0, which
 * cannot name hidden tensors. Over the reals the sign of such an output is the sign of the neuron: a literal, which
 * settles what the ReLU does, where a constraint on outputs would only be one more inequality.
 */
import { ACTIVE, FREE, INACTIVE, type Phases } from '../nap/nap.js';
import type { LinearLayer, Network } from '../network/network.js';
import { neuronBlocks } from '../network/network.js';
import type { Comparison } from '../spec/vnnlib/query.js';
import { singleBound } from './query-box.js';

/** The neuron whose pre-activation an output copies; null for any other output. */
export type CopiedNeurons = (output: number) => number | null;

/** Follows rows of one weight 1 and nothing else, backwards from the output to what a ReLU reads. */
export function copiedNeurons(network: Network): CopiedNeurons {
  const offsets = new Map(neuronBlocks(network).map(({ layer, offset }) => [layer.input, offset]));
  const producers = new Map(
    network.layers.flatMap((layer) => (layer.kind === 'linear' ? [[layer.output, layer] as const] : [])),
  );
  return (output) => {
    let [tensor, index] = [network.output, output];
    for (;;) {
      const offset = offsets.get(tensor);
      if (offset !== undefined) return offset + index;
      const layer = producers.get(tensor);
      const source = layer === undefined ? null : copiedFrom(network, layer, index);
      if (source === null) return null;
      ({ tensor, index } = source);
    }
  };
}

/** The element that row `row` copies; null if it computes anything. */
function copiedFrom(
  network: Network,
  { inputs, map, bias, divisor, tolerance, derived }: LinearLayer,
  row: number,
): { readonly tensor: number; readonly index: number } | null {
  if (map.kind !== 'sparse' || derived !== undefined) return null;
  const start = map.rowStart[row]!;
  const isCopy =
    map.rowStart[row + 1] === start + 1 &&
    map.weight[start] === 1 &&
    bias[row] === 0 &&
    (divisor === null || divisor[row] === 1) &&
    (tolerance === undefined || tolerance[row] === 0);
  if (!isCopy) return null;
  let index = map.col[start]!;
  for (const tensor of inputs) {
    const { size } = network.tensors[tensor]!;
    if (index < size) return { tensor, index };
    index -= size;
  }
  return null;
}

export interface SignLiteral {
  readonly neuron: number;
  readonly phase: typeof ACTIVE | typeof INACTIVE;
  readonly strict: boolean;
}

/**
 * The literal that a comparison of one output with 0 is, exactly. Null if it is none, and where the opposite literal
 * is already there: both stand only on the boundary z = 0, which a constraint on outputs says and literals do not.
 */
export function signOfCopy(
  copied: CopiedNeurons,
  phases: Phases | null,
  comparison: Comparison,
): SignLiteral | null {
  const [first, second] = comparison.terms;
  if (first === undefined || second !== undefined) return null;
  const { side, value, strict } = singleBound(comparison);
  if (side === 'both' || value.num !== 0n) return null;
  const neuron = copied(first.index);
  if (neuron === null) return null;
  const phase = side === 'lower' ? ACTIVE : INACTIVE;
  const before = phases === null ? FREE : phases[neuron]!;
  return before === FREE || before === phase ? { neuron, phase, strict } : null;
}
