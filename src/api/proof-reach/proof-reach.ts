/**
 * How deep the suffixes reach that proofs argue about: from which layer on, and whether they use what the domain implies
 * there. A proof is said to need nothing before a layer only if the checker accepts it for the rest of the network alone.
 */
import type { Certificate, Evidence } from '../../certificate/certificate.js';
import type { ProofStep } from '../../certificate/proof.js';
import { checkProof } from '../../checker/check-proof.js';
import { networkIndex, tensorNamed } from '../../checker/network-index.js';
import { applyLemma } from '../../checker/rules/lemma.js';
import { type SettledStarts, settledStarts } from '../../checker/settled-starts.js';
import { type State, settle, startState } from '../../checker/state.js';
import { type OpenProofFile, type StepSource, stepSource } from '../../checker/step-source.js';
import { toPhases } from '../../nap/nap-literals.js';
import type { Network } from '../../network/network.js';
import { type ClaimContext, compileProperty } from '../../obligation/compile.js';
import type { Obligation } from '../../obligation/obligation.js';
import { witnessRegions } from '../../obligation/regions.js';
import type { ProofReach } from '../../report/documents/proof-reach.js';
import { type Suffix, suffixesOf } from './suffix.js';

type ProofEvidence = Extract<Evidence, { kind: 'proof' }>;
type Where = Pick<ProofReach, 'from' | 'layer'>;

interface Sources {
  readonly claim: ClaimContext;
  readonly steps: StepSource;
  readonly lists: NonNullable<Certificate['predicate']['shared']>;
  readonly suffixes: readonly (Suffix & {
    readonly starts: SettledStarts;
    readonly shared: Map<string, State>;
  })[];
}

/**
 * The reaches of all proofs that take nothing on trust, those of most proofs first. Requires: a certificate that the checker
 * did not reject, about `claim.network`; its NAPs are those of the certificate.
 * @throws InputError for a proof file that can no longer be read
 */
export function proofReaches(
  { predicate }: Certificate,
  claim: Pick<ClaimContext, 'network' | 'modelSha256'>,
  open: OpenProofFile | null,
): ProofReach[] {
  const { network } = claim;
  const naps = new Map((predicate.naps?.classes ?? []).map((one) => [one.class, toPhases(network, one)]));
  const { domain, arithmetic } = predicate;
  const context: ClaimContext = { ...claim, domain, arithmetic, naps };
  const sources: Sources = {
    claim: context,
    steps: stepSource(open),
    lists: predicate.shared ?? {},
    suffixes: suffixesOf(network).map((suffix) => ({
      ...suffix,
      starts: settledStarts(),
      shared: new Map(),
    })),
  };
  const results = new Map(predicate.obligations.map((result) => [result.id, result]));
  const groups = new Map<string, Where & { readonly obligations: string[] }>();
  for (const { property, obligations } of predicate.properties) {
    const proved = obligations.flatMap((id) => {
      const evidence = results.get(id)?.evidence;
      return evidence?.kind === 'proof' && evidence.holes === 0 ? [{ id, evidence }] : [];
    });
    if (proved.length === 0) continue;
    const known = new Map(
      [
        ...compileProperty(context, property),
        ...witnessRegions(context, property).map(({ region }) => region),
      ].map((one) => [one.id, one]),
    );
    for (const { id, evidence } of proved) {
      const where = reachOf(sources, known.get(id)!, evidence);
      const key = JSON.stringify(where);
      const group = groups.get(key) ?? { ...where, obligations: [] };
      group.obligations.push(id);
      groups.set(key, group);
    }
  }
  return [...groups.values()].sort((a, b) => b.obligations.length - a.obligations.length);
}

function reachOf(sources: Sources, whole: Obligation, evidence: ProofEvidence): Where {
  const { claim, suffixes } = sources;
  const { network } = claim;
  const core = evidence.core?.map((literals, k) => toPhases(network, { class: k, literals }));
  const obligation = core === undefined ? whole : { ...whole, naps: core };
  const reading = () => sources.steps(evidence.proof, whole.id);
  const read = startOf(sources, reading());
  if (read === 'literals') return { from: 'literals', layer: null };
  const { producer } = networkIndex(network);
  for (const suffix of suffixes) {
    // Tolerances of float32 arithmetic are computed from what the domain implies for every layer.
    if (claim.arithmetic === 'float32' || producer[suffix.start]! > read.closing) continue;
    if (holdsBehind(sources, suffix, obligation, reading(), evidence.margin)) {
      return { from: suffix.name === null ? 'every-input' : 'layer', layer: suffix.name };
    }
  }
  const { name } = suffixes.find(({ start }) => producer[start]! <= read.all)!;
  return { from: name === null ? 'input' : 'bounded-layer', layer: name };
}

