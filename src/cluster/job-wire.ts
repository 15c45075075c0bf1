/** Jobs and answers as they travel through the queue. What comes back is a claim, believed by nobody. */
import { z } from 'zod';
import { unknownReasonSchema } from '../certificate/certificate.js';
import { lemmaStepSchema, stepSchema } from '../certificate/proof.js';
import { canonicalJson, type Json } from '../util/canonical-json.js';
import { sha256 } from '../util/digest.js';
import { eagerList } from '../util/eager-list.js';
import { PLAIN_TEXT } from '../util/plain-text.js';

/** Obligations per job. */
const MAX_PARTS = 64;
/** Changes with the meaning of anything in a job or an answer. */
export const JOB_FORMAT = 'napcert-job/4';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const text = (max: number) => z.string().regex(PLAIN_TEXT).max(max);

const settingsSchema = z.strictObject({
  engine: z.enum(['auto', 'bab', 'milp']),
  solver: z.enum(['glpk', 'highs', 'jslp']),
  timeoutSeconds: z.number().positive(),
  exactMargin: z.boolean(),
  maxNodes: z.int().min(1),
  maxMemoryBytes: z.int().min(1),
});

const common = {
  format: z.literal(JOB_FORMAT),
  /** Digest of the program that asked; see `buildDigest`. */
  build: digest,
  model: digest,
  arithmetic: z.enum(['real', 'float32']),
  /** Blobs: the region, the VNN-LIB query that it is of, and samples that the falsifier may start from. */
  region: digest,
  query: digest.nullable(),
  sample: digest.nullable(),
  /** Digest of the region without output constraints, by which a worker knows what it has. */
  regionDigest: digest,
  settings: settingsSchema,
};

const part = {
  id: text(1000).min(1),
  digest,
  outputs: z
    .array(
      z.strictObject({
        terms: z.array(z.strictObject({ output: z.int().min(0), coefficient: z.number() })).max(1000),
        bound: z.number(),
      }),
    )
    .max(1000),
};

const jobSchema = z.strictObject({ ...common, ...part });
const partSchema = z.strictObject(part);

/** One obligation, with all that is needed to decide it. */
export type Job = z.infer<typeof jobSchema>;
export type BatchPart = z.infer<typeof partSchema>;

/** What is queued: obligations of one region. */
export const batchSchema = z.strictObject({ ...common, parts: z.array(partSchema).min(1).max(MAX_PARTS) });

export type Batch = z.infer<typeof batchSchema>;

export function jobsOf({ parts, ...base }: Batch): Job[] {
  return parts.map((one) => ({ ...base, ...one }));
}

/** The same obligation under the same settings and build is the same job, whoever asks. */
export function jobId({
  digest: obligation,
  settings,
  build,
}: Pick<Job, 'digest' | 'settings' | 'build'>): string {
  const key = { obligation, build, settings: settings as unknown as Json, format: JOB_FORMAT };
  return sha256(canonicalJson(key as unknown as Json));
}

/** The same obligations under the same settings; of one, what names that one. */
export function batchId({ parts, ...base }: Batch): string {
  const ids = parts.map(({ digest: one }) => jobId({ ...base, digest: one }));
  return ids.length === 1 ? ids[0]! : sha256(canonicalJson(ids));
}

/** Kept in the queue itself; the evidence is in a blob: a list of answers, and the place in it. */
export const receiptSchema = z.strictObject({
  answers: digest,
  at: z
    .int()
    .min(0)
    .max(MAX_PARTS - 1),
  verdict: z.enum(['unsat', 'sat', 'unknown']),
  worker: text(200),
  seconds: z.number().min(0),
});

/** What a job returns: receipts by the digest of the obligation; those that are missing were left. */
export const batchReceiptSchema = z.array(z.strictObject({ digest, receipt: receiptSchema })).max(MAX_PARTS);

export type BatchReceipt = z.infer<typeof batchReceiptSchema>;

/** Said while a job runs: obligations that it leaves, by digest. */
const leftSchema = z.strictObject({ left: z.array(digest).max(MAX_PARTS) });

const figure = z.number().nullable();

/** Said while a job runs: how far its worker is with one of the obligations; see `Reach`. */
export const reachedSchema = z.strictObject({
  digest,
  reach: z.strictObject({
    stage: z.enum(['suffix', 'bounds', 'points', 'inputs', 'cubes', 'search', 'milp']),
    nodes: figure,
    closedShare: figure,
    margin: figure,
    nearest: figure,
  }),
});

export type Reached = z.infer<typeof reachedSchema>;

const progressSchema = z.union([leftSchema, reachedSchema]);

export type JobProgress = z.infer<typeof progressSchema>;

/** What a running job says; null for anything else. */
export function progressIn(value: unknown): JobProgress | null {
  const said = progressSchema.safeParse(value);
  return said.success ? said.data : null;
}

export type Receipt = z.infer<typeof receiptSchema>;

const literals = z.strictObject({
  tensor: text(1000),
  active: eagerList(z.int().min(0)),
  inactive: eagerList(z.int().min(0)),
});

export const answerSchema = z.discriminatedUnion('verdict', [
  z.strictObject({
    verdict: z.literal('unsat'),
    engine: text(100).min(1),
    steps: eagerList(stepSchema).min(1),
    /** Blob of the shared list, and its id in the steps. */
    shared: z.strictObject({ id: text(1000).min(1), blob: digest }).nullable(),
    core: z.array(eagerList(literals)).max(1000).nullable(),
    margin: z.number().nullable(),
  }),
  z.strictObject({
    verdict: z.literal('sat'),
    engine: text(100).min(1),
    point: eagerList(z.number()),
    source: text(150),
  }),
  z.strictObject({
    verdict: z.literal('unknown'),
    engine: text(100).min(1),
    reason: unknownReasonSchema,
    detail: text(1500),
    suggestion: text(1500),
    provedMargin: z.number().nullable(),
    bestMargin: z.number().nullable(),
  }),
]);

export type Answer = z.infer<typeof answerSchema>;

/** What a blob of answers holds; each is read by itself, so that one that is wrong leaves the others. */
export const answersSchema = z.array(z.unknown()).max(MAX_PARTS);

export const lemmasSchema = eagerList(lemmaStepSchema);
