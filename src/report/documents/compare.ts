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

const inclusion = z
  .strictObject({
    verdict: z.enum(['proved', 'refuted', 'unknown']),
    by: z
      .enum(['literals', 'sample', 'engine'])
      .describe(
        'literals: one has all of the other; sample: one follows the first and not the second; engine: proofs that the checker accepted, or an input that was replayed',
      ),
    literals: count.describe('literals of the outer NAP that the inner one lacks'),
    why: z.string().nullable().describe('the input that refutes it, or what keeps it open'),
  })
  .describe('does every input of the domain that follows the one NAP follow the other?');

export const compareSchema = z.strictObject({
  ...header('compare'),
  a: side,
  b: side,
  sameModel: z.boolean().describe('the same ONNX file; else literals are matched by tensor name and index'),
  dataset: datasetReference.nullable(),
  transferred: z
    .boolean()
    .describe("B has no NAP file: A's literals are read as literals of the second model"),
  napsOutput: z.string().nullable().describe("A's NAPs as a NAP file of the second model"),
  inclusion: z
    .strictObject({
      domain: z.string(),
      timeoutSeconds: z.number().describe('per class and direction'),
      certificate: z
        .strictObject({ file: z.string(), sha256: sha256Hex })
        .nullable()
        .describe('of what the engine decided; null unless asked for, or if it was not needed'),
    })
    .nullable()
    .describe('null unless asked for'),
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
      inclusions: z
        .strictObject({ aInB: inclusion, bInA: inclusion })
        .nullable()
        .describe('null unless asked for, or if a file has no NAP of the class'),
      followersOfBoth: count.nullable(),
    }),
  ),
  interrupted: z.boolean(),
});

export type CompareDocument = z.infer<typeof compareSchema>;
