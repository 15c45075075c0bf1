import type { ExplainDocument } from '../documents/explain.js';
import { reachSentences } from '../proof-reach.js';
import { heading, sections } from '../table.js';
import { verdictText } from '../verdict-style.js';
import { wrapped } from '../wrap.js';

/** Sentences of a part listed one by one; `--json` has them all. */
const SHOWN = 12;

/** Paragraphs of at most `width` columns. */
export function explainText(document: ExplainDocument, width: number): string {
  const { certificate, verdict, why, reCheck } = document;
  const part = (title: string, sentences: readonly string[]): string | null =>
    sentences.length === 0 ? null : [heading(title), ...listed(sentences, width)].join('\n');
  return sections([
    `${verdictText(verdict)}: ${wrapped(`${certificate.file}: ${why}.`, width)}`,
    part('Proved', document.proved),
    part('Refuted', document.refuted),
    part('Not shown', document.notShown),
    part('About which inputs', document.inputs),
    part('How far the proofs reach', reachSentences(document.reach)),
    part('In which arithmetic', document.arithmetic),
    part('Not claimed', document.notClaimed),
    part('Trusted, as the certificate words it', document.trusted),
    part('Said by its author, not checked', document.stated),
    [heading('Check it again'), `  ${reCheck}`].join('\n'),
  ]);
}

function listed(sentences: readonly string[], width: number): string[] {
  const shown = sentences.slice(0, SHOWN).map((text) => wrapped(`- ${text}`, width, '  '));
  const left = sentences.length - SHOWN;
  return left > 0 ? [...shown, `  and ${left} more`] : shown;
}
