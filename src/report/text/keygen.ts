import type { KeygenDocument } from '../documents/keygen.js';
import { facts, sections } from '../table.js';

export function keygenText({ privateKey, publicKey, keyid }: KeygenDocument): string {
  return sections([
    facts([
      ['private key', privateKey],
      ['public key', publicKey],
      ['key id', keyid],
    ]),
    'Keep the private key secret: whoever has it can sign. Sign with --sign-key, check with --verify-key.',
  ]);
}
