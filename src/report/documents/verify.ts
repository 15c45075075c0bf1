import { z } from 'zod';
import { count, datasetReference, header, modelReference, onlyAgainst, sha256Hex } from './header.js';
import { scalingPair } from './invariance.js';
import { proofReachSchema } from './proof-reach.js';

const obligation = z.strictObject({
  id: z.string(),
  verdict: z.enum(['unsat', 'sat', 'unknown']).describe('unsat: the region where the claim fails is empty'),
  engine: z.string(),
  seconds: z.number().min(0).describe('that deciding it took, in the earlier run if it was taken over'),
  earlier: z
    .boolean()
    .describe('taken over from an earlier certificate, after the checker had accepted it again'),
  trusted: z.array(z.string()).describe('steps of its proof that are taken on trust'),
  counterexample: z
    .strictObject({ source: z.string(), logits: z.array(z.string()).describe('exact, as decimals') })
    .nullable(),
  open: z
    .strictObject({ reason: z.string(), detail: z.string(), suggestion: z.string() })
    .nullable()
    .describe('why it is unknown'),
});

const property = z.strictObject({
  id: z.string(),
  claim: z.string(),
  onlyAgainst,
  verdict: z.enum(['holds', 'violated', 'unknown', 'vacuous']),
  witnesses: z.array(z.string()).describe('points that show that the claim speaks about something'),
  obligations: z
    .array(obligation)
    .describe('empty for a property that is decided as a whole: scalar-invariance, cone'),
  scaling: scalingPair.nullable().describe('the counterexample to scalar-invariance'),
});

export const verifySchema = z.strictObject({
  ...header('verify'),
  model: modelReference,
  naps: z.strictObject({ file: z.string(), sha256: sha256Hex, delta: z.string() }).nullable(),
  dataset: datasetReference.nullable(),
  certificate: z.strictObject({ file: z.string(), sha256: sha256Hex }),
  envelope: z.string().nullable().describe('the signed certificate, a DSSE envelope; null unless asked for'),
  domain: z.string().describe('the inputs that the claims speak about, in words'),
  arithmetic: z
    .enum(['real', 'float32'])
    .describe('real: exact arithmetic on the stored weights; float32: every order of float32 operations'),
  interrupted: z.boolean(),
  counts: z.strictObject({ holds: count, violated: count, unknown: count, vacuous: count }),
  properties: z.array(property),
  epsilons: z
    .array(
      z.strictObject({
        reference: z.string(),
        class: count,
        nap: z.boolean(),
        proved: z.number().positive().nullable().describe('largest epsilon with a proof'),
        refuted: z.number().positive().nullable().describe('smallest epsilon with a counterexample'),
        open: z.number().positive().nullable().describe('smallest epsilon between them that stayed open'),
        probes: count,
      }),
    )
    .nullable()
    .describe('per reference; null unless asked for'),
  reach: z.array(proofReachSchema).describe('where the proofs begin that take nothing on trust'),
  pictures: z
    .strictObject({
      files: z.array(z.string()),
      beside: z
        .array(
          z.array(
            z.strictObject({
              class: count,
              sample: z.string(),
              distance: z.number().positive().describe('Euclidean, from the counterexample'),
            }),
          ),
        )
        .describe(
          'for each file the nearest samples that follow the NAPs, drawn right of the counterexample',
        ),
      refusal: z.string().nullable().describe('why there can be none'),
    })
    .nullable()
    .describe('PNGs of counterexamples; null unless asked for'),
  counterexamples: z
    .array(z.string())
    .readonly()
    .nullable()
    .describe('JSON files of counterexamples; null unless asked for'),
});

export type VerifyDocument = z.infer<typeof verifySchema>;
export type VerifiedProperty = z.infer<typeof property>;
export type VerifiedObligation = z.infer<typeof obligation>;
