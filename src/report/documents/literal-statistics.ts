/** Statistics of literals that several documents share. */
import { z } from 'zod';
import { count } from './header.js';

export const recallLossSchema = z
  .strictObject({
    lost: count.describe('samples of the class that do not follow its NAP'),
    byOneLiteral: count.describe('those of them that violate a single literal'),
    literals: z.array(
      z.strictObject({
        tensor: z.string(),
        index: count,
        phase: z.enum(['active', 'inactive']),
        violated: count.describe('samples of the class that violate the literal'),
        alone: count.describe('those that violate no other: the gain of dropping only this literal'),
      }),
    ),
  })
  .describe('which literals carry the loss of recall; the costliest first');

export const entropySchema = z
  .array(
    z.strictObject({
      tensor: z.string(),
      neurons: count,
      overall: z.number().describe('mean bits of the phase of a neuron, over all samples'),
      withinClass: z.number().describe('the same within a class, mean over the classes'),
    }),
  )
  .describe('on the mining data, layer by layer');

export const confidenceSchema = z
  .strictObject({
    tests: count.describe('pairs of neuron and class that were tested'),
    literals: count,
    confirmed: count.describe(
      'literals whose frequency in the population is at least delta, with 95 % confidence for all of them together (Bonferroni)',
    ),
    belowOnHeldOut: count
      .nullable()
      .describe('literals whose frequency in the held-out samples of the class is below delta'),
  })
  .describe('how far literals speak about more than the samples they were mined from');

export const confusionSchema = z
  .array(z.strictObject({ class: count, label: count, prediction: count, count }))
  .describe(
    'followers of the NAP of `class` whose label or prediction is another class; the most frequent first',
  );

export type RecallLossDocument = z.infer<typeof recallLossSchema>;
export type EntropyDocument = z.infer<typeof entropySchema>;
export type ConfidenceDocument = z.infer<typeof confidenceSchema>;
export type ConfusionDocument = z.infer<typeof confusionSchema>;
