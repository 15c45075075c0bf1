/**
 * What the gate decided, and on which evidence: the document of `napcert gate`, in its own file and for reporters.
 * Every field is plain data; nothing in it is evidence by itself.
 */
import { z } from 'zod';

const count = z.int().min(0);
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

/** The answer, and the exit code that goes with it. */
export const OUTCOME_CODES = { passed: 0, failed: 1, inconclusive: 3, rejected: 4 } as const;

const outcome = z
  .enum(['passed', 'failed', 'inconclusive', 'rejected'])
  .describe(
    'passed: everything required is shown; failed: something required is refuted, or a recall is too low; ' +
      'inconclusive: something required is not shown; rejected: some evidence is wrong',
  );

/** What became of one required property. Only `met` lets a release pass. */
const status = z
  .enum(['met', 'violated', 'unknown', 'vacuous', 'hole', 'missing', 'rejected'])
  .describe(
    'met: proved by a certificate that the checker accepts; violated: refuted by a counterexample; unknown: not decided; ' +
      'vacuous: no input follows the NAP; hole: rests on a trusted step that the policy does not allow; ' +
      'missing: no evidence; rejected: its certificate is wrong',
  );

const share = z.strictObject({
  count,
  of: count,
  value: z.number().nullable().describe('count / of; null if there is nothing to divide by'),
});

const place = z
  .strictObject({ file: z.string(), line: z.int().min(1).nullable() })
  .describe('where the requirement is written');

const file = z.strictObject({ file: z.string(), sha256: sha256Hex });

const dataset = z.strictObject({
  name: z.string(),
  selection: z.string(),
  digest: sha256Hex,
  samples: count,
});

const rejection = z.strictObject({
  place: z.string(),
  rule: z.string(),
  expected: z.string(),
  found: z.string(),
});

const requirement = z.strictObject({
  id: z.string().describe('of the property, as in the certificate'),
  kind: z.string().describe('of the property: non-misclassification, local-robustness, ...'),
  claim: z.string().describe('in one sentence'),
  digest: sha256Hex.describe(
    'of the resolved claim, as canonical JSON: classes, competitors, reference numbers',
  ),
  onlyAgainst: z.array(count).nullable().describe('competitors, where some other classes are left out'),
  source: place,
  advisory: z.boolean().describe('shown, but it counts for nothing'),
  status,
  reused: z.boolean().describe('decided in an earlier run and only checked again in this one'),
  detail: z.string().describe('why, for people; empty where nothing is to be said'),
  holes: z.array(z.string()).describe('who is trusted, by name'),
  margin: z.number().nullable().describe('least proved lead over a competitor, where proofs have one'),
  seconds: z.number().min(0).describe('spent on deciding it, in this run or an earlier one'),
  counterexample: z
    .strictObject({
      obligation: z.string().nullable().describe('id; null for a property that is decided as a whole'),
      source: z.string(),
      picture: z.string().nullable().describe('PNG file, for models of images'),
    })
    .nullable(),
});

const recall = z.strictObject({
  class: count.nullable().describe('null: all samples, by the NAP of their own label'),
  dataset: dataset.nullable().describe('null if it was not measured'),
  minimum: z.number(),
  measured: share.nullable(),
  advisory: z.boolean(),
  source: place,
  mining: dataset
    .nullable()
    .describe('samples that the NAPs were mined from, which were compared one by one; null if none were'),
  status: z
    .enum(['met', 'too-low', 'missing', 'not-held-out'])
    .describe(
      'missing: not measured, or not shown to be held out; not-held-out: all of its samples are of the mining data',
    ),
  detail: z.string(),
});

const certificate = z.strictObject({
  file: z.string(),
  sha256: sha256Hex.nullable().describe('of the bytes that were checked; null if they could not be read'),
  origin: z
    .enum(['proved', 'extended', 'reused'])
    .describe('extended: part of it was taken over from an earlier certificate and checked again'),
  check: z.enum(['valid', 'incomplete', 'invalid']).describe('by the independent checker, in this run'),
  signature: z
    .enum(['verified', 'rejected', 'not-asked'])
    .describe('verified: by a key that was given, over the bytes that were checked'),
  rejection: rejection.nullable(),
});

const model = z.strictObject({
  name: z.string().describe('in the policy'),
  file: z.string(),
  sha256: sha256Hex,
  specification: file.nullable(),
  naps: z
    .strictObject({ file: z.string(), sha256: sha256Hex, delta: z.string() })
    .nullable()
    .describe('null if no property needs NAPs, or if they cannot be used'),
  arithmetic: z.enum(['real', 'float32']),
  domain: z.string().describe('inputs that the claims speak about, in words'),
  certificate: certificate.nullable().describe('null if there is none'),
  requirements: z.array(requirement),
  recall: z.array(recall),
  redo: z.array(z.string()).describe('what had to be decided anew, or still has to be, and why'),
});

const verdict = z.strictObject({ before: z.string().nullable(), now: z.string().nullable() });

const numbers = z.strictObject({ before: z.number().nullable(), now: z.number().nullable() });

const weights = z
  .strictObject({ before: z.boolean().nullable(), now: z.boolean().nullable() })
  .describe('null where there is no such requirement');

const change = z.enum(['same', 'better', 'worse', 'added', 'dropped']);

const baseline = z.strictObject({
  file: z.string(),
  sha256: sha256Hex,
  outcome,
  models: z.array(
    z.strictObject({
      name: z.string(),
      change: z.enum(['same', 'changed', 'added', 'removed']).describe('of the model, by digest'),
      requirements: z
        .array(
          z.strictObject({
            id: z.string(),
            change,
            status: verdict,
            advisory: weights,
            margin: numbers,
          }),
        )
        .describe('those that differ in status, weight or margin'),
      recall: z.array(
        z.strictObject({
          class: count.nullable(),
          change: change.describe('better or worse: of the status, else of the share'),
          status: verdict,
          advisory: weights,
          minimum: numbers,
          before: z.number().nullable().describe('share; null if it was not measured'),
          now: z.number().nullable(),
          sameData: z
            .boolean()
            .nullable()
            .describe('measured on the same samples, by digest; null if one of the two was not measured'),
        }),
      ),
    }),
  ),
});

export const decisionSchema = z.strictObject({
  format: z.literal('napcert-gate/1'),
  napcert: z.string().describe('version of napcert that wrote this'),
  policy: z.strictObject({ file: z.string(), sha256: sha256Hex, name: z.string() }),
  outcome,
  exitCode: z.union([z.literal(0), z.literal(1), z.literal(3), z.literal(4)]).describe('of the outcome'),
  reasons: z.array(z.string()).describe('why it did not pass, the gravest first; empty if it passed'),
  counts: z
    .strictObject({
      met: count,
      violated: count,
      unknown: count,
      vacuous: count,
      hole: count,
      missing: count,
      rejected: count,
      'too-low': count,
      'not-held-out': count,
    })
    .describe('requirements by status, those about recall and advisory ones included'),
  interrupted: z.boolean(),
  models: z.array(model),
  baseline: baseline.nullable(),
  startedAt: z.iso.datetime(),
  verifiedAt: z.iso.datetime(),
});

export type Decision = z.infer<typeof decisionSchema>;
export type GateOutcome = Decision['outcome'];
export type DecidedModel = Decision['models'][number];
export type Requirement = DecidedModel['requirements'][number];
export type RequirementStatus = Requirement['status'];
export type MeasuredRecall = DecidedModel['recall'][number];
export type GateCertificate = NonNullable<DecidedModel['certificate']>;
export type Baseline = NonNullable<Decision['baseline']>;
