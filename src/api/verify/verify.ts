/** The use case behind `napcert verify`: model, NAPs and claims in, certificate out. */

import type {
  Certificate,
  ObligationResult,
  Predicate,
  PropertyResult,
} from '../../certificate/certificate.js';
import { PREDICATE_TYPE, STATEMENT_TYPE, semanticsOf } from '../../certificate/certificate.js';
import { describeHole, holeEntry, holesAmong } from '../../certificate/proof.js';
import type { Dataset } from '../../dataset/dataset.js';
import type { EngineName } from '../../engines/decision.js';
import type { DecideSettings, Executor } from '../../engines/executor.js';
import type { ScannedData } from '../../engines/falsify/follower-scan.js';
import { recordPatterns } from '../../mining/patterns.js';
import { type Phases, toTensorLiterals } from '../../nap/nap.js';
import type { Network } from '../../network/network.js';
import { openSession } from '../../network/oracle.js';
import { lintWeights } from '../../network/weight-lint.js';
import { type ClaimContext, regionDigest } from '../../obligation/compile.js';
import type { Arithmetic } from '../../obligation/obligation.js';
import type { LoadedModel } from '../../onnx/load-model.js';
import type { SolverName } from '../../solvers/solver.js';
import { componentVersions } from '../../solvers/versions.js';
import type { Property } from '../../spec/property.js';
import { openReplayer } from '../executor/decider.js';
import { type ExecutorLimits, executorFor } from '../executor/executor-for.js';
import { type Progress, silentProgress } from '../progress.js';
import { checkedOutCommit, dependencyVersion, VERSION } from '../version.js';
import type { Claims } from './claims.js';
import { decideCone } from './decide-cone.js';
import {
  type DecidedProperty,
  decideProperty,
  type PropertyRun,
  type WitnessCandidates,
} from './decide-property.js';
import { decideQuery } from './decide-query.js';
import { decideScaling } from './decide-scaling.js';
import { inOrder } from './in-order.js';
import { openProperty } from './open-property.js';
import { refuseOrthant } from './refuse-orthant.js';
import { listsUsedBy, type SharedLists } from './shared-lists.js';
import { Watch, watched } from './watch.js';

export interface VerifyInput {
  readonly model: LoadedModel;
  readonly network: Network;
  /** NAPs by class with the digest of their file; null for properties without NAPs. */
  readonly naps: { readonly sha256: string; readonly byClass: ReadonlyMap<number, Phases> } | null;
  /** Samples to look for witnesses and counterexamples in; null to rely on solvers alone. */
  readonly dataset: Dataset | null;
  readonly claims: Claims;
  /** What evaluates the network; default: the reals. */
  readonly arithmetic?: Arithmetic;
  readonly engine: EngineName;
  readonly solver: Exclude<SolverName, 'jslp'>;
  /** Per obligation. */
  readonly timeoutSeconds: number;
  /** Prove the least margin of the suffix that decides, not just that it is positive. */
  readonly exactMargin?: boolean;
  /** Branch-and-bound nodes per obligation; default 100,000. */
  readonly maxNodes?: number;
  /** Memory of a deciding thread at which a search gives up: heap, buffers and solvers; default 4 GiB. */
  readonly maxMemoryBytes?: number;
  /** Threads that decide at once; default 1, which is this one. */
  readonly jobs?: number;
  /** Other machines that decide, or the share of the work that is this run's. */
  readonly cluster?: NonNullable<ExecutorLimits['cluster']>;
  readonly shard?: NonNullable<ExecutorLimits['shard']>;
  /** Decides obligations instead of all these; closed by the caller. */
  readonly executor?: Executor;
  /** Results of an earlier run by obligation digest, re-checked by the caller. */
  readonly known?: ReadonlyMap<string, ObligationResult>;
  /** Lists of lemmas that the proofs among them use. */
  readonly knownShared?: NonNullable<Predicate['shared']>;
  /** Points that may show that a NAP can be followed, by class; each is replayed. */
  readonly candidates?: WitnessCandidates;
}

/**
 * Given a certificate of all properties that are asked: those that the run has not reached yet are `unknown (interrupted)`.
 * @param reached ids of those that it has decided, or tried to
 */
