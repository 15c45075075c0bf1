import { z } from 'zod';
import { header, modelReference, onlyAgainst, sha256Hex } from './header.js';

const rejection = z.strictObject({
  place: z.string().describe('in the certificate'),
  rule: z.string(),
  expected: z.string(),
  found: z.string(),
});

const verdict = z.enum(['valid', 'incomplete', 'invalid']);

export const checkSchema = z.strictObject({
  ...header('check'),
  model: modelReference,
  certificate: z.strictObject({ file: z.string(), sha256: sha256Hex }),
  naps: z.strictObject({ file: z.string(), sha256: sha256Hex }).nullable(),
  verdict: verdict.describe('incomplete: nothing is wrong, but the named holes are taken on trust'),
  domain: z.string().describe('inputs that the claims speak about, in words'),
  arithmetic: z.enum(['real', 'float32']).describe('what evaluates the network'),
  properties: z.array(
    z.strictObject({
      id: z.string(),
      claim: z.string().describe("what was proved or refuted; names of points are the author's"),
      onlyAgainst,
      claimed: z.string().describe('verdict that the certificate claims'),
      verdict,
      holes: z.array(z.string()),
      rejection: rejection.nullable(),
    }),
  ),
  holes: z.array(z.string()),
  rejection: rejection.nullable().describe('the first failing step'),
});

export type CheckDocument = z.infer<typeof checkSchema>;
