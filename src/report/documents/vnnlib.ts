import { z } from 'zod';
import { count, header, modelReference, sha256Hex } from './header.js';

export const vnnlibSchema = z.strictObject({
  ...header('vnnlib'),
  model: modelReference,
  query: z.strictObject({
    file: z.string(),
    sha256: sha256Hex.describe('of the text, unpacked'),
    version: z.enum(['1.0', '2.0']),
    elementType: z.enum(['real', 'float32']).describe('the arithmetic that the verdict is about'),
  }),
  verdict: z.enum(['sat', 'unsat', 'unknown', 'timed-out']),
  reason: z.string().nullable().describe('why it is open; null for sat and unsat'),
  assignment: z
    .array(
      z.strictObject({
        name: z.string(),
        elementType: z.string(),
        shape: z.array(count),
        values: z.array(z.string()),
      }),
    )
    .nullable()
    .describe('for sat: every declared tensor'),
  certificate: z.strictObject({ file: z.string(), sha256: sha256Hex }).nullable(),
  seconds: z.number().min(0),
});

export type VnnlibDocument = z.infer<typeof vnnlibSchema>;
