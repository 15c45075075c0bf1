import { z } from 'zod';
import { count, datasetReference, header, modelReference, sha256Hex } from './header.js';

export const coneSchema = z.strictObject({
  ...header('cone'),
  model: modelReference,
  dataset: datasetReference,
  combinations: z
    .enum(['conic', 'convex'])
    .describe(
      'conic: factors >= 0, not all 0, for networks without biases; convex: factors that add up to 1',
    ),
  cones: z.array(
    z.strictObject({
      name: z.string(),
      class: count,
      samples: z.array(count).describe('the points, as indices into the chosen samples'),
      holds: z.boolean(),
      reason: z.string().nullable().describe('why the rule does not apply'),
      contained: count.describe(
        'samples of the dataset in the closed polyhedron on which the network is the same affine map and the class wins strictly: every neuron z >= 0 or z <= 0 as at the points (so samples with z = 0 count), the points included',
      ),
    }),
  ),
  patterns: count.describe('different full patterns (with the class) among the samples'),
  shared: count.describe('patterns with at least two samples'),
  certificate: z.strictObject({ file: z.string(), sha256: sha256Hex }).nullable(),
  matrix: z.string().nullable().describe('file with the exact affine map of each cone'),
});

export type ConeDocument = z.infer<typeof coneSchema>;
