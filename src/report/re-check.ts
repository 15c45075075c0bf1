/** The command that checks a certificate again, for people to copy. */
import { printable } from '../util/plain-text.js';
import type { ReportedCertificate } from './documents/report.js';

export function reCheckCommand({ file, model }: Pick<ReportedCertificate, 'file' | 'model'>): string {
  return `napcert check ${quoted(file)} --model ${quoted(model.file ?? model.name)}`;
}

/** For a POSIX shell; hidden characters become visible, and such a name has to be typed by hand. */
function quoted(word: string): string {
  const text = printable(word);
  if (/^[\w./@%+=:,-]+$/.test(text) && !text.startsWith('-')) return text;
  return `'${(text.startsWith('-') ? `./${text}` : text).replaceAll("'", "'\\''")}'`;
}
