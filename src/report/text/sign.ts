import type { SignDocument } from '../documents/sign.js';
import { facts } from '../table.js';

export function signText({ statement, predicateType, envelope, keyid }: SignDocument): string {
  return facts([
    ['statement', statement.file],
    ['predicate', predicateType],
    ['envelope', envelope.file],
    ['signed by', keyid],
  ]);
}
