/**
 * The order of NAPs by their literals. More literals make a smaller region, so whatever is proved for a NAP
 * holds for every refinement of it.
 */
import { FREE, type Phases } from './nap.js';

/** Whether `fine` has every literal of `coarse`: each input that follows `fine` follows `coarse`. */
export function refines(fine: Phases, coarse: Phases): boolean {
  assertSameLength(fine, coarse);
  return coarse.every((phase, neuron) => phase === FREE || fine[neuron] === phase);
}

/** The literals that both NAPs have: the most specific NAP that both refine. */
export function sharedLiterals(a: Phases, b: Phases): Phases {
  assertSameLength(a, b);
  return a.map((phase, neuron) => (b[neuron] === phase ? phase : FREE));
}

function assertSameLength(a: Phases, b: Phases): void {
  if (a.length !== b.length) {
    throw new Error(`phases of different networks: ${a.length} and ${b.length} neurons`);
  }
}
