import { z } from 'zod';
import { count, header } from './header.js';
import { verifySchema } from './verify.js';

const { model, certificate, arithmetic, interrupted, counts, properties } = verifySchema.shape;

export const mergeSchema = z.strictObject({
  ...header('merge'),
  model,
  certificates: z
    .array(
      z.strictObject({
        file: z.string(),
        decided: count.describe('obligations that it decides, re-checked'),
      }),
    )
    .describe('what was merged'),
  certificate,
  arithmetic,
  interrupted,
  counts,
  properties,
});

export type MergeDocument = z.infer<typeof mergeSchema>;
