/**
 * Neural activation patterns (NAPs) as data: which neurons are required on, which off.
 * Source: Geng et al., "Towards Reliable Neural Specifications", ICML 2023.
 */
import type { Network } from '../network/network.js';
import { neuronBlocks } from '../network/network.js';

/** Required phase of every neuron, by network-wide neuron number: 1 active, -1 inactive, 0 free. */
export type Phases = Int8Array;

export const ACTIVE = 1;
export const INACTIVE = -1;
export const FREE = 0;

/** The NAP of one class. A proof reads literals closed (z >= 0, z <= 0), which only enlarges the region. */
export interface Nap {
  readonly kind: 'nap';
  readonly class: number;
  readonly phases: Phases;
}

/** Literals of one pre-activation tensor, the form used in files: flat indices, ascending. */
export interface TensorLiterals {
  readonly tensor: string;
  readonly active: readonly number[];
  readonly inactive: readonly number[];
}

/** Number of literals. */
export function literalCount(phases: Phases): number {
  let count = 0;
  for (const phase of phases) if (phase !== FREE) count++;
  return count;
}

/** Neurons that one NAP requires on and the other off: if any, no input follows both strictly. */
export function contradictions(a: Phases, b: Phases): readonly number[] {
  const found: number[] = [];
  for (let i = 0; i < a.length; i++) if (a[i]! * b[i]! < 0) found.push(i);
  return found;
}

/** File form of phases: one entry per pre-activation tensor that has literals. */
export function toTensorLiterals(network: Network, phases: Phases): TensorLiterals[] {
  const result: TensorLiterals[] = [];
  for (const { tensor, offset, size } of neuronBlocks(network)) {
    const active: number[] = [];
    const inactive: number[] = [];
    for (let i = 0; i < size; i++) {
      const phase = phases[offset + i]!;
      if (phase === ACTIVE) active.push(i);
      else if (phase === INACTIVE) inactive.push(i);
    }
    if (active.length + inactive.length > 0) result.push({ tensor: tensor.name, active, inactive });
  }
  return result;
}
