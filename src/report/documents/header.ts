/** What every JSON document of the command line begins with. */
import { z } from 'zod';

/** Format name of a command's document; the number rises when a key is removed or changes its meaning. */
export function header<C extends string>(command: C) {
  return {
    format: z.literal(`napcert-${command}/1` as const),
    napcert: z.string().describe('version of napcert that wrote this'),
  };
}

export const count = z.int().min(0);
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

export const onlyAgainst = z
  .array(count)
  .nullable()
  .describe('the competitors, where the claim leaves out some of the other classes; else null');

export const modelReference = z.strictObject({
  file: z.string().describe('as given on the command line'),
  sha256: sha256Hex.describe('SHA-256 of the ONNX file'),
});

export const datasetReference = z.strictObject({
  name: z.string().describe('as given on the command line'),
  format: z.string(),
  digest: sha256Hex,
  samples: count,
  selection: z.string().describe('which samples of the source these are'),
  scaling: z.string().describe('what was done to the stored numbers'),
});

export type ModelReference = z.infer<typeof modelReference>;
export type DatasetReference = z.infer<typeof datasetReference>;
