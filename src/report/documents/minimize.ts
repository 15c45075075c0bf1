import { z } from 'zod';
import { domainShape } from './ceiling.js';
import { count, header, modelReference, sha256Hex } from './header.js';

const row = z.strictObject({
  class: count,
  verdict: z
    .enum(['proved', 'not-proved'])
    .describe('not-proved: the given NAP was not proved in time; it is not written'),
  before: count.describe('literals given'),
  after: count,
  minimal: z
    .enum(['inclusion', 'up-to-limits', 'unknown'])
    .describe(
      'inclusion: without any one literal the suffix has a counterexample; up-to-limits: some tests ended undecided',
    ),
  undecided: count.describe('literals whose need was not shown'),
  depth: count.describe('last hidden layers that the proof is about; need is meant behind that cut'),
  margin: z.number().nullable(),
  proofCalls: count,
  proofsReused: count.describe('proofs of an earlier step that still held'),
  seconds: z.number(),
});

export const minimizeSchema = z.strictObject({
  ...header('minimize'),
  model: modelReference,
  input: z.strictObject({ file: z.string(), sha256: sha256Hex }),
  naps: z.strictObject({ file: z.string(), sha256: sha256Hex }).nullable(),
  certificate: z.strictObject({ file: z.string(), sha256: sha256Hex }).nullable(),
  domain: domainShape,
  method: z.string(),
  margin: z.number(),
  classes: z.array(row),
  interrupted: z.boolean(),
  seconds: z.number(),
});

export type MinimizeDocument = z.infer<typeof minimizeSchema>;
export type MinimizedRow = z.infer<typeof row>;
