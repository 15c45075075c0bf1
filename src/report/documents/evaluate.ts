import { z } from 'zod';
import { count, datasetReference, header, modelReference } from './header.js';

export const evaluateSchema = z.strictObject({
  ...header('evaluate'),
  model: modelReference,
  dataset: datasetReference,
  correct: count,
  accuracy: z.number().min(0).max(1),
  accuracyInterval: z.tuple([z.number(), z.number()]).describe('Wilson 95 % interval'),
  classes: z.array(
    z.strictObject({
      class: count,
      name: z.string().nullable(),
      samples: count,
      predicted: count.describe('samples of any label that get this class'),
      correct: count,
      recall: z.number().nullable().describe('correct / samples; null without samples'),
      precision: z.number().nullable().describe('correct / predicted; null if never predicted'),
    }),
  ),
  confusion: z.array(z.array(count)).describe('row: label; column: predicted class'),
});

export type EvaluateDocument = z.infer<typeof evaluateSchema>;
