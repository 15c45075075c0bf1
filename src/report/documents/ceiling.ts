import { z } from 'zod';
import { count, datasetReference, header, modelReference } from './header.js';
import { share } from './mine.js';

export const domainShape = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('box'),
    lower: z.union([z.number(), z.array(z.number())]),
    upper: z.union([z.number(), z.array(z.number())]),
  }),
  z.strictObject({ kind: z.literal('unbounded') }),
]);

const row = z.strictObject({
  class: count,
  tested: count.describe('correctly classified samples tested'),
  pass: count.describe('samples in whose own linear region no other class wins'),
  provedPasses: count.describe(
    'passes whose multipliers the checker accepted; the others are the word of an LP solver',
  ),
  undecided: count.describe('samples left open by the solver or by rounding; not in the share'),
  share: share.describe('passes among decided samples: a bound of the recall of any true sign NAP'),
  example: z
    .strictObject({
      sample: count.describe('index into the chosen samples'),
      competitor: count,
      lead: z.number().describe("competitor's logit minus own, exact up to the printed digits"),
      point: z
        .array(z.number())
        .describe('input with the whole pattern of the sample, replayed in exact arithmetic'),
    })
    .nullable()
    .describe('the first sample that fails: every sign NAP it follows is false'),
});

export const ceilingSchema = z.strictObject({
  ...header('ceiling'),
  model: modelReference,
  dataset: datasetReference,
  domain: domainShape,
  classes: z.array(row),
  share: share.describe('of all classes together'),
  undecided: count,
  interrupted: z.boolean(),
  seconds: z.number(),
});

export type CeilingDocument = z.infer<typeof ceilingSchema>;
export type CeilingRow = z.infer<typeof row>;
