import { z } from 'zod';
import { count, datasetReference, header, modelReference, sha256Hex } from './header.js';

const place = z.strictObject({
  node: z.string(),
  operator: z.string(),
  reason: z.string(),
  culprits: z
    .array(z.strictObject({ name: z.string(), index: count, value: z.number() }))
    .describe('the first few numbers that are to blame'),
  count: count.describe('how many of them there are'),
});

export const scalingPair = z.strictObject({
  source: z.string(),
  factor: z.number(),
  classes: z.tuple([count, count]).describe('exact class of the input and of factor times the input'),
  runtimeClasses: z.tuple([count, count]).describe('the same in onnxruntime, rounded to the element type'),
});

export const invarianceSchema = z.strictObject({
  ...header('invariance'),
  model: modelReference,
  dataset: datasetReference.nullable().describe('where a pair of inputs was looked for'),
  verdict: z
    .enum(['scalar-invariant', 'argmax-invariant', 'not-invariant', 'undecided'])
    .describe(
      'argmax-invariant: the class stays, the scores of a last softmax or sigmoid do not; not-invariant: a pair shows it; undecided: no proof and no pair',
    ),
  degree: z.number().nullable().describe('f(s x) = s^degree f(x); null unless the graph shows one'),
  proved: z.boolean().describe('by the rule of the certificate checker, on the lowered layers'),
  firstBreak: place.nullable().describe('node of the graph at which homogeneity ends'),
  pair: scalingPair.nullable(),
  zeroImage: z
    .strictObject({
      logits: z.array(z.string()).describe('exact, as decimals of at most 17 digits'),
      classes: z.array(count).describe('classes with the largest logit; several are a tie'),
    })
    .nullable()
    .describe('null for a model that napcert cannot evaluate exactly'),
  preprocessing: z
    .enum(['not-stated', 'none', 'scale', 'shift'])
    .describe('said by the user about what happens outside the model'),
  refusal: z.string().nullable().describe('why the model cannot be evaluated exactly'),
  certificate: z.strictObject({ file: z.string(), sha256: sha256Hex }).nullable(),
});

export type InvarianceDocument = z.infer<typeof invarianceSchema>;
