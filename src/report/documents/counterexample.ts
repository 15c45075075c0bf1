import { z } from 'zod';
import { header, sha256Hex } from './header.js';

/** One file per counterexample, written by `verify --counterexamples`. */
export const counterexampleSchema = z.strictObject({
  ...header('counterexample'),
  model: z.strictObject({ name: z.string(), sha256: sha256Hex }),
  arithmetic: z
    .enum(['real', 'float32'])
    .describe('what evaluates the model in the refuted claim; exact arithmetic, or a float32 runtime'),
  obligation: z.strictObject({ id: z.string(), digest: sha256Hex.describe('as in the certificate') }),
  input: z.strictObject({
    tensor: z.string(),
    shape: z.array(z.int().min(1)).describe('without the batch axis'),
  }),
  point: z
    .array(z.string())
    .describe(
      'decimal strings, row by row; each reads back as the same float of the element type of the model',
    ),
  exactLogits: z.array(z.string()).describe('exact values, rounded to 17 digits'),
  runtimeLogits: z
    .array(z.string())
    .nullable()
    .describe('onnxruntime on the original file; null if it was not available'),
  source: z.string().describe('where the point came from'),
});

export type CounterexampleDocument = z.infer<typeof counterexampleSchema>;
