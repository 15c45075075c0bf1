/** Certificates as the checker found them, in one document: what every reporter starts from. */
import { z } from 'zod';
import { count, header, onlyAgainst, sha256Hex } from './header.js';

export const STATUSES = [
  'rejected',
  'violated',
  'unchecked',
  'unknown',
  'on-trust',
  'vacuous',
  'holds',
] as const;

const status = z
  .enum(STATUSES)
  .describe(
    'holds, violated, vacuous: re-proved by the checker. on-trust: a named step is believed. ' +
      'rejected: the certificate is invalid. unchecked: no model to check it against',
  );

const rejection = z.strictObject({
  place: z.string(),
  rule: z.string(),
  expected: z.string(),
  found: z.string(),
});

const counterexample = z.strictObject({
  source: z.string().describe("where the point came from; the author's name for it"),
  exactLogits: z.array(z.string()).describe('decimals, rounded to 17 digits'),
  runtimeLogits: z.array(z.number()).nullable().describe('onnxruntime, as the certificate states them'),
});

const obligation = z.strictObject({
  id: z.string(),
  digest: sha256Hex,
  verdict: z.enum(['unsat', 'sat', 'unknown']).describe('as claimed by the certificate'),
  competitor: count
    .nullable()
    .describe('the class that must not win; null where the obligation is about none'),
  engine: z.string(),
  seconds: z.number().min(0),
  margin: z.number().nullable().describe('proved lower bound of own logit minus competitor'),
  proof: z
    .strictObject({ steps: count.nullable(), bytes: count, file: z.string().nullable(), trusted: count })
    .nullable()
    .describe('steps is null and bytes 0 for a proof in a file of its own'),
  counterexample: counterexample.nullable(),
  open: z
    .strictObject({
      reason: z.string(),
      detail: z.string(),
      suggestion: z.string(),
      provedMargin: z.number().nullable(),
      bestMargin: z.number().nullable(),
    })
    .nullable(),
});

const property = z.strictObject({
  id: z.string(),
  kind: z.string(),
  classes: z.array(count).describe('the class, or the pair of classes, that it is about'),
  claim: z.string(),
  claimDigest: z.string().describe('SHA-256 of the resolved claim as canonical JSON'),
  onlyAgainst,
  claimed: z.enum(['holds', 'violated', 'unknown', 'vacuous']).describe('what the certificate says'),
  status,
  why: z.string().describe('one sentence'),
  line: z.int().min(1).describe('line of the property in the certificate file'),
  seconds: z.number().min(0).describe('spent on deciding it'),
  fingerprint: sha256Hex.describe('of what is claimed about which model: the same in every run'),
  witnesses: z.array(z.string()),
  scaling: z
    .strictObject({ source: z.string(), factor: z.number(), classes: z.array(count) })
    .nullable()
    .describe('the counterexample to scalar-invariance'),
  obligations: z.array(obligation),
});

const certificate = z.strictObject({
  file: z.string(),
  sha256: sha256Hex,
  bytes: count,
  enveloped: z.boolean().describe('inside a signed envelope, whose signature was not looked at'),
  model: z.strictObject({
    name: z.string(),
    sha256: sha256Hex,
    file: z.string().nullable().describe('the file it was checked against'),
    notes: z.array(z.string()),
  }),
  check: z.strictObject({
    verdict: z.enum(['valid', 'incomplete', 'invalid', 'unchecked']),
    why: z.string().describe('one sentence'),
    rejection: rejection.nullable(),
    seconds: z.number().min(0),
  }),
  arithmetic: z.enum(['real', 'float32']),
  domain: z.string(),
  semantics: z.array(z.string()),
  naps: sha256Hex.nullable().describe('SHA-256 of the NAP file'),
  napsChecked: z.boolean().describe('literals compared with the NAP file of that digest, in this run'),
  dataset: z.strictObject({ name: z.string(), digest: sha256Hex }).nullable(),
  verifier: z.strictObject({ version: z.string(), components: z.record(z.string(), z.string()) }),
  holes: z.array(z.string()),
  interrupted: z.boolean(),
  startedAt: z.string(),
  verifiedAt: z.string(),
  properties: z.array(property),
});

const counts = z.strictObject(
  Object.fromEntries(STATUSES.map((name) => [name, count])) as Record<
    (typeof STATUSES)[number],
    typeof count
  >,
);

export const reportSchema = z.strictObject({
  ...header('report'),
  generatedAt: z.string(),
  counts: counts.describe('properties by status'),
  certificates: z.array(certificate),
});

export type ReportDocument = z.infer<typeof reportSchema>;
export type ReportedCertificate = z.infer<typeof certificate>;
export type ReportedProperty = z.infer<typeof property>;
export type ReportedObligation = z.infer<typeof obligation>;
export type ReportedCounterexample = z.infer<typeof counterexample>;
export type Status = z.infer<typeof status>;
