import { z } from 'zod';
import { count, datasetReference, header, modelReference, sha256Hex } from './header.js';
import { entropySchema } from './literal-statistics.js';

export const share = z
  .strictObject({
    count,
    of: count,
    value: z.number().nullable().describe('count / of; null if there is nothing to divide by'),
    low: z.number().describe('lower end of the Wilson 95 % interval'),
    high: z.number().describe('upper end of the Wilson 95 % interval'),
  })
  .describe('a share of samples');

const minedClass = z.strictObject({
  class: count,
  support: count.describe('samples the NAP was mined from'),
  active: count.describe('literals that require a neuron on'),
  inactive: count.describe('literals that require a neuron off'),
  recall: share.describe('samples of the class that follow the NAP, of the mining data'),
  heldOutRecall: share
    .nullable()
    .describe('the same of the held-out data, the samples of a class being chosen in the same way'),
  otherFollowers: count.describe('followers from other classes, on mining and held-out data together'),
  counterexamples: count.describe('followers that the model classifies otherwise, on both together'),
});

export const mineSchema = z.strictObject({
  ...header('mine'),
  model: modelReference,
  dataset: datasetReference,
  heldOut: datasetReference.nullable(),
  grouping: z.enum(['label', 'prediction']),
  samples: z.enum(['all', 'correct']),
  deltaMeaning: z.string(),
  entropy: entropySchema,
  recounted: count.describe('samples decided by exact arithmetic because rounding could have changed a sign'),
  results: z.array(
    z.strictObject({
      delta: z.string(),
      file: z.string(),
      sha256: sha256Hex.describe('of the NAP file'),
      classes: z.array(minedClass),
      classesWithoutSamples: z.array(count),
      disjointPairs: z
        .strictObject({ count, of: count })
        .describe('pairs of classes whose NAPs contradict each other in at least one neuron'),
    }),
  ),
});

export type MineDocument = z.infer<typeof mineSchema>;
export type MinedClassRow = z.infer<typeof minedClass>;
