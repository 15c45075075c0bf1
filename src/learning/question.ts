/** What learning asks: may a competitor lead inside a region? Asked too often to be given a digest. */
import type { Phases } from '../nap/nap.js';
import { type Box, lead, type Obligation } from '../obligation/obligation.js';

/** `bound`: the lead that is asked for; 0 is a tie. Its answer becomes a certificate only as a compiled obligation. */
export function leadQuestion(
  box: Box,
  phases: Phases,
  label: number,
  competitor: number,
  bound: number,
): Obligation {
  return {
    kind: 'obligation',
    id: `learning/${label}/${competitor}`,
    box,
    naps: [phases],
    outputs: [lead(competitor, label, bound)],
    digest: '',
  };
}
