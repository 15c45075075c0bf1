/** What a certificate claims and what it does not, and how to see for oneself. */
import type { ReportedCertificate } from '../documents/report.js';
import { markup } from '../escape.js';
import { reCheckCommand } from '../re-check.js';
import { code } from './elements.js';

export function claimText(certificate: ReportedCertificate): string {
  const { semantics, domain, arithmetic, model, holes } = certificate;
  const list = (items: readonly string[]) =>
    `<ul>${items.map((item) => `<li>${markup(item)}</li>`).join('')}</ul>`;
  const trusted =
    holes.length === 0
      ? ''
      : `<h4>Taken on trust, in the words of the certificate</h4>${list([...holes.slice(0, 20), ...(holes.length > 20 ? [`and ${holes.length - 20} more`] : [])])}`;
  const notes =
    model.notes.length === 0
      ? ''
      : `<h4>About the model, in the words of the certificate</h4>${list(model.notes)}`;
  return (
    `<h4>Claimed</h4><p>About ${markup(domain)}, in ${arithmetic === 'real' ? 'real' : 'float32'} arithmetic:</p>${list(semantics)}` +
    `<h4>Not claimed</h4>${list(notClaimed(certificate))}${trusted}${notes}`
  );
}

/** Sentences about what nothing here shows; the same in `napcert explain`. */
export function notClaimed({ arithmetic, properties, domain }: ReportedCertificate): string[] {
  const kinds = new Set(properties.map(({ kind }) => kind));
  const napped = ['non-misclassification', 'non-ambiguity'].some((kind) => kinds.has(kind));
  return [
    ...(napped
      ? [
          'Nothing about inputs that follow no NAP. How many real inputs follow one is a matter of statistics, not of proof.',
        ]
      : []),
    ...(kinds.has('local-robustness')
      ? ['Nothing about inputs farther from the reference points than stated.']
      : []),
    ...(properties.some(({ kind }) => kind !== 'scalar-invariance' && kind !== 'cone')
      ? [`Nothing about inputs outside the domain (${domain}).`]
      : []),
    arithmetic === 'real'
      ? 'Nothing about rounding: a processor that computes in float32 can differ in the last digits, and a small lead with them.'
      : 'Nothing about arithmetic that computes other products (Winograd, FFT) or with less precision than float32.',
    'Nothing about preprocessing outside the model, and nothing about whether a label is right: only about which class the model gives.',
  ];
}

export function reCheckText(certificate: ReportedCertificate): string {
  return (
    '<p>The checker rebuilds every constraint from the ONNX file and re-proves every step in exact arithmetic, without any solver:</p>' +
    `<pre tabindex="0"><code>${markup(reCheckCommand(certificate))}</code></pre>` +
    `<p>Both files by SHA-256: certificate ${code(certificate.sha256)}, model ${code(certificate.model.sha256)}.</p>`
  );
}
