/**
 * Shape of `*.nap.json` (format `napcert-nap/1`): NAPs of one model, how they were mined, and how they fare.
 * Keys are strict: an unknown key is an error, because a misspelt one would silently lose its meaning.
 */
import { z } from 'zod';
import { eagerList } from '../util/eager-list.js';
import { DELTA_MEANING } from './delta.js';

export const NAP_FORMAT = 'napcert-nap/1';

const count = z.int().min(0);
const name = z.string().min(1);
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits');
const indices = eagerList(z.int().min(0)).describe('ascending, without repetition');

const dataset = z.strictObject({
  name,
  selection: name.describe('which samples of the source, in words'),
  digest: sha256Hex.describe('SHA-256 of what was read'),
  count: count.describe('samples'),
});

const tensorLiterals = z
  .strictObject({
    tensor: name.describe('ONNX name of a pre-activation tensor'),
    active: indices.describe('flat indices of neurons required > 0; ascending'),
    inactive: indices.describe('flat indices of neurons required <= 0; ascending'),
  })
  .describe('neurons in neither list are free');

const proportion = z
  .strictObject({
    count,
    of: count,
    value: z.number().min(0).max(1).nullable().describe('count / of; null without samples'),
    low: z.number().min(0).max(1).describe('lower end of the Wilson 95 % interval'),
    high: z.number().min(0).max(1).describe('upper end of the Wilson 95 % interval'),
  })
  .describe('a share of samples');

const followers = z.strictObject({
  recall: proportion.describe('samples of the class that follow the whole NAP'),
  otherClasses: count.describe('samples of other classes that follow the NAP'),
  classifiedOtherwise: z.strictObject({
    count: count.describe('followers of any label that the network puts in another class'),
    indices: indices.describe('the first of them, as sample indices; each one is a counterexample'),
  }),
});

const statistics = z.strictObject({
  mining: followers.describe('on the data the NAP was mined from'),
  heldOut: followers.nullable().describe('on data not used for mining; null if there was none'),
  layers: eagerList(z.strictObject({ tensor: name, neurons: count, active: count, inactive: count })),
});

const napClass = z.strictObject({
  class: count.describe('index of the logit'),
  support: count.min(1).describe('samples the NAP was mined from'),
  literals: eagerList(tensorLiterals),
  example: eagerList(z.number())
    .nullable()
    .default(null)
    .describe('first sample of the class that follows the whole NAP, as evaluated; null if there was none'),
  statistics: statistics.nullable(),
});

const overlap = z.strictObject({
  classes: z.tuple([count, count]),
  sharedLiterals: count.describe('neurons with the same literal in both NAPs'),
  contradictions: count.describe('neurons required active by one and inactive by the other'),
  disjoint: z.boolean().describe('true if contradictions > 0: no input follows both strictly'),
  miningFollowersOfBoth: count,
  heldOutFollowersOfBoth: count.nullable(),
});

export const napFileSchema = z
  .strictObject({
    format: z.literal(NAP_FORMAT),
    model: z.strictObject({ name, sha256: sha256Hex.describe('SHA-256 of the ONNX file') }),
    delta: z.string().min(1).describe('plain decimal, 0.5 < delta <= 1'),
    deltaMeaning: z.literal(DELTA_MEANING),
    grouping: z.enum(['label', 'prediction']).describe('what makes a sample belong to a class'),
    samples: z.enum(['all', 'correct']).describe('correct: only samples whose prediction is their label'),
    dataset,
    heldOut: dataset.nullable(),
    classes: eagerList(napClass).describe('ascending by class'),
    classesWithoutSamples: eagerList(count).describe('classes of the model that have no NAP; ascending'),
    overlap: eagerList(overlap).describe('one entry per pair of classes; may be empty'),
  })
  .describe('Neural activation patterns mined by napcert');

export type NapFile = Readonly<z.infer<typeof napFileSchema>>;
export type NapFileClass = z.infer<typeof napClass>;
export type NapFileDataset = z.infer<typeof dataset>;
export type NapStatistics = z.infer<typeof statistics>;
export type FollowerStatistics = z.infer<typeof followers>;
export type NapOverlap = z.infer<typeof overlap>;
export type Grouping = NapFile['grouping'];
export type SampleChoice = NapFile['samples'];

/** JSON Schema (draft 2020-12) of the file, as text; `specs/nap.schema.json` is this text. */
export function napJsonSchema(): string {
  const schema = z.toJSONSchema(napFileSchema, { target: 'draft-2020-12' });
  return `${JSON.stringify({ title: NAP_FORMAT, ...schema }, null, 2)}\n`;
}
