import { z } from 'zod';
import { count, header, modelReference, sha256Hex } from './header.js';

export const guardSchema = z.strictObject({
  ...header('guard'),
  model: modelReference,
  certificate: z.strictObject({
    file: z.string(),
    sha256: sha256Hex,
    verdict: z.enum(['valid', 'incomplete', 'invalid']).describe('of the checker, which ran first'),
  }),
  output: z
    .strictObject({ file: z.string(), sha256: sha256Hex })
    .nullable()
    .describe('the guarded model; null if the certificate was rejected or shows nothing for any class'),
  outputs: z.strictObject({
    follows: z
      .string()
      .describe('name of the output, bool [batch, classes]: all literals of the NAP of the class hold'),
    distance: z
      .string()
      .describe('name of the output, int32 [batch, classes]: literals of the NAP that do not hold'),
    certified: z
      .string()
      .describe(
        'name of the output, bool [batch]: the proved NAP of the predicted class is followed, inside the domain',
      ),
  }),
  domain: z.string().nullable(),
  narrowed: z
    .boolean()
    .describe('inputs of the domain on which the network could overflow are never certified'),
  arithmetic: z.enum(['real', 'float32']).nullable(),
  classes: z.array(
    z.strictObject({
      class: count,
      literals: count.nullable().describe('null if the certificate has no NAP of the class'),
      certified: z.boolean(),
      why: z.string().nullable().describe('why predictions of this class are never certified'),
    }),
  ),
  meaning: z.array(z.string()).describe('what the flags say and do not say'),
  addedNodes: count,
  compared: count.describe('inputs on which the original outputs were found bit-identical in onnxruntime'),
  rejection: z
    .strictObject({ place: z.string(), rule: z.string(), expected: z.string(), found: z.string() })
    .nullable(),
});

export type GuardDocument = z.infer<typeof guardSchema>;