/**
 * Number of the first layer whose output the steps speak about, -1 for the input: in all steps, and in those besides lemmas.
 * `literals` if no step looks at the network at all.
 */
function startOf(
  { claim, steps: source, lists }: Sources,
  steps: Iterable<ProofStep>,
): 'literals' | { readonly closing: number; readonly all: number } {
  const { network } = claim;
  const { producer } = networkIndex(network);
  const at = (name: string): number => producer[tensorNamed(network, name)!]!;
  const stop = (name: string | undefined): number => (name === undefined ? -1 : at(name));
  let closing = Infinity;
  let all = Infinity;
  const read = (step: ProofStep): void => {
    switch (step.rule) {
      case 'lin':
        closing = Math.min(closing, stop(step.stop));
        break;
      case 'cut':
        closing = Math.min(closing, cutStart(network, step.layer));
        break;
      case 'split':
      case 'bound':
        closing = Math.min(closing, at(step.tensor));
        break;
      case 'lemma':
        all = Math.min(all, stop(step.stop));
        break;
      case 'shared': {
        const { proof } = lists[step.id]!;
        for (const lemma of source(proof, `shared ${step.id}`)) read(lemma);
        break;
      }
      case 'contradiction':
      case 'hole':
        break;
    }
  };
  for (const step of steps) read(step);
  if (closing === Infinity) return 'literals';
  return { closing, all: Math.min(all, closing) };
}

/** A cut bounds a ReLU's output by the inputs of the linear layer before it. */
function cutStart(network: Network, output: string): number {
  const { producer } = networkIndex(network);
  const relu = network.layers[producer[tensorNamed(network, output)!]!]!;
  if (relu.kind === 'linear') return -1;
  const before = network.layers[producer[relu.input]!];
  if (before?.kind !== 'linear') return -1;
  return Math.min(...before.inputs.map((id) => producer[id]!));
}

/** Does the checker accept the same steps, and the same margin, where nothing is known before the suffix? */
function holdsBehind(
  sources: Sources,
  suffix: Sources['suffixes'][number],
  whole: Obligation,
  steps: Iterable<ProofStep>,
  claimedMargin: number | null,
): boolean {
  const { network, starts } = suffix;
  const obligation = suffix.obligation(whole);
  const context = {
    network,
    obligation,
    claimedMargin,
    shared: (id: string): State => {
      const known = suffix.shared.get(id) ?? stateBehind(sources, suffix, obligation, id);
      suffix.shared.set(id, known);
      return known;
    },
    starts,
  };
  return checkProof(context, withoutEarlier(network, steps), whole.id).outcome.kind === 'valid';
}

/** A lemma only ever adds: where one is about what lies before the suffix, the rest may do without it. */
function* withoutEarlier(network: Network, steps: Iterable<ProofStep>): Generator<ProofStep> {
  for (const step of steps) if (step.rule !== 'lemma' || isBehind(network, step.tensor)) yield step;
}

function isBehind(network: Network, name: string): boolean {
  const tensor = tensorNamed(network, name)!;
  return tensor === network.input || networkIndex(network).producer[tensor]! >= 0;
}

/** What is left of a shared list; the lists name one region each, so the first obligation that asks will do. */
function stateBehind(
  { steps, lists }: Sources,
  { network }: Suffix,
  obligation: Obligation,
  id: string,
): State {
  const state = startState(network, obligation);
  for (const step of steps(lists[id]!.proof, `shared ${id}`)) {
    // One that is not accepted here has changed nothing.
    if (step.rule === 'lemma' && isBehind(network, step.tensor)) applyLemma(network, state, step, id);
  }
  settle(network, state, network.layers.length);
  return state;
}
