/** What the proofs of a certificate take on trust, against what the certificate says that they do. */
import { holeEntry } from '../certificate/proof.js';
import { invalid, type Outcome, VALID } from './report.js';

/** Trusted steps that were met, as entries of `holes`, with how often each occurs. */
export class HolesFound {
  readonly #entries = new Map<string, number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(obligation: string, text: string): void {
    const entry = holeEntry(obligation, text);
    this.#entries.set(entry, (this.#entries.get(entry) ?? 0) + 1);
    this.#count++;
  }

  /** A certificate that hides a trusted step, invents one or misnames one is wrong about itself. Order is free. */
  against(listed: readonly string[]): Outcome {
    const left = new Map(this.#entries);
    for (const [i, entry] of listed.entries()) {
      const times = left.get(entry) ?? 0;
      if (times === 0) {
        return invalid(`holes[${i}]`, 'structure', this.#expected(left), JSON.stringify(entry.slice(0, 300)));
      }
      left.set(entry, times - 1);
    }
    const missing = [...left].find(([, times]) => times > 0);
    if (missing === undefined) return VALID;
    return invalid('holes', 'structure', JSON.stringify(missing[0]), `${listed.length} entries without it`);
  }

  #expected(left: ReadonlyMap<string, number>): string {
    const next = [...left].find(([, times]) => times > 0);
    return next === undefined ? `${this.#count} entries` : JSON.stringify(next[0]);
  }
}
