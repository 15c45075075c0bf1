import { z } from 'zod';
import { count, header, modelReference, sha256Hex } from './header.js';

export const exportSchema = z.strictObject({
  ...header('export'),
  model: modelReference,
  naps: z.string().nullable(),
  fileFormat: z.enum(['lp', 'mps']),
  meaning: z.string().describe('what the answer of a solver shows'),
  files: z.array(
    z.strictObject({
      file: z.string(),
      obligation: z.string(),
      obligationDigest: sha256Hex,
      columns: count,
      binaries: count,
      rows: count,
      nonZeros: count,
    }),
  ),
});

export type ExportDocument = z.infer<typeof exportSchema>;