export type OnCertificate = (certificate: Certificate, reached: ReadonlySet<string>) => void;

const DEFAULT_MAX_MEMORY_BYTES = 4 * 2 ** 30;
const DEFAULT_MAX_NODES = 100_000;

export interface VerifyEvents {
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** Called with the certificate so far whenever a property is decided, so that it can be saved. */
  readonly onCertificate?: OnCertificate;
}

/**
 * Decides all claims, several at once where the executor has room; the certificate has them in order. An abort leaves
 * the rest `unknown (interrupted)` and still returns.
 */
export async function verify(input: VerifyInput, events: VerifyEvents = {}): Promise<Certificate> {
  const { network, model, claims } = input;
  refuseOrthant(network, claims);
  const progress = events.progress ?? silentProgress;
  const signal = events.signal ?? new AbortController().signal;
  const startedAt = new Date().toISOString();
  const arithmetic = input.arithmetic ?? 'real';
  const decided = { bytes: model.bytes, sha256: model.sha256, network, arithmetic };
  const runtime = await openSession(model.bytes, network);
  const replayer = await openReplayer(decided);
  const components = { ...(await componentVersions()), ...ownComponents() };
  const executor = input.executor ?? (await executorFor(decided, input, progress));
  const claim: ClaimContext = {
    network,
    modelSha256: model.sha256,
    domain: claims.domain,
    naps: input.naps?.byClass ?? new Map(),
    arithmetic,
  };
  const lists: SharedLists = { ...input.knownShared };
  const results: (DecidedProperty | undefined)[] = claims.properties.map(() => undefined);
  const certificate = (open: readonly DecidedProperty[]): Certificate => {
    const reached = results.filter((outcome) => outcome !== undefined).length;
    const all = results.flatMap((outcome, i) => outcome ?? open[i] ?? []);
    const obligations = all.flatMap((outcome) => outcome.obligations);
    return assemble(input, {
      properties: all.map(({ property }) => property),
      obligations,
      shared: listsUsedBy(obligations, lists),
      components,
      startedAt,
      // Of a run that goes on: should it end without a word, this is what remains.
      interrupted: signal.aborted || reached < results.length,
    });
  };
  try {
    let scanned: Promise<ScannedData | null> | null = null;
    const data = (): Promise<ScannedData | null> => {
      scanned ??= scan(input, progress, signal);
      return scanned;
    };
    const watch = new Watch(progress, claims.properties.length, input.timeoutSeconds);
    const seen = watched(executor, watch);
    const run: PropertyRun = {
      claim,
      executor: seen,
      settings: settingsOf(input),
      confirm: replayer.confirm,
      signal,
      data,
      known: input.known ?? new Map(),
      candidates: input.candidates ?? new Map(),
      onBegin: (id) => watch.glance(id),
      onNote: progress.note,
      onShared: (obligation, { id, lemmas }) => {
        lists[id] ??= {
          region: regionDigest(claim, { ...obligation, outputs: [] }),
          proof: { kind: 'inline', steps: [...lemmas] },
        };
      },
    };
    const decideOne = async (property: Property): Promise<DecidedProperty> => {
      if (property.kind === 'scalar-invariance') {
        watch.glance(property.kind);
        const context = { network, runtime, dataset: input.dataset, signal };
        return { property: await decideScaling(context, property), obligations: [] };
      }
      if (property.kind === 'cone') {
        watch.glance(property.name);
        return { property: decideCone(network, property), obligations: [] };
      }
      return property.kind === 'query' ? decideQuery(run, property) : decideProperty(run, property);
    };
    let unreached: Promise<DecidedProperty[]> | null = null;
    const report = async (onCertificate: OnCertificate): Promise<void> => {
      const isLast = results.every((outcome) => outcome !== undefined);
      unreached ??= isLast ? null : Promise.all(claims.properties.map((one) => openProperty(run, one)));
      const sofar = certificate((await unreached) ?? []);
      onCertificate(sofar, new Set(results.flatMap((outcome) => outcome?.property.id ?? [])));
    };
    // One more than lanes, so that none waits for witnesses of the next.
    const width = executor.lanes === 1 ? 1 : executor.lanes + 1;
    await inOrder(claims.properties, width, async (property, i) => {
      const outcome = await decideOne(property);
      results[i] = outcome;
      watch.done++;
      if (!signal.aborted || outcome.property.verdict !== 'unknown') {
        progress.note(`${outcome.property.id}: ${outcome.property.verdict}`);
      }
      if (events.onCertificate !== undefined) await report(events.onCertificate);
    });
  } finally {
    if (input.executor === undefined) await executor.close();
    await replayer.close();
    await runtime.close();
  }
  return certificate([]);
}

