/** The specification file (YAML or JSON): what a person writes. Paths in it are relative to the file. */
import { z } from 'zod';
import { eagerList } from '../util/eager-list.js';
import { PLAIN_TEXT } from '../util/plain-text.js';

const text = () => z.string().regex(PLAIN_TEXT, 'control characters are not allowed');
const classNumber = z.int().min(0).max(100_000);
const bound = z.union([z.number(), eagerList(z.number()).min(1)]);

const domain = z.union([
  z.literal('unbounded'),
  z.literal('orthant'),
  z.strictObject({ lower: bound, upper: bound }),
]);

const reference = z.union([
  z.strictObject({
    data: text().min(1).describe('Dataset path or `mnist`'),
    sample: z.int().min(0).describe('Index of the sample in the dataset'),
    labels: text().optional(),
  }),
  z.strictObject({ input: eagerList(z.number()).min(1), name: text().optional() }),
]);

const property = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('non-misclassification'),
    classes: z.array(classNumber).min(1).optional().describe('Default: every class with a NAP'),
    competitors: z.array(classNumber).min(1).optional().describe('Default: every other class'),
  }),
  z.strictObject({
    kind: z.literal('non-ambiguity'),
    pairs: z
      .array(z.tuple([classNumber, classNumber]))
      .min(1)
      .optional()
      .describe('Default: every pair'),
  }),
  z.strictObject({
    kind: z.literal('local-robustness'),
    reference,
    class: classNumber.optional().describe('Default: the class the model gives the reference'),
    competitors: z.array(classNumber).min(1).optional(),
    epsilon: z.number().positive().describe('L-infinity radius in input units'),
    nap: z.boolean().default(false).describe('Restrict to followers of the class NAP'),
  }),
  z.strictObject({
    kind: z.literal('scalar-invariance'),
    preprocessing: z
      .enum(['none', 'scale', 'shift'])
      .optional()
      .describe(
        'What is done to an image before it enters the model: nothing, multiplication by a positive constant, or a shift; recorded, not checked',
      ),
  }),
]);

export const specFileSchema = z.strictObject({
  napcert: z.literal(1).describe('Version of this file format'),
  model: text().min(1).optional().describe('ONNX file; the command line may name it instead'),
  naps: text().min(1).optional().describe('NAP file; the command line may name it instead'),
  domain: domain.default({ lower: 0, upper: 1 }).describe('Inputs the claims speak about'),
  properties: z.array(property).min(1),
});

export type SpecFile = z.infer<typeof specFileSchema>;
export type PropertyTemplate = SpecFile['properties'][number];

/** JSON Schema of the file, as published in `specs/spec.schema.json`. */
export function specJsonSchema(): unknown {
  return z.toJSONSchema(specFileSchema, { io: 'input' });
}
