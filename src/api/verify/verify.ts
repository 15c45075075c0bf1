/** The use case behind `napcert verify`: model, NAPs and claims in, certificate out. */

import { Ascent } from '../../bounds/ascent/ascent.js';
import type {
  Certificate,
  ObligationResult,
  Predicate,
  PropertyResult,
} from '../../certificate/certificate.js';
import { PREDICATE_TYPE, STATEMENT_TYPE, semanticsOf } from '../../certificate/certificate.js';
import { holesAmong } from '../../certificate/proof.js';
import type { Dataset } from '../../dataset/dataset.js';
import type { EngineContext, EngineName } from '../../engines/decision.js';
import { Falsifier } from '../../engines/falsify/falsifier.js';
import type { ScannedData } from '../../engines/falsify/follower-scan.js';
import { RegionCache } from '../../engines/region.js';
import { recordPatterns } from '../../mining/patterns.js';
import { type Phases, toTensorLiterals } from '../../nap/nap.js';
import type { Network } from '../../network/network.js';
import { openSession } from '../../network/oracle.js';
import { lintWeights } from '../../network/weight-lint.js';
import type { ClaimContext } from '../../obligation/compile.js';
import type { Arithmetic } from '../../obligation/obligation.js';
import type { LoadedModel } from '../../onnx/load-model.js';
import { closeSolvers } from '../../solvers/solve.js';
import type { SolverName } from '../../solvers/solver.js';
import { componentVersions } from '../../solvers/versions.js';
import { type Progress, silentProgress } from '../progress.js';
import { checkedOutCommit, dependencyVersion, VERSION } from '../version.js';
import { auditor } from './audit.js';
import type { Claims } from './claims.js';
import { confirmer } from './confirm.js';
import { float32Confirmer } from './confirm-float32.js';
import { decideCone } from './decide-cone.js';
import { decideProperty, type WitnessCandidates } from './decide-property.js';
import { decideScaling } from './decide-scaling.js';
import { listsUsedBy } from './shared-lists.js';

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
  /** Resident memory of the process at which a search gives up; default 4 GiB. */
  readonly maxMemoryBytes?: number;
  /** Results of an earlier run by obligation digest, re-checked by the caller. */
  readonly known?: ReadonlyMap<string, ObligationResult>;
  /** Lists of lemmas that the proofs among them use. */
  readonly knownShared?: NonNullable<Predicate['shared']>;
  /** Points that may show that a NAP can be followed, by class; each is replayed. */
  readonly candidates?: WitnessCandidates;
}

const DEFAULT_MAX_MEMORY_BYTES = 4 * 2 ** 30;
const DEFAULT_MAX_NODES = 100_000;

export interface VerifyEvents {
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** Called with the certificate so far whenever a property is decided, so that it can be saved. */
  readonly onCertificate?: (certificate: Certificate) => void;
}

/** Decides all claims in order. An abort leaves the rest `unknown (interrupted)` and still returns. */
export async function verify(input: VerifyInput, events: VerifyEvents = {}): Promise<Certificate> {
  const { network, model, claims } = input;
  const progress = events.progress ?? silentProgress;
  const signal = events.signal ?? new AbortController().signal;
  const startedAt = new Date().toISOString();
  const runtime = await openSession(model.bytes, network);
  const float32 = input.arithmetic === 'float32' ? await float32Confirmer(network, model.bytes) : null;
  const components = { ...(await componentVersions()), ...ownComponents() };
  const regions = new RegionCache(network);
  const ascent = new Ascent(network);
  let falsifier: Falsifier | null = null;
  const claim: ClaimContext = {
    network,
    modelSha256: model.sha256,
    domain: claims.domain,
    naps: input.naps?.byClass ?? new Map(),
    arithmetic: input.arithmetic ?? 'real',
  };
  const checker = auditor(claim);
  const properties: PropertyResult[] = [];
  const obligations: ObligationResult[] = [];
  const certificate = (): Certificate =>
    assemble(input, {
      properties,
      obligations,
      shared: { ...listsUsedBy(obligations, input.knownShared), ...checker.shared },
      components,
      startedAt,
      interrupted: signal.aborted,
    });
  try {
    const data = await scan(input, progress, signal);
    falsifier = new Falsifier(network, data);
    const engine: EngineContext = {
      engine: input.engine,
      regions,
      exactMargin: input.exactMargin ?? false,
      maxNodes: input.maxNodes ?? DEFAULT_MAX_NODES,
      maxMemoryBytes: input.maxMemoryBytes ?? DEFAULT_MAX_MEMORY_BYTES,
      network,
      confirm: float32?.confirm ?? confirmer(network, runtime),
      audit: checker.audit,
      ascent,
      falsifier,
      solver: input.solver,
      timeoutSeconds: input.timeoutSeconds,
      signal,
    };
    for (const [i, property] of claims.properties.entries()) {
      if (property.kind === 'scalar-invariance') {
        progress.step(`deciding ${property.kind}`, i, claims.properties.length);
        const decided = await decideScaling({ network, runtime, dataset: input.dataset, signal }, property);
        properties.push(decided);
        progress.note(`${decided.id}: ${decided.verdict}`);
        events.onCertificate?.(certificate());
        continue;
      }
      if (property.kind === 'cone') {
        progress.step(`deciding ${property.name}`, i, claims.properties.length);
        properties.push(decideCone(network, property));
        continue;
      }
      const decided = await decideProperty(
        {
          claim,
          engine,
          data,
          known: input.known ?? new Map(),
          candidates: input.candidates ?? new Map(),
          onObligation: (id, result) => {
            if (result === null) progress.step(`deciding ${id}`, i, claims.properties.length);
          },
        },
        property,
      );
      properties.push(decided.property);
      obligations.push(...decided.obligations);
      if (!signal.aborted || decided.property.verdict !== 'unknown') {
        progress.note(`${decided.property.id}: ${decided.property.verdict}`);
      }
      events.onCertificate?.(certificate());
    }
  } finally {
    regions.dispose();
    await ascent.dispose();
    await falsifier?.dispose();
    await runtime.close();
    await float32?.close();
    await closeSolvers();
  }
  return certificate();
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
        ? holesAmong(evidence.proof.steps).map(
            (hole) => `${id}: ${hole.solver} is believed (${hole.status}; ${hole.scope})`,
          )
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
