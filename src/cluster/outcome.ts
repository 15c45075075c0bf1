/** How a job ends, for who asked. */
import { type Batch, batchReceiptSchema, type JobProgress, type Receipt } from './job-wire.js';

export type JobOutcome =
  /** Receipts by the digest of the obligation; what is missing was left. */
  | { readonly kind: 'answered'; readonly receipts: ReadonlyMap<string, Receipt> }
  /** On every attempt; the reason is the last one's. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'cancelled' }
  /** No worker for too long. */
  | { readonly kind: 'abandoned'; readonly reason: string };

/** A job that a coordinator waits for. */
export interface Pending {
  readonly job: Batch;
  /** Of its obligations. */
  readonly ids: readonly string[];
  /** Stores again what the job refers to, for a server that forgot. */
  readonly restore: () => Promise<void>;
  readonly settle: (outcome: JobOutcome) => void;
  readonly onProgress: (said: JobProgress) => void;
  readonly settled: Promise<void>;
  /** Its obligation is in another job. */
  elsewhere: boolean;
  looking: boolean;
}

/** What a job returned, as text or read; null for anything else than receipts. */
export function receiptsOf(value: unknown): ReadonlyMap<string, Receipt> | null {
  const parsed = batchReceiptSchema.safeParse(asRead(value));
  return parsed.success ? new Map(parsed.data.map(({ digest, receipt }) => [digest, receipt])) : null;
}

/** Text as JSON, anything else as it is. */
export function asRead(value: unknown): unknown {
  return typeof value === 'string' ? tryJson(value) : value;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
