/** Which networks have layers that say how a binary32 runtime rounds. */
import type { Network } from '../../network/network.js';
import { UnsupportedError } from '../../util/errors.js';

/**
 * @throws UnsupportedError for another element type, and for constants that are not binary32 or that lowering combined
 * (Gemm with alpha or beta, operators on constants, BatchNormalization with extreme variances): a runtime rounds those in
 * its own way
 */
export function requireBinary32(network: Network): void {
  if (network.elementType !== 'float32') refuse('model', 'element type float32', network.elementType);
  const [combined] = network.combined ?? [];
  if (combined !== undefined) {
    refuse(combined, 'constants that a runtime uses as they are stored', 'constants that it combines first');
  }
  for (const layer of network.layers) {
    switch (layer.kind) {
      case 'linear':
        // Derived weights are bounded with the numbers that they are computed from (chain.ts).
        if (layer.derived === undefined) requireRepresentable(layer.map.weight, layer.node);
        requireRepresentable(layer.bias, layer.node);
        if (layer.divisor !== null) requireRepresentable(layer.divisor, layer.node);
        break;
      case 'relu':
        requireRepresentable([layer.slope], layer.node);
        break;
      case 'max':
        break;
    }
  }
}

function requireRepresentable(values: ArrayLike<number>, place: string): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Math.fround(value) !== value) refuse(place, 'float32 constants', String(value));
  }
}

function refuse(place: string, expected: string, found: string): never {
  throw new UnsupportedError('float32 arithmetic is not supported for this model; verify it over the reals', {
    place,
    expected,
    found,
  });
}
