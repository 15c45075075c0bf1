/** Runs engines on obligations as `verify` does: with the replay of candidates, and the checker on every proof. */
import { auditor } from '../../src/api/verify/audit.js';
import { confirmer } from '../../src/api/verify/confirm.js';
import { Ascent } from '../../src/bounds/ascent/ascent.js';
import { holesAmong } from '../../src/certificate/proof.js';
import { replayPoint } from '../../src/checker/exact/replay.js';
import type { Decision, EngineName } from '../../src/engines/decision.js';
import { Falsifier } from '../../src/engines/falsify/falsifier.js';
import { type Decided, decide } from '../../src/engines/portfolio.js';
import { RegionCache } from '../../src/engines/region.js';
import { lowerModel } from '../../src/network/lower.js';
import type { Network } from '../../src/network/network.js';
import { openSession } from '../../src/network/oracle.js';
import type { ClaimContext } from '../../src/obligation/compile.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import type { SolverName } from '../../src/solvers/solver.js';

export interface HarnessOptions {
  readonly engine: EngineName;
  readonly solver?: SolverName;
  readonly timeoutSeconds?: number;
  readonly maxNodes?: number;
  readonly directNeurons?: number;
}

/** What the checker says of a decision's proof, asked once more and from nothing. */
export interface ProofVerdict {
  /** Null if the checker accepts every step. */
  readonly rejected: string | null;
  /** Steps that are believed. */
  readonly holes: number;
}

export interface Harness {
  readonly network: Network;
  /** For compiling obligations; digests are of a model without bytes. */
  claimContext(claim: Pick<ClaimContext, 'domain' | 'naps'>): ClaimContext;
  decide(obligation: Obligation, options: HarnessOptions): Promise<Decided>;
  check(obligation: Obligation, decision: Extract<Decision, { verdict: 'unsat' }>): ProofVerdict;
  close(): Promise<void>;
}

export async function openHarness(bytes: Uint8Array): Promise<Harness> {
  const loaded = decodeModel(bytes);
  const network = lowerModel(loaded);
  const runtime = await openSession(bytes, network);
  const confirm = confirmer(network, runtime);
  const regions = new RegionCache(network);
  const ascent = new Ascent(network);
  const falsifier = new Falsifier(network, null);
  const claimContext: Harness['claimContext'] = (claim) => ({
    network,
    modelSha256: loaded.sha256,
    ...claim,
  });
  const audit = () => auditor(claimContext({ domain: { kind: 'unbounded' }, naps: new Map() })).audit;
  return {
    network,
    claimContext,
    decide: (
      obligation,
      { engine, solver = 'highs', timeoutSeconds = 20, maxNodes = 20_000, directNeurons },
    ) =>
      decide(
        {
          engine,
          solver,
          timeoutSeconds,
          maxNodes,
          regions,
          ascent,
          falsifier,
          exactMargin: false,
          maxMemoryBytes: Number.POSITIVE_INFINITY,
          ...(directNeurons === undefined ? {} : { directNeurons }),
          network,
          confirm,
          audit: audit(),
          signal: new AbortController().signal,
        },
        obligation,
        null,
      ),
    check: (obligation, { steps, shared }) => {
      const answer = audit()(obligation, steps, shared);
      const holes = holesAmong([...steps, ...(shared?.lemmas ?? [])]).length;
      return { rejected: answer.accepted ? null : answer.rejected, holes };
    },
    close: async () => {
      regions.dispose();
      await ascent.dispose();
      await falsifier.dispose();
      await runtime.close();
    },
  };
}

/** Is the decision's point in the region, as mined, in exact arithmetic? */
export function pointIsGenuine(network: Network, obligation: Obligation, point: Float64Array): boolean {
  const replay = replayPoint(network, obligation, point);
  return replay.inRegion && replay.strict.followsStrictly;
}
