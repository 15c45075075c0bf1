import { z } from 'zod';
import { count, header } from './header.js';

export const initSchema = z.strictObject({
  ...header('init'),
  policy: z.string(),
  specification: z.string(),
  naps: z.string().describe('mined from the part `mine` of the data'),
  classes: z.array(count).describe('with a NAP, and a claim in the specification'),
  recall: z.strictObject({
    measured: z.number().describe('share of the held-out samples that follow the NAP of their label'),
    minimum: z.number().describe('that the policy asks for'),
  }),
  refuted: z
    .array(count)
    .describe(
      'classes whose claim is false already: a held-out sample follows the NAP and gets another class',
    ),
  domain: z.strictObject({ lower: z.number(), upper: z.number() }),
  next: z.string().describe('command to run now'),
});

export type InitDocument = z.infer<typeof initSchema>;
