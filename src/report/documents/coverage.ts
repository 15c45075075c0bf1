import { z } from 'zod';
import { count, datasetReference, header, modelReference, sha256Hex } from './header.js';
import { confusionSchema } from './literal-statistics.js';
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
      otherFollowers: count.describe('samples with other labels that follow the NAP'),
      counterexamples: count.describe('followers of any label that the model classifies otherwise'),
      counterexampleSamples: z.array(count).describe('the first of them, as indices into the chosen samples'),
    }),
  ),
  recall: share.describe('samples that follow the NAP of their own label'),
  otherFollowers: count,
  counterexamples: count,
  disjointPairs: z.strictObject({ count, of: count }),
  uncovered: count.describe('samples that follow no NAP'),
  confusion: confusionSchema,
});

export type CoverageDocument = z.infer<typeof coverageSchema>;
