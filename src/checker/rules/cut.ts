import type { CutStep } from '../../certificate/proof.js';
import type { LinearLayer, Network, TensorId } from '../../network/network.js';
import { addUp } from '../exact/interval.js';
import { readRow, rowBuffer } from '../exact/map-rows.js';
import { networkIndex, tensorNamed } from '../network-index.js';
import { differenceDown, differenceUp, mostOver } from '../push/fast-form.js';
import { type Cut, isMisfit, type Misfit } from '../push/task.js';
import { addTerm, upperEnd, upperSum } from '../push/upper-sum.js';
import { invalid, type Outcome } from '../report.js';
import { type State, settle } from '../state.js';

/** Cuts that may be open at a time. */
export const MAX_CUTS = 10_000;

/**
 * a[i] = max(z, 0) with z = w.x + b (up to a tolerance t) is at most c.x + d for any c, where d is at least
 * (w - c).x + b + t and -c.x at every x of the state's intervals. d is computed here, rounded upwards.
 */
export function readCut(
  network: Network,
  state: State,
  step: CutStep,
  place: string,
): { readonly cut: Cut } | { readonly rejected: Outcome } {
  const neuron = neuronOf(network, step);
  if (isMisfit(neuron)) return { rejected: invalid(place, 'cut', neuron.expected, neuron.found) };
  const { output, layer, input } = neuron;
  const weights = rowOf(layer, step.index);
  if (weights === null) {
    return {
      rejected: invalid(place, 'cut', 'a row with one weight per input', `${step.layer}[${step.index}]`),
    };
  }
  const chosen = coefficientsOf(weights, step);
  if (isMisfit(chosen)) return { rejected: invalid(place, 'cut', chosen.expected, chosen.found) };
  settle(network, state, networkIndex(network).producer[input]! + 1);
  const tolerance = layer.tolerance?.[step.index] ?? 0;
  const constant = leastConstant(state, input, weights, chosen, addUp(layer.bias[step.index]!, tolerance));
  if (!Number.isFinite(constant)) {
    return { rejected: invalid(place, 'cut', 'a finite constant', 'inputs without bounds') };
  }
  const columns = [...chosen.keys()].filter((k) => chosen[k] !== 0);
  const coefficients = columns.map((k) => chosen[k]!);
  return { cut: { output, index: step.index, input, columns, coefficients, constant } };
}

/** A double >= both (w - c).x + bias and -c.x at every x of the intervals. */
function leastConstant(
  { lower, upper }: State,
  input: TensorId,
  weights: Float64Array,
  chosen: Float64Array,
  bias: number,
): number {
  const [low, high] = [lower[input]!, upper[input]!];
  const on = upperSum();
  const off = upperSum();
  addTerm(on, bias);
  for (let k = 0; k < weights.length; k++) {
    const [w, c] = [weights[k]!, chosen[k]!];
    // Both ends of the difference's rounding: the larger product bounds every difference between them.
    const above = mostOver(differenceUp(w, c), low[k]!, high[k]!);
    addTerm(on, Math.max(above, mostOver(differenceDown(w, c), low[k]!, high[k]!)));
    addTerm(off, mostOver(-c, low[k]!, high[k]!));
  }
  return Math.max(upperEnd(on), upperEnd(off));
}

interface Neuron {
  readonly output: TensorId;
  readonly layer: LinearLayer;
  readonly input: TensorId;
}

function neuronOf(network: Network, { layer: name, index }: CutStep): Neuron | Misfit {
  const { producer } = networkIndex(network);
  const expected = 'a neuron of a ReLU layer of slope 0 behind a linear layer of one input without divisor';
  const found = `${JSON.stringify(name)}[${index}]`;
  const output = tensorNamed(network, name);
  const relu = output === null ? undefined : network.layers[producer[output]!];
  if (output === null || relu?.kind !== 'relu' || relu.slope !== 0) return { expected, found };
  const layer = network.layers[producer[relu.input]!];
  if (layer?.kind !== 'linear' || layer.divisor !== null || layer.inputs.length !== 1)
    return { expected, found };
  if (!Number.isInteger(index) || index < 0 || index >= layer.map.rows) return { expected, found };
  return { output, layer, input: layer.inputs[0]! };
}

/** A row of the layer's map; null if it lists a column twice, since a sum of doubles may round. */
function rowOf({ map }: LinearLayer, row: number): Float64Array | null {
  const buffer = rowBuffer(map);
  const count = readRow(map, row, buffer);
  const weights = new Float64Array(map.cols);
  const seen = new Uint8Array(map.cols);
  for (let k = 0; k < count; k++) {
    const col = buffer.col[k]!;
    if (seen[col] === 1) return null;
    seen[col] = 1;
    weights[col] = map.weight[buffer.weightAt[k]!]!;
  }
  return weights;
}

function coefficientsOf(weights: Float64Array, { full, part }: CutStep): Float64Array | Misfit {
  const chosen = new Float64Array(weights.length);
  const taken = new Uint8Array(weights.length);
  if (part.index.length !== part.value.length) {
    return { expected: 'one number per index', found: `${part.index.length} and ${part.value.length}` };
  }
  for (const list of [full, part.index]) {
    for (let n = 0; n < list.length; n++) {
      const k = list[n]!;
      if (
        !Number.isInteger(k) ||
        k < 0 ||
        k >= weights.length ||
        (n > 0 && k <= list[n - 1]!) ||
        taken[k] === 1
      ) {
        return { expected: `ascending inputs below ${weights.length}, each once`, found: `${k}` };
      }
      taken[k] = 1;
    }
  }
  for (const k of full) chosen[k] = weights[k]!;
  for (let n = 0; n < part.index.length; n++) {
    if (!Number.isFinite(part.value[n]!)) return { expected: 'finite numbers', found: `${part.value[n]}` };
    chosen[part.index[n]!] = part.value[n]!;
  }
  return chosen;
}
