import { z } from 'zod';
import { count, header, modelReference, sha256Hex } from './header.js';

export const exportSchema = z.strictObject({
  ...header('export'),
  model: modelReference,
  naps: z.string(),
  fileFormat: z.enum(['lp', 'mps']),
  files: z.array(
    z.strictObject({
      file: z.string(),
      obligation: z.string(),
      obligationDigest: sha256Hex,
      columns: count,
      binaries: count,
      rows: count,
      nonZeros: count,
      meaning: z.string().describe('what infeasible or a negative optimum would show'),
    }),
  ),
});

export type ExportDocument = z.infer<typeof exportSchema>;
