/**
 * Which element to split. Phases of unstable neurons first, ranked by what the relaxation loses at them, then by
 * trial solves of both children (reliability branching; Achterberg, Koch, Martin 2005). Elements of max layers and of
 * the start tensor are split by value where no unstable neuron is left.
 */
import type { Bounds } from '../../bounds/interval.js';
import type { PushBack } from '../../bounds/push-back.js';
import type { Network, TensorId } from '../../network/network.js';
import type { Encoding } from '../encoding/encode.js';

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
 * For a relaxation without unstable neurons that is still not exact (max layers): the max candidate, or failing
 * that the start element, with the widest interval, halved. Null if everything is a point.
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
  return best;
}
