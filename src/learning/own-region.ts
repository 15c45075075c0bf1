/**
 * Could any sign NAP that a sample follows be true? All phases are fixed to the sample's: the network is linear there, and
 * at most one LP per competitor finds its largest lead.
 *
 * Where a competitor wins, the answer is a real input with the sample's whole pattern, replayed in exact arithmetic: every
 * NAP that the sample follows is then false, whatever its literals. A pass says nothing about larger regions; it counts
 * as proved if the checker accepts the multipliers, else it is what the LP solver said.
 */
import { intervalBounds } from '../bounds/interval.js';
import { checkProof } from '../checker/check-proof.js';
import { replayPoint } from '../checker/exact/replay.js';
import { leafFromMultipliers } from '../engines/bab/leaf.js';
import { Relaxation } from '../engines/bab/relaxation.js';
import { valuesAt } from '../engines/encoding/encode.js';
import type { Phases } from '../nap/nap.js';
import type { Network } from '../network/network.js';
import type { Box, Obligation } from '../obligation/obligation.js';
import { NO_LISTS } from './audited.js';
import { leadQuestion } from './question.js';

export type OwnRegion =
  | { readonly kind: 'passes'; readonly proved: boolean }
  | {
      readonly kind: 'fails';
      readonly competitor: number;
      readonly lead: number;
      readonly point: Float64Array;
    }
  | { readonly kind: 'undecided' };

/** Places on the way from the sample to the LP's point, where literals have room and the lead is still positive. */
const STEPS = [0.5, 0.9, 0.1, 0.99, 0.01, 0.999, 1];
const SECONDS_PER_LP = 30;
/** Leads nearer to 0 are not taken from a solver. */
const TOLERANCE = 1e-6;

/** `sample` in the element type of the model, `phases` its whole pattern. */
export async function ownRegion(
  network: Network,
  box: Box,
  label: number,
  phases: Phases,
  sample: Float64Array,
): Promise<OwnRegion> {
  const region = (competitor: number) => leadQuestion(box, phases, label, competitor, 0);
  const { bounds, empty } = intervalBounds(network, box, [phases]);
  if (empty !== null) return { kind: 'undecided' };
  const classes = network.tensors[network.output]!.size;
  const relaxation = await Relaxation.create(network, bounds, region(label === 0 ? 1 : 0), network.input);
  if (relaxation === null) return { kind: 'undecided' };
  let proved = true;
  let undecided = false;
  try {
    for (let competitor = 0; competitor < classes; competitor++) {
      if (competitor === label) continue;
      const obligation = region(competitor);
      relaxation.setObjective(obligation);
      const lp = relaxation.solve(SECONDS_PER_LP);
      if (lp.status !== 'optimal') {
        undecided = true;
        continue;
      }
      const { encoding } = relaxation;
      const multipliers = { rows: lp.rowDual, weight: 1 } as const;
      // The leaf's bound counts logits that are constant here, which the LP's objective leaves out.
      const { step, bound } = leafFromMultipliers(network, bounds, obligation, encoding, multipliers);
      if (bound < 0) {
        const context = { network, obligation, claimedMargin: null, shared: () => NO_LISTS };
        if (checkProof(context, [step], obligation.id).outcome.kind === 'valid') continue;
        proved = false;
        if (bound < -TOLERANCE) continue;
      }
      const corner = valuesAt(encoding.elements.get(network.input)!, lp.x);
      const found = between(network, obligation, sample, corner);
      if (found !== null) return { kind: 'fails', competitor, ...found };
      undecided = true;
    }
  } finally {
    relaxation.dispose();
  }
  return undecided ? { kind: 'undecided' } : { kind: 'passes', proved };
}

/** A float point of the segment that has the sample's pattern and lets the competitor win, exactly. */
function between(
  network: Network,
  obligation: Obligation,
  sample: Float64Array,
  corner: Float64Array,
): { readonly lead: number; readonly point: Float64Array } | null {
  const round = network.elementType === 'float32' ? Math.fround : Number;
  const { lower, upper } = obligation.box;
  const logits = (point: Float64Array): number => {
    const { logitDoubles } = replayPoint(network, { ...obligation, outputs: [] }, point);
    return obligation.outputs[0]!.terms.reduce(
      (sum, { output, coefficient }) => sum + coefficient * logitDoubles[output]!,
      0,
    );
  };
  const [from, to] = [logits(sample), logits(inside(corner, lower, upper, round))];
  // The lead is linear on the way; it is 0 at this share.
  const zero = to > from ? Math.min(1, Math.max(0, -from / (to - from))) : 1;
  for (const step of STEPS) {
    const share = zero + (1 - zero) * step;
    const mixed = sample.map((x, i) => x + share * (corner[i]! - x));
    const point = inside(mixed, lower, upper, round);
    const replay = replayPoint(network, obligation, point);
    if (!replay.inRegion || !replay.strict.followsStrictly) continue;
    const [rival, own] = obligation.outputs[0]!.terms.map(({ output }) => replay.logitDoubles[output]!);
    return { lead: rival! - own!, point };
  }
  return null;
}

function inside(
  point: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  round: (x: number) => number,
): Float64Array {
  return point.map((x, i) => {
    const rounded = round(Math.min(Math.max(x, lower[i]!), upper[i]!));
    return Math.min(Math.max(rounded, lower[i]!), upper[i]!);
  });
}
