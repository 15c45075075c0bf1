import { z } from 'zod';
import { count, datasetReference, header, modelReference, sha256Hex } from './header.js';
import { confidenceSchema, entropySchema, recallLossSchema } from './literal-statistics.js';
import { share } from './mine.js';

const curveClass = z.strictObject({
  class: count,
  active: count,
  inactive: count,
  recall: share.describe('on the mining data'),
  heldOutRecall: share.nullable(),
  otherFollowers: count.describe('followers from other classes, on both data together'),
  counterexamples: count.describe('followers that the model classifies otherwise, on both data together'),
  loss: recallLossSchema.describe('on the held-out data if there are any, else on the mining data'),
  verdict: z
    .enum(['holds', 'violated', 'unknown', 'vacuous'])
    .nullable()
    .describe('of non-misclassification against all other classes; null without --verify'),
});

export const curveSchema = z.strictObject({
  ...header('curve'),
  model: modelReference,
  dataset: datasetReference,
  heldOut: datasetReference.nullable(),
  grouping: z.enum(['label', 'prediction']),
  samples: z.enum(['all', 'correct']),
  deltaMeaning: z.string(),
  entropy: entropySchema,
  points: z
    .array(
      z.strictObject({
        delta: z.string(),
        classes: z.array(curveClass),
        recall: share.describe('samples of the mining data that follow the NAP of their class'),
        heldOutRecall: share.nullable(),
        disjointPairs: z.strictObject({ count, of: count }),
        followersOfSeveral: count.describe('samples, of both data, that follow the NAPs of several classes'),
        confidence: confidenceSchema,
        naps: z.strictObject({ file: z.string(), sha256: sha256Hex }).nullable(),
        certificate: z.strictObject({ file: z.string(), sha256: sha256Hex }).nullable(),
      }),
    )
    .describe('one per delta, descending'),
  picture: z.string().nullable().describe('SVG file'),
  interrupted: z.boolean(),
});

export type CurveDocument = z.infer<typeof curveSchema>;
