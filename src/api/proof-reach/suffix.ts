/** The part of a network behind a layer as a network of its own, and a proof's obligation at all values of that layer. */
import type { Phases } from '../../nap/nap.js';
import { cutTensors } from '../../network/cuts.js';
import { type Network, neuronBlocks, type TensorId } from '../../network/network.js';
import type { Box, Obligation } from '../../obligation/obligation.js';

export interface Suffix {
  /** Pre-activations that every path passes through; the input of `network`. */
  readonly start: TensorId;
  /** Of `start`; null for the input, where the suffix is the whole network. */
  readonly name: string | null;
  /** The layers behind `start`; tensors keep their numbers and names, those before it are computed by nothing. */
  readonly network: Network;
  /** The same question at every value of `start` that meets the literals there: the box knows nothing. */
  readonly obligation: (whole: Obligation) => Obligation;
}

/** Suffixes at the inputs of ReLU layers, the last layer's first, then the whole network. */
export function suffixesOf(network: Network): readonly Suffix[] {
  const { section: _, ...rest } = network;
  const cuts = new Set(cutTensors(network));
  const hidden = neuronBlocks(network).flatMap(({ layer, tensor, offset }): Suffix[] => {
    const start = layer.input;
    if (start === network.input || !cuts.has(start)) return [];
    const first = network.layers.findIndex(({ output }) => output === start) + 1;
    const suffix: Network = Object.freeze({ ...rest, input: start, layers: network.layers.slice(first) });
    // Another ReLU layer of the same tensor comes first: its suffix has this one.
    if (neuronBlocks(suffix)[0]?.layer !== layer) return [];
    return [{ start, name: tensor.name, network: suffix, obligation: anywhere(network, start, offset) }];
  });
  const { input } = network;
  const whole = { start: input, name: null, network: Object.freeze(rest) };
  return [...hidden.reverse(), { ...whole, obligation: anywhere(network, input, 0) }];
}

/** Without bounds of `start`, and with the literals of the neurons from number `offset` on. */
function anywhere(network: Network, start: TensorId, offset: number): Suffix['obligation'] {
  const { size } = network.tensors[start]!;
  const box: Box = {
    lower: new Float64Array(size).fill(-Infinity),
    upper: new Float64Array(size).fill(Infinity),
  };
  const known = new WeakMap<Phases, Phases>();
  const behind = (phases: Phases): Phases => {
    const part = known.get(phases) ?? phases.slice(offset);
    known.set(phases, part);
    return part;
  };
  return ({ section: _, ...whole }) => ({ ...whole, box, naps: whole.naps.map(behind) });
}
