import { z } from 'zod';
import { header, sha256Hex } from './header.js';

const file = z.strictObject({ file: z.string(), sha256: sha256Hex });

export const signSchema = z.strictObject({
  ...header('sign'),
  statement: file,
  predicateType: z.string(),
  envelope: file.describe('the DSSE envelope'),
  payloadType: z.string(),
  keyid: sha256Hex.describe('SHA-256 of the public key (DER)'),
});

export type SignDocument = z.infer<typeof signSchema>;
