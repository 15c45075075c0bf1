import { z } from 'zod';
import { count, datasetReference, header, modelReference, sha256Hex } from './header.js';
import { share } from './mine.js';

const side = z.strictObject({
  model: modelReference,
  naps: z.strictObject({ file: z.string(), sha256: sha256Hex, delta: z.string() }),
  certificate: z
    .strictObject({
      file: z.string(),
      sha256: sha256Hex,
      verdict: z.enum(['valid', 'incomplete', 'invalid']),
    })
    .nullable(),
});

const sideOfClass = z.strictObject({
  literals: count,
  recall: share.nullable().describe('null without --data'),
  otherFollowers: count.nullable(),
  counterexamples: count.nullable(),
  verdict: z
    .string()
    .nullable()
    .describe(
      'of non-misclassification against all other classes, as the checker accepts it; null if there is none',
    ),
});

export const compareSchema = z.strictObject({
  ...header('compare'),
  a: side,
  b: side,
  sameModel: z.boolean().describe('the same ONNX file; else literals are matched by tensor name and index'),
  dataset: datasetReference.nullable(),
  classes: z.array(
    z.strictObject({
      class: count,
      a: sideOfClass.nullable().describe('null if the file has no NAP of the class'),
      b: sideOfClass.nullable(),
      shared: count.describe('literals in both'),
      lost: count.describe('literals of A that are not in B'),
      gained: count.describe('literals of B that are not in A'),
      reversed: count.describe(
        'neurons that are required on by one and off by the other; also lost and gained',
      ),
      layers: z.array(z.strictObject({ tensor: z.string(), shared: count, lost: count, gained: count })),
      regions: z
        .enum(['equal', 'a-in-b', 'b-in-a', 'disjoint', 'not-shown', 'other-model'])
        .describe(
          'what the literals alone prove: more literals make a smaller region; disjoint in the strict reading of literals',
        ),
      followersOfBoth: count.nullable(),
    }),
  ),
});

export type CompareDocument = z.infer<typeof compareSchema>;
