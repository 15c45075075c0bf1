/** Learning one class as a job: what goes in, what comes out while it runs. The same in this thread and in another. */
import type { Executor } from '../engines/executor.js';
import type { PatternTable } from '../mining/patterns.js';
import type { Phases } from '../nap/nap.js';
import type { Network } from '../network/network.js';
import { domainBox } from '../obligation/compile.js';
import type { Domain } from '../spec/property.js';
import { type AuditedNap, auditNap } from './audited.js';
import type { Extremes } from './extremes.js';
import { type LearnedClass, learnClass } from './learn-class.js';

export interface LearnJob {
  readonly label: number;
  readonly domain: Domain;
  readonly table: PatternTable;
  readonly extremes: Extremes | null;
  readonly margin: number;
  readonly maxShare: number;
  readonly seconds: number;
  readonly maxMemoryBytes: number;
}

/** A NAP whose proofs the exact checker has accepted. */
export interface AcceptedNap extends AuditedNap {
  readonly label: number;
  readonly phases: Phases;
  /** Correct mining samples that follow. */
  readonly followers: number;
}

/** What is told of a class when its job ends, without the proofs. */
export type ClassSummary = Omit<LearnedClass, 'proved'>;

/**
 * `onAccepted` is called for every better NAP that the checker accepts.
 * @param executor other machines that prove; null for this thread
 */
export async function runLearnJob(
  network: Network,
  modelSha256: string,
  job: LearnJob,
  signal: AbortSignal,
  onAccepted: (nap: AcceptedNap) => void,
  executor: Executor | null = null,
): Promise<ClassSummary> {
  const { label, domain, margin } = job;
  const box = domainBox(domain, network.tensors[network.input]!.size);
  const elsewhere = executor === null ? {} : { elsewhere: { executor, modelSha256 } };
  const { proved: _, ...summary } = await learnClass(
    { network, box, signal, ...elsewhere, ...job },
    async (nap) => {
      const audited = auditNap({ network, modelSha256, domain }, label, nap, margin);
      if (audited === null) return false;
      onAccepted({ label, phases: nap.phases, followers: nap.followers, ...audited });
      return true;
    },
  );
  return summary;
}
