import { z } from 'zod';
import { domainShape } from './ceiling.js';
import { count, datasetReference, header, modelReference, sha256Hex } from './header.js';
import { share } from './mine.js';

const recall = z.strictObject({
  ofClass: share.describe('samples labelled with the class that follow the NAP'),
  ofCorrect: share.describe(
    'of those that the model classifies correctly, which is the most that any true NAP covers',
  ),
});

const costly = z.strictObject({
  tensor: z.string(),
  index: count,
  phase: z.enum(['active', 'inactive']),
  violators: count.describe('correct mining samples of the class that violate it'),
  alone: count.describe('of these, samples that violate no other literal of the NAP'),
});

const learnedClass = z.strictObject({
  class: count,
  verdict: z
    .enum(['proved', 'none-can-exist', 'not-found'])
    .describe(
      'none-can-exist: no tested sample of the class could follow a true sign NAP, so none was searched',
    ),
  literals: count,
  depth: count.describe('last hidden layers that the proof argues about'),
  layers: z.array(
    z.strictObject({
      tensor: z.string(),
      active: count,
      inactive: count,
      entropy: z.number().describe('mean bits per neuron of its phase over the correct samples of the class'),
    }),
  ),
  margin: z.number().nullable().describe('least proved lead of the own logit over the whole region'),
  mining: recall.nullable(),
  heldOut: recall.nullable(),
  upperBound: share
    .nullable()
    .describe('correct mining samples that a true NAP of these candidates can cover at most'),
  costly: z.array(costly).describe('literals that cost the most mining samples, most first'),
  strangers: z
    .array(z.strictObject({ label: count, followers: count }))
    .describe('held-out followers with another label, all classified as this class'),
  undecided: count.describe('literals kept because a test ended at its limits: minimal up to these'),
  stages: z.array(
    z.strictObject({ name: z.string(), seconds: z.number(), literals: count, followers: count }),
  ),
});

export const learnSchema = z.strictObject({
  ...header('learn'),
  model: modelReference,
  dataset: datasetReference,
  heldOut: datasetReference.nullable(),
  domain: domainShape,
  margin: z.number(),
  naps: z.strictObject({ file: z.string(), sha256: sha256Hex }).nullable(),
  certificate: z.strictObject({ file: z.string(), sha256: sha256Hex }).nullable(),
  ceiling: z.array(z.strictObject({ class: count, tested: count, pass: count })),
  classes: z.array(learnedClass),
  meanHeldOutRecall: z
    .number()
    .nullable()
    .describe('mean over all asked classes; a class without a proved NAP counts 0'),
  neuronsTested: count.describe('neurons that literals were chosen from, for each class'),
  interrupted: z.boolean(),
  seconds: z.number().describe('learning, without held-out data and files'),
});

export type LearnDocument = z.infer<typeof learnSchema>;
export type LearnedRow = z.infer<typeof learnedClass>;
