/** Lists of lemmas that several obligations share: each is checked once, for the one region it names. */
import type { Predicate } from '../certificate/certificate.js';
import { type ClaimContext, regionDigest } from '../obligation/compile.js';
import { evaluatedNetwork } from '../obligation/float-error/perturbed.js';
import type { Obligation } from '../obligation/obligation.js';
import type { SharedFault } from './rules/context.js';
import { applyLemma } from './rules/lemma.js';
import { type State, settle, startState } from './state.js';
import type { StepSource } from './step-source.js';

/** The state that list `id` leaves on the obligation's region (without output constraints), or why none. */
export type SharedLemmas = (id: string, obligation: Obligation, place: string) => State | SharedFault;

/** What a certificate has by way of shared lists. */
export interface SharedLists {
  readonly lemmas: SharedLemmas;
  /** Ids that some proof has used. */
  readonly used: ReadonlySet<string>;
}

/**
 * Equal digests mean equal model, box and literals (no output constraints), so the state computed for the first
 * obligation that names a list is right for every other one.
 */
export function sharedLemmas(
  claim: ClaimContext,
  lists: Predicate['shared'],
  steps: StepSource,
): SharedLists {
  const known = new Map<string, State | SharedFault>();
  const used = new Set<string>();
  const lemmas: SharedLemmas = (id, obligation, place) => {
    const list = lists !== undefined && Object.hasOwn(lists, id) ? lists[id] : undefined;
    if (list === undefined) {
      return { place, rule: 'shared', expected: 'a list of shared lemmas', found: JSON.stringify(id) };
    }
    used.add(id);
    const digest = regionDigest(claim, { ...obligation, outputs: [] });
    if (list.region !== digest) {
      return { place, rule: 'shared', expected: `lemmas of region ${digest}`, found: list.region };
    }
    const before = known.get(id);
    if (before !== undefined) return before;
    const at = `shared ${id}`;
    const result = stateBehind(claim, obligation, steps(list.proof, at), at);
    known.set(id, result);
    return result;
  };
  return { lemmas, used };
}

function stateBehind(
  claim: ClaimContext,
  obligation: Obligation,
  steps: ReturnType<StepSource>,
  place: string,
): State | SharedFault {
  const network = evaluatedNetwork(claim.network, obligation);
  const state = startState(network, obligation);
  let number = 0;
  for (const step of steps) {
    const at = `${place}, step ${number}`;
    if (step.rule !== 'lemma') {
      return { place: at, rule: 'shared', expected: 'lemmas only', found: `a ${step.rule} step` };
    }
    const outcome = applyLemma(network, state, step, at);
    if (outcome.kind === 'invalid') return outcome.rejection;
    number++;
  }
  settle(network, state, network.layers.length);
  return state;
}
