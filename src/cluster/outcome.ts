/** How a job ends, for who asked. */
import { type Batch, batchReceiptSchema, leftSchema, type Receipt } from './job-wire.js';

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
  readonly onLeft: (digests: readonly string[]) => void;
  readonly settled: Promise<void>;
  /** Its obligation is in another job. */
  elsewhere: boolean;
  looking: boolean;
}

/** What a job returned, as text or read; null for anything else than receipts. */
export function receiptsOf(value: unknown): ReadonlyMap<string, Receipt> | null {
  const parsed = batchReceiptSchema.safeParse(typeof value === 'string' ? tryJson(value) : value);
  return parsed.success ? new Map(parsed.data.map(({ digest, receipt }) => [digest, receipt])) : null;
}

/** What a running job leaves, by digest. */
export function leftIn(value: unknown): readonly string[] {
  const left = leftSchema.safeParse(typeof value === 'string' ? tryJson(value) : value);
  return left.success ? left.data.left : [];
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
