import { z } from 'zod';
import { header, sha256Hex } from './header.js';

export const keygenSchema = z.strictObject({
  ...header('keygen'),
  privateKey: z.string().describe('PEM file (PKCS #8), readable by its owner only; keep it secret'),
  publicKey: z.string().describe('PEM file (SubjectPublicKeyInfo); for everybody who checks'),
  keyid: sha256Hex.describe('SHA-256 of the public key (DER); a name, not a proof'),
});

export type KeygenDocument = z.infer<typeof keygenSchema>;
