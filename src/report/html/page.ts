/**
 * The report as one self-contained HTML file: no script, no network, nothing loaded. A content security policy in the
 * page forbids both, so that even text that got through unescaped could not act.
 */
import { markup } from '../escape.js';
import type { RecallSeries, ReportInput } from '../exhibit.js';
import { countsText, findings } from '../reporters/findings.js';
import { certificatePart } from './certificate.js';
import { badge, code } from './elements.js';
import { gatePart } from './gate.js';
import { STYLE } from './style.js';

export function htmlReport(input: ReportInput): string {
  const { document, exhibits, recall, decision } = input;
  const { certificates, generatedAt, napcert, counts } = document;
  const parts = certificates.map((certificate, i) => {
    const own = recall.filter((series) => belongs(series, certificate));
    return certificatePart(certificate, exhibits[i]!, own, i + 1);
  });
  const title = `napcert: ${certificates.map(({ model }) => model.name).join(', ') || 'gate'}`;
  const badges = (Object.keys(counts) as (keyof typeof counts)[])
    .filter((status) => counts[status] > 0)
    .reverse()
    .map((status) => `<li>${badge(status, `${counts[status]} ${WORDS[status]}`)}</li>`);
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${markup(title.slice(0, 200))}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<a class="skip" href="#content">To the content</a>',
    '<header>',
    '<p class="brand">napcert report</p>',
    `<h1>${markup(certificates.length === 0 ? 'Gate' : headline(input))}</h1>`,
    `<ul class="badges" aria-label="Properties by verdict">${badges.join('')}</ul>`,
    `<p class="quiet">napcert ${markup(napcert)}, ${markup(generatedAt.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC'))}. ` +
      'Every certificate was re-checked for this page; what was not is marked.</p>',
    contents(input),
    '</header>',
    '<main id="content">',
    decision === null ? '' : gatePart(decision, document, input.decidedNow),
    ...parts,
    '</main>',
    `<footer><p class="quiet">Made by ${code(`napcert report`)}. A page proves nothing by itself: check the certificate.</p></footer>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const WORDS = {
  rejected: 'rejected',
  violated: 'violated',
  unchecked: 'not checked',
  unknown: 'unknown',
  'on-trust': 'on trust',
  vacuous: 'vacuous',
  holds: 'proved',
} as const;

function headline(input: ReportInput): string {
  return countsText(findings(input));
}

/** NAPs by digest; a file of the same model with another delta belongs to the curve. */
function belongs(
  series: RecallSeries,
  { model, naps }: ReportInput['document']['certificates'][number],
): boolean {
  return naps !== null && series.modelSha256 === model.sha256;
}

function contents({ document }: ReportInput): string {
  if (document.certificates.length < 2) return '';
  const items = document.certificates.map(
    ({ model, file }, i) =>
      `<li><a href="#certificate-${i + 1}">${markup(model.name)}</a> <span class="quiet">${markup(file)}</span></li>`,
  );
  return `<nav aria-label="Certificates"><ol>${items.join('')}</ol></nav>`;
}
