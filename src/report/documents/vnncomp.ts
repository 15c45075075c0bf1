import { z } from 'zod';
import { count, header } from './header.js';

export const vnncompSchema = z.strictObject({
  ...header('vnncomp'),
  instances: count.describe('rows of the lists'),
  kept: count.describe('of them: answered by an earlier run, and not asked again'),
  results: z.string().describe('the results file'),
  counts: z
    .strictObject({ unsat: count, sat: count, timeout: count, unknown: count, error: count })
    .describe('of all that are answered, kept ones included'),
  rows: z
    .array(
      z.strictObject({
        category: z.string(),
        onnx: z.string(),
        vnnlib: z.string(),
        result: z.enum(['unsat', 'sat', 'timeout', 'unknown', 'error']),
        seconds: z.number().min(0),
        reason: z.string().nullable().describe('why it is open or in error; null for sat and unsat'),
        counterexample: z.string().nullable(),
      }),
    )
    .describe('of this run, in order'),
});

export type VnncompDocument = z.infer<typeof vnncompSchema>;
