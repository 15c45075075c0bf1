/** What one run of the gate shares between the models of the policy. */
import type { Decision } from '../../gate/decision.js';
import type { ClusterChoice } from '../executor/open-cluster.js';
import type { Progress } from '../progress.js';
import type { PolicyFile } from './policy-file.js';

export interface GateRun {
  readonly file: PolicyFile;
  /** Folder of certificates, pictures and the decision. */
  readonly folder: string;
  readonly prove: boolean;
  readonly fresh: boolean;
  readonly signKey: string | undefined;
  readonly verifyKeys: readonly string[] | undefined;
  readonly sharing: { readonly jobs?: number; readonly cluster?: ClusterChoice };
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Seconds that deciding may still take, all models together. */
  readonly clock: Clock;
  /** The decision that the folder held before; for people only. */
  readonly previous: Decision | null;
}

/** Counts down while something is decided. */
export interface Clock {
  /** Runs an action under a signal that also aborts when the time is up. */
  readonly within: <T>(signal: AbortSignal, action: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

/** @param seconds undefined for no limit */
export function clockOf(seconds: number | undefined): Clock {
  let left = seconds === undefined ? Number.POSITIVE_INFINITY : seconds * 1000;
  return {
    within: async (signal, action) => {
      if (left === Number.POSITIVE_INFINITY) return action(signal);
      const start = performance.now();
      const limit = left > 0 ? AbortSignal.timeout(Math.ceil(left)) : AbortSignal.abort();
      try {
        return await action(AbortSignal.any([signal, limit]));
      } finally {
        left -= performance.now() - start;
      }
    },
  };
}
