/** ReLUs and maxima that bounds leave open: while there is one, a relaxation is not exact. */
import type { Bounds } from '../../bounds/interval.js';
import { producedAt } from '../../network/cuts.js';
import type { Network, TensorId } from '../../network/network.js';
import type { Encoding } from '../encoding/encode.js';

/** May some encoded ReLU be on either side of its kink? */
export function openRelu({ relus }: Encoding, bounds: Bounds): boolean {
  return relus.some(({ layer, z }) =>
    z.some((col, i) => col >= 0 && bounds.lower[layer.input]![i]! < 0 && bounds.upper[layer.input]![i]! > 0),
  );
}

/** Is there a max element behind the start whose winner the bounds leave open? */
export function openMaximum(network: Network, bounds: Bounds, start: TensorId): boolean {
  return network.layers.slice(producedAt(network, start) + 1).some((layer) => {
    if (layer.kind !== 'max') return false;
    const [lower, upper] = [bounds.lower[layer.input]!, bounds.upper[layer.input]!];
    for (let i = 0; i + 1 < layer.rowStart.length; i++) {
      const candidates = [...layer.col.subarray(layer.rowStart[i]!, layer.rowStart[i + 1]!)];
      const floor = Math.max(...candidates.map((k) => lower[k]!));
      if (candidates.filter((k) => upper[k]! >= floor).length > 1) return true;
    }
    return false;
  });
}
