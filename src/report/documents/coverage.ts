import { z } from 'zod';
import { count, datasetReference, header, modelReference, sha256Hex } from './header.js';
import { confidenceSchema, confusionSchema, entropySchema, recallLossSchema } from './literal-statistics.js';
import { share } from './mine.js';

export const coverageSchema = z.strictObject({
  ...header('coverage'),
  model: modelReference,
  naps: z.strictObject({ file: z.string(), sha256: sha256Hex, delta: z.string() }),
  dataset: datasetReference,
  classes: z.array(
    z.strictObject({
      class: count,
      active: count,
      inactive: count,
      recall: share.describe('samples labelled with the class that follow its NAP'),
      miningRecall: share
        .nullable()
        .describe('on the data the NAP was mined from, as its file has it; null if that is not known'),
      otherFollowers: count.describe('samples with other labels that follow the NAP'),
      counterexamples: count.describe('followers of any label that the model classifies otherwise'),
      counterexampleSamples: z.array(count).describe('the first of them, as indices into the chosen samples'),
      loss: recallLossSchema,
    }),
  ),
  recall: share.describe('samples that follow the NAP of their own label'),
  otherFollowers: count,
  counterexamples: count,
  disjointPairs: z.strictObject({ count, of: count }),
  uncovered: count.describe('samples that follow no NAP'),
  confusion: confusionSchema,
  entropy: entropySchema.describe('of these samples, layer by layer'),
  confidence: confidenceSchema.describe(
    'are the literals as frequent as delta says, judged by these samples alone? belowOnHeldOut is about them too',
  ),
  pictures: z.strictObject({ heatMap: z.string().nullable(), montage: z.string().nullable() }),
});

export type CoverageDocument = z.infer<typeof coverageSchema>;
