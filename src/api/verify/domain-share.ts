/** Do the samples lie in the domain? Claims about inputs that no data come near are easily vacuous. */
import type { Dataset } from '../../dataset/dataset.js';
import { type Domain, describeDomain } from '../../spec/property.js';

const BATCH = 256;

/**
 * A remark if fewer than half of the samples lie in the domain, else null. Reads no further than it takes to tell.
 * Tabular data as measured are often outside the unit box that is the default.
 */
export function domainRemark(domain: Domain, { count, batch, name }: Dataset): string | null {
  if (domain.kind === 'unbounded') return null;
  let inside = 0;
  for (let from = 0; from < count; from += BATCH) {
    const to = Math.min(from + BATCH, count);
    const values = batch(from, to);
    const size = values.length / (to - from);
    for (let sample = 0; sample < to - from; sample++) {
      if (isInside(domain, values.subarray(sample * size, (sample + 1) * size))) inside++;
    }
    if (2 * inside >= count) return null;
  }
  const few = inside === 0 ? `none of the ${count} samples` : `only ${inside} of the ${count} samples`;
  return `${few} of ${name} are in the domain (${describeDomain(domain)}), so claims may speak about no input; --domain or a specification file chooses another`;
}

function isInside(domain: Exclude<Domain, { kind: 'unbounded' }>, sample: Float64Array): boolean {
  if (domain.kind === 'orthant') return sample.every((x) => x >= 0) && sample.some((x) => x > 0);
  const { lower, upper } = domain;
  const end = (ends: typeof lower, i: number): number => (typeof ends === 'number' ? ends : ends[i]!);
  return sample.every((x, i) => x >= end(lower, i) && x <= end(upper, i));
}
