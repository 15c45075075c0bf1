/** One model with everything that deciding its obligations needs: engines, replay, and the exact checker's word. */
import { Ascent } from '../../bounds/ascent/ascent.js';
import type { ProofStep } from '../../certificate/proof.js';
import type { Confirm, Decision, Reach, SharedList } from '../../engines/decision.js';
import type { DecideSettings } from '../../engines/executor.js';
import { Falsifier } from '../../engines/falsify/falsifier.js';
import type { ScannedData } from '../../engines/falsify/follower-scan.js';
import { type Decided, decide } from '../../engines/portfolio.js';
import { RegionCache } from '../../engines/region.js';
import type { Network } from '../../network/network.js';
import { openSession } from '../../network/oracle.js';
import { type ClaimContext, regionDigest } from '../../obligation/compile.js';
import type { Arithmetic, Obligation } from '../../obligation/obligation.js';
import { closeSolvers } from '../../solvers/solve.js';
import { type Auditor, auditor } from '../verify/audit.js';
import { confirmer } from '../verify/confirm.js';
import { float32Confirmer } from '../verify/confirm-float32.js';
import { nameOfLemmas } from '../verify/shared-lists.js';

export interface DecidedModel {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly network: Network;
  readonly arithmetic: Arithmetic;
}

/** Replay of candidates in the arithmetic that is claimed about. */
export interface Replayer {
  readonly confirm: Confirm;
  readonly close: () => Promise<void>;
}

export async function openReplayer({ network, bytes, arithmetic }: DecidedModel): Promise<Replayer> {
  if (arithmetic === 'float32') return float32Confirmer(network, bytes);
  const runtime = await openSession(bytes, network);
  return { confirm: confirmer(network, runtime), close: runtime.close };
}

/** What a decider's claims are about; obligations bring their own box and NAPs. */
export function claimOf({ network, sha256, arithmetic }: DecidedModel): ClaimContext {
  return { network, modelSha256: sha256, domain: { kind: 'unbounded' }, naps: new Map(), arithmetic };
}

export class Decider {
  readonly #regions: RegionCache;
  readonly #ascent: Ascent;
  readonly #names = new WeakMap<readonly ProofStep[], string>();
  #auditor: Auditor;
  #falsifier: { readonly data: ScannedData | null; readonly it: Falsifier } | null = null;
  #last: Obligation | null = null;

  private constructor(
    readonly model: DecidedModel,
    readonly replayer: Replayer,
  ) {
    this.#regions = new RegionCache(model.network);
    this.#ascent = new Ascent(model.network);
    this.#auditor = auditor(claimOf(model));
  }

  static async open(model: DecidedModel): Promise<Decider> {
    return new Decider(model, await openReplayer(model));
  }

  /**
   * Decides one obligation; cheap steps that need the whole dataset are the caller's (`decideAtOnce`).
   * @param data where the falsifier may start; keep one object per region
   */
  async decide(
    obligation: Obligation,
    settings: DecideSettings,
    data: ScannedData | null,
    signal: AbortSignal,
    onReach?: (reach: Reach) => void,
  ): Promise<Decided> {
    const falsifier = await this.#falsifierFor(data);
    if (this.#last !== null && !sameRegion(this.#last, obligation))
      this.#auditor = auditor(claimOf(this.model));
    this.#last = obligation;
    const context = {
      ...settings,
      network: this.model.network,
      regions: this.#regions,
      ascent: this.#ascent,
      falsifier,
      confirm: this.replayer.confirm,
      audit: this.#auditor.audit,
      signal,
      ...(onReach === undefined ? {} : { onReach }),
    };
    const decided = await decide(context, obligation, null);
    return { ...decided, decision: this.#named(obligation, decided.decision) };
  }

  async close(): Promise<void> {
    this.#regions.dispose();
    await this.#ascent.dispose();
    await this.#falsifier?.it.dispose();
    await this.replayer.close();
    await closeSolvers();
  }

  async #falsifierFor(data: ScannedData | null): Promise<Falsifier> {
    if (this.#falsifier !== null && this.#falsifier.data === data) return this.#falsifier.it;
    await this.#falsifier?.it.dispose();
    const it = new Falsifier(this.model.network, data);
    this.#falsifier = { data, it };
    return it;
  }

  /** Lists of lemmas get a name that means the same wherever they were found. */
  #named(obligation: Obligation, decision: Decision): Decision {
    if (decision.verdict !== 'unsat' || decision.shared === null) return decision;
    const { lemmas } = decision.shared;
    const id = this.#names.get(lemmas) ?? nameOfLemmas(this.#regionOf(obligation), lemmas);
    this.#names.set(lemmas, id);
    const shared: SharedList = { id, lemmas };
    const steps = decision.steps.map((step): ProofStep => (step.rule === 'shared' ? { ...step, id } : step));
    return { ...decision, shared, steps };
  }

  #regionOf(obligation: Obligation): string {
    return regionDigest(claimOf(this.model), { ...obligation, outputs: [] });
  }
}

/** Cheap: regions of different content that pass cost memory, not truth. */
function sameRegion(a: Obligation, b: Obligation): boolean {
  return a.box === b.box && a.naps === b.naps;
}
