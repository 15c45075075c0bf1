import { z } from 'zod';
import { count, datasetReference, header, modelReference } from './header.js';

export const accuracyRows = z.array(
  z.strictObject({
    factor: z.number(),
    correct: count,
    accuracy: z.number().min(0).max(1),
    changed: count.describe('samples whose class is not the one of factor 1'),
  }),
);

const end = z.strictObject({
  exact: z.string().describe('p/q or an integer'),
  decimal: z.string(),
});

export const scalarsSchema = z.strictObject({
  ...header('scalars'),
  model: modelReference,
  dataset: datasetReference,
  accuracy: accuracyRows.describe(
    'in onnxruntime, the scaled samples rounded to the element type of the model',
  ),
  sample: z
    .strictObject({
      index: count.describe('among the chosen samples'),
      label: count,
      breakpoints: count.describe('factors at which the network changes its affine piece'),
      complete: z.boolean().describe('false: too many breakpoints, so the list ends early'),
      intervals: z
        .array(z.strictObject({ from: end, to: end, classes: z.array(count) }))
        .describe('open intervals of the factor, exact; at the points between them logits tie'),
    })
    .nullable(),
  pictures: z.array(z.string()),
});

export type ScalarsDocument = z.infer<typeof scalarsSchema>;