function settingsOf(input: VerifyInput): DecideSettings {
  return {
    engine: input.engine,
    solver: input.solver,
    timeoutSeconds: input.timeoutSeconds,
    exactMargin: input.exactMargin ?? false,
    maxNodes: input.maxNodes ?? DEFAULT_MAX_NODES,
    maxMemoryBytes: input.maxMemoryBytes ?? DEFAULT_MAX_MEMORY_BYTES,
  };
}

function ownComponents(): Record<string, string> {
  const onnxruntime = dependencyVersion('onnxruntime-node');
  const commit = checkedOutCommit();
  return {
    ...(onnxruntime === null ? {} : { onnxruntime }),
    ...(commit === null ? {} : { 'napcert-commit': commit }),
  };
}

async function scan(
  input: VerifyInput,
  progress: Progress,
  signal: AbortSignal,
): Promise<ScannedData | null> {
  const { dataset, network } = input;
  if (dataset === null || signal.aborted) return null;
  const table = await recordPatterns(network, dataset, {
    onProgress: (done, total) => progress.step(`evaluating ${dataset.name}`, done, total),
  });
  return { network, dataset, table };
}

interface Parts {
  readonly properties: readonly PropertyResult[];
  readonly obligations: readonly ObligationResult[];
  readonly shared: NonNullable<Predicate['shared']>;
  readonly components: Readonly<Record<string, string>>;
  readonly startedAt: string;
  readonly interrupted: boolean;
}

function assemble(input: VerifyInput, parts: Parts): Certificate {
  const { model, network, claims } = input;
  const predicate: Predicate = {
    format: 'napcert/certificate/v1',
    verifier: { name: 'napcert', version: VERSION, components: { ...parts.components } },
    arithmetic: input.arithmetic ?? 'real',
    semantics: [...semanticsOf(input.arithmetic ?? 'real')],
    model: {
      name: model.fileName,
      sha256: model.sha256,
      notes: [...network.notes],
      lint: lintWeights(network).map((finding) => ({ ...finding })),
    },
    domain: structuredClone(claims.domain) as Predicate['domain'],
    naps: input.naps === null ? null : { sha256: input.naps.sha256, classes: usedNaps(input) },
    dataset: input.dataset === null ? null : { name: input.dataset.name, digest: input.dataset.digest },
    properties: [...parts.properties],
    obligations: [...parts.obligations],
    ...(Object.keys(parts.shared).length > 0 ? { shared: { ...parts.shared } } : {}),
    holes: parts.obligations.flatMap(({ id, evidence }) =>
      evidence.kind === 'proof' && evidence.proof.kind === 'inline'
        ? holesAmong(evidence.proof.steps).map((hole) => holeEntry(id, describeHole(hole)))
        : [],
    ),
    limits: { timeoutSeconds: input.timeoutSeconds, engine: input.engine, solver: input.solver, seed: 0 },
    interrupted: parts.interrupted,
    startedAt: parts.startedAt,
    verifiedAt: new Date().toISOString(),
  };
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: model.fileName, digest: { sha256: model.sha256 } }],
    predicateType: PREDICATE_TYPE,
    predicate,
  };
}

function usedNaps({ naps, network }: VerifyInput): NonNullable<Predicate['naps']>['classes'] {
  return [...(naps?.byClass ?? [])].map(([label, phases]) => ({
    class: label,
    literals: toTensorLiterals(network, phases).map(({ tensor, active, inactive }) => ({
      tensor,
      active: [...active],
      inactive: [...inactive],
    })),
  }));
}
