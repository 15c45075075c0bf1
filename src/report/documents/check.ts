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
  certificate: z.strictObject({
    file: z.string(),
    sha256: sha256Hex.describe('of the certificate itself; of the file if its signature was rejected'),
  }),
  signature: z
    .strictObject({
      verified: z.boolean(),
      keyid: sha256Hex.nullable().describe('of the key that was given and fits; null if none does'),
    })
    .nullable()
    .describe('null if no key was given: then nothing is said about signatures'),
  naps: z.strictObject({ file: z.string(), sha256: sha256Hex }).nullable(),
  verdict: verdict.describe('incomplete: nothing is wrong, but the named holes are taken on trust'),
  domain: z
    .string()
    .nullable()
    .describe('inputs that the claims speak about, in words; null if the signature was rejected'),
  arithmetic: z
    .enum(['real', 'float32'])
    .nullable()
    .describe('what evaluates the network; null if the signature was rejected'),
  interrupted: z
    .boolean()
    .nullable()
    .describe(
      'the certificate says that its run was stopped; null if the signature was rejected. What was not reached is undecided in it',
    ),
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
