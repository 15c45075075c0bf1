import { z } from 'zod';
import { checkSchema } from './check.js';
import { header } from './header.js';
import { mineSchema } from './mine.js';
import { verifySchema } from './verify.js';

export const demoSchema = z.strictObject({
  ...header('demo'),
  folder: z.string().describe('where everything was written'),
  mined: mineSchema,
  proved: verifySchema.describe('delta 0.99: all classes and pairs, with proofs'),
  solved: verifySchema.describe('delta 0.99: all classes again, by GLPK, which must be trusted'),
  refuted: verifySchema.describe('delta 1: properties that are violated on purpose'),
  picture: z
    .strictObject({
      file: z.string().describe('PNG of all counterexamples side by side'),
      obligation: z.string(),
      source: z.string(),
      shown: z.array(z.strictObject({ obligation: z.string(), source: z.string() })),
      rows: z.array(z.array(z.number())).describe('the first counterexample, pixel by pixel'),
    })
    .nullable(),
  checks: z.array(checkSchema).describe('one per certificate, in the order above'),
  commands: z.array(z.string()).describe('what to type for the same, line by line'),
});

export type DemoDocument = z.infer<typeof demoSchema>;
