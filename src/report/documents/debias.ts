import { z } from 'zod';
import { count, datasetReference, header, modelReference, sha256Hex } from './header.js';
import { accuracyRows } from './scalars.js';

export const debiasSchema = z.strictObject({
  ...header('debias'),
  model: modelReference,
  dataset: datasetReference.nullable(),
  removed: z
    .array(
      z.strictObject({
        name: z.string().describe('stored constant that acts as a bias'),
        node: z.string(),
        nonZero: count,
        largest: z.number().describe('largest magnitude'),
      }),
    )
    .describe('in the order of the graph'),
  verdict: z
    .enum(['scalar-invariant', 'argmax-invariant', 'not-homogeneous'])
    .describe('of the model without these constants'),
  left: z.string().nullable().describe('why it is still not homogeneous'),
  accuracy: z
    .strictObject({ before: accuracyRows, after: accuracyRows })
    .nullable()
    .describe('in onnxruntime; null without a dataset'),
  output: z.strictObject({ file: z.string(), sha256: sha256Hex }).nullable(),
});

export type DebiasDocument = z.infer<typeof debiasSchema>;
