/**
 * Which element to split. Phases of unstable neurons first, ranked by what the relaxation loses at them, then by
 * trial solves of both children (reliability branching; Achterberg, Koch, Martin 2005). Elements of max layers and of
 * the start tensor are split by value where no unstable neuron is left.
 */
import type { Bounds } from '../../bounds/interval.js';
import type { PushBack } from '../../bounds/push-back.js';
import type { Network, TensorId } from '../../network/network.js';
import { type Encoding, valuesAt } from '../encoding/encode.js';

export interface Branch {
  readonly tensor: TensorId;
  readonly index: number;
  readonly at: number;
  /** Larger is better, by what is known without solving. */
  readonly score: number;
}

/** Unstable neurons with a column, best first: relaxation cost at the multipliers times violation at the LP's point. */
export function rankNeurons(
  bounds: Bounds,
  encoding: Encoding,
  x: Float64Array | null,
  push: PushBack | null,
): Branch[] {
  const branches: Branch[] = [];
  for (const { layer, z, a } of encoding.relus) {
    const [lower, upper] = [bounds.lower[layer.input]!, bounds.upper[layer.input]!];
    const cost = push?.costs.get(layer.output);
    for (let i = 0; i < z.length; i++) {
      const [l, u] = [lower[i]!, upper[i]!];
      if (l >= 0 || u <= 0 || z[i]! < 0) continue;
      const at = x === null ? 0 : x[z[i]!]!;
      const gap = x === null ? 0 : Math.abs(x[a[i]!]! - (at > 0 ? at : layer.slope * at));
      const width = Number.isFinite(l) && Number.isFinite(u) ? (-l * u) / (u - l) : 1;
      const score = (cost === undefined ? 0 : Math.max(0, cost[i]!)) + gap + 1e-9 * width;
      branches.push({ tensor: layer.input, index: i, at: 0, score });
    }
  }
  return branches.sort((p, q) => q.score - p.score || p.tensor - q.tensor || p.index - q.index);
}

/**
 * The max element that the relaxation overestimates most at its point: halves the part of its leading candidate's
 * interval in which another candidate may win. Null if there is none.
 */
export function splitMaximum(
  network: Network,
  bounds: Bounds,
  encoding: Encoding,
  x: Float64Array | null,
): Branch | null {
  if (x === null) return null;
  let best: Branch | null = null;
  for (const layer of network.layers) {
    const [from, to] = [encoding.elements.get(layer.output), layer.kind === 'max' ? layer : null];
    const inputs = to === null ? undefined : encoding.elements.get(to.input);
    if (from === undefined || to === null || inputs === undefined) continue;
    const [y, values] = [valuesAt(from, x), valuesAt(inputs, x)];
    for (let i = 0; i < y.length; i++) {
      const candidates = [...to.col.subarray(to.rowStart[i]!, to.rowStart[i + 1]!)];
      const gap = y[i]! - Math.max(...candidates.map((k) => values[k]!));
      if (!(gap > 0) || (best !== null && gap <= best.score)) continue;
      const branch = halveOverlap(network, bounds, to.input, candidates, gap);
      if (branch !== null) best = branch;
    }
  }
  return best;
}

/** Splits the candidate that overlaps the others most, in the middle of the overlap. */
function halveOverlap(
  network: Network,
  bounds: Bounds,
  tensor: TensorId,
  candidates: readonly number[],
  score: number,
): Branch | null {
  const [lower, upper] = [bounds.lower[tensor]!, bounds.upper[tensor]!];
  const floor = Math.max(...candidates.map((k) => lower[k]!));
  let best: { readonly index: number; readonly at: number; readonly width: number } | null = null;
  for (const index of candidates) {
    const rivals = Math.max(...candidates.filter((k) => k !== index).map((k) => upper[k]!));
    const [l, u] = [Math.max(lower[index]!, floor), Math.min(upper[index]!, rivals)];
    const at = l + (u - l) / 2;
    if (!Number.isFinite(at) || at <= lower[index]! || at >= upper[index]!) continue;
    if (best === null || u - l > best.width) best = { index, at, width: u - l };
  }
  if (best === null) return null;
  // A split of a ReLU's output says the same as one of its pre-activation, which bounds more.
  const producer = network.layers.find(({ output }) => output === tensor);
  const before = producer?.kind === 'relu' && best.at > 0 ? producer.input : tensor;
  return { tensor: before, index: best.index, at: best.at, score };
}

/**
 * For a relaxation without unstable neurons that is still not exact (max layers) or that the solver cannot settle: the
 * max candidate, or failing that the start element, with the widest interval, halved. An interval without end is cut off
 * where it doubles, if the start has few open elements: far out, intervals tell what a solver's rays do not. Null if
 * nothing is left.
 */
export function splitByValue(network: Network, bounds: Bounds, start: TensorId): Branch | null {
  const tensors = new Set<TensorId>([start]);
  for (const layer of network.layers) if (layer.kind === 'max') tensors.add(layer.input);
  let best: Branch | null = null;
  for (const tensor of tensors) {
    const [lower, upper] = [bounds.lower[tensor]!, bounds.upper[tensor]!];
    for (let i = 0; i < lower.length; i++) {
      const width = upper[i]! - lower[i]!;
      if (!Number.isFinite(width) || !(width > 0)) continue;
      const at = lower[i]! + width / 2;
      if (at <= lower[i]! || at >= upper[i]!) continue;
      if (best === null || width > best.score) best = { tensor, index: i, at, score: width };
    }
  }
  return best ?? splitEndless(bounds, start);
}

/** Start elements that are no points, above which endless intervals stay whole: there are too many corners. */
const FEW = 4;
/** Beyond, the solver takes bounds for infinite, or their products for too large. */
const FARTHEST = 2 ** 30;

function splitEndless(bounds: Bounds, tensor: TensorId): Branch | null {
  const [lower, upper] = [bounds.lower[tensor]!, bounds.upper[tensor]!];
  const open = [...lower.keys()].filter((i) => lower[i]! < upper[i]!);
  const index = open.find((i) => upper[i]! - lower[i]! === Infinity);
  if (index === undefined || open.length > FEW) return null;
  const [l, u] = [lower[index]!, upper[index]!];
  const at = l > -Infinity ? l + Math.max(1, Math.abs(l)) : u < Infinity ? u - Math.max(1, Math.abs(u)) : 0;
  return Math.abs(at) <= FARTHEST ? { tensor, index, at, score: 0 } : null;
}
