import { z } from 'zod';
import { count, header, modelReference, sha256Hex } from './header.js';

const size = {
  variables: count,
  binaries: count.nullable().describe('integer ones among them; null for formats without'),
  constraints: count.describe('rows, assertions, or equations and piecewise-linear constraints'),
  nonZeros: count.nullable().describe('of the matrix; null for formats without'),
};

export const exportSchema = z.strictObject({
  ...header('export'),
  model: modelReference,
  naps: z.string().nullable(),
  fileFormat: z.enum(['lp', 'mps', 'vnnlib1', 'vnnlib2', 'marabou']),
  meaning: z.string().describe('what the answer of a solver shows'),
  exposedModel: z
    .strictObject({ file: z.string(), sha256: sha256Hex })
    .nullable()
    .describe('the model that queries of VNN-LIB 1.0 about hidden neurons speak about'),
  files: z.array(
    z.strictObject({
      file: z.string(),
      obligation: z.string(),
      obligationDigest: sha256Hex,
      ...size,
    }),
  ),
});

export type ExportDocument = z.infer<typeof exportSchema>;
export type ExportedSize = Pick<ExportDocument['files'][number], keyof typeof size>;
