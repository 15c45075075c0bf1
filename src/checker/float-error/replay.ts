/** Is a point in an obligation's region as binary32 arithmetic sees it? Decided by given computed values. */
import { ACTIVE, FREE } from '../../nap/nap.js';
import { type Network, neuronBlocks, type TensorId } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import type { ReplayFailure } from '../exact/replay.js';

/**
 * The first condition that the point fails: box, NAPs as mined (z > 0 active, z <= 0 inactive), output constraints, all
 * on the computed values; null if it meets all. Comparisons are exact: an output constraint has two terms with
 * coefficients 1 and -1 and the bound 0.
 */
export function computedFailure(
  network: Network,
  obligation: Obligation,
  point: Float64Array,
  computed: (tensor: TensorId) => ArrayLike<number>,
): ReplayFailure | null {
  const { box, naps, outputs } = obligation;
  for (let i = 0; i < point.length; i++) {
    if (point[i]! >= box.lower[i]! && point[i]! <= box.upper[i]!) continue;
    return failure(`input ${i} in its box`, `[${box.lower[i]}, ${box.upper[i]}]`, point[i]!);
  }
  for (const { layer, tensor, offset, size } of neuronBlocks(network)) {
    const z = computed(layer.input);
    for (const [number, phases] of naps.entries()) {
      for (let i = 0; i < size; i++) {
        const phase = phases[offset + i]!;
        if (phase === FREE) continue;
        const met = phase === ACTIVE ? z[i]! > 0 : z[i]! <= 0;
        if (met) continue;
        const required = phase === ACTIVE ? 'active' : 'inactive';
        const what = `literal of NAP ${number}: ${tensor.name}[${i}] ${required} in float32`;
        return failure(what, phase === ACTIVE ? 'z > 0' : 'z <= 0', z[i]!);
      }
    }
  }
  const logits = computed(network.output);
  for (const [number, { terms, bound }] of outputs.entries()) {
    const ahead = terms.find(({ coefficient }) => coefficient === 1);
    const behind = terms.find(({ coefficient }) => coefficient === -1);
    if (terms.length !== 2 || ahead === undefined || behind === undefined || bound !== 0) {
      return failure(`output constraint ${number}`, 'one logit at least another', bound);
    }
    if (logits[ahead.output]! >= logits[behind.output]!) continue;
    const what = `output constraint ${number}: logit ${ahead.output} in float32`;
    return failure(what, `>= ${logits[behind.output]}`, logits[ahead.output]!);
  }
  return null;
}

function failure(what: string, expected: string, found: number): ReplayFailure {
  return { what, expected, found: String(found) };
}
