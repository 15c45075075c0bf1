import { z } from 'zod';
import { header, sha256Hex } from './header.js';
import { proofReachSchema } from './proof-reach.js';

const sentences = z.array(z.string());

export const explainSchema = z.strictObject({
  ...header('explain'),
  certificate: z.strictObject({ file: z.string(), sha256: sha256Hex }),
  model: z.strictObject({ name: z.string(), sha256: sha256Hex, file: z.string().nullable() }),
  verdict: z
    .enum(['valid', 'incomplete', 'invalid', 'unchecked'])
    .describe('of the independent checker; unchecked: the model was not found'),
  why: z.string(),
  inputs: sentences.describe('what the claims speak about'),
  reach: z
    .array(proofReachSchema)
    .describe('where the proofs begin that take nothing on trust; empty if the certificate is not accepted'),
  arithmetic: sentences,
  proved: sentences,
  refuted: sentences,
  notShown: sentences.describe('claims that the certificate does not settle'),
  notClaimed: sentences,
  trusted: sentences,
  stated: sentences.describe('what the author of the certificate says besides; nothing checks it'),
  reCheck: z.string().describe('command line'),
});

export type ExplainDocument = z.infer<typeof explainSchema>;
