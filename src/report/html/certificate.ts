/** One certificate's part of the page. */
import type { ReportedCertificate, ReportedProperty } from '../documents/report.js';
import { markup } from '../escape.js';
import type { Exhibit, RecallSeries } from '../exhibit.js';
import { propertyName } from '../property-name.js';
import { worstFirst } from '../reporters/findings.js';
import { claimText, reCheckText } from './claims.js';
import { counterexampleFigures, refutations } from './counterexamples.js';
import { badge, code, dataTable, digest, facts, section } from './elements.js';
import { competitorMatrix, pairMatrix } from './matrix.js';
import { napMaps } from './naps.js';
import { proofText } from './proofs.js';
import { recallFigures } from './recall.js';

/** Rows of the list of what is not proved. */
const LISTED = 100;

const CHECK_STATUS = {
  valid: 'holds',
  incomplete: 'on-trust',
  invalid: 'rejected',
  unchecked: 'unchecked',
} as const;
const CHECK_WORDS = {
  valid: 'valid',
  incomplete: 'incomplete',
  invalid: 'invalid',
  unchecked: 'not checked',
} as const;

/** @param number counts certificates from 1, for anchors */
export function certificatePart(
  certificate: ReportedCertificate,
  exhibit: Exhibit,
  recall: readonly RecallSeries[],
  number: number,
): string {
  const id = (name: string): string => `c${number}-${name}`;
  const shown = refutations(certificate, exhibit, number);
  const anchors = new Map(shown.map(({ obligation, anchor }) => [obligation.id, anchor]));
  const total = certificate.properties
    .filter(({ status }) => status === 'violated')
    .flatMap(({ obligations }) => obligations)
    .filter(({ counterexample }) => counterexample !== null).length;
  const matrices = [competitorMatrix(certificate, anchors), pairMatrix(certificate, anchors)].filter(
    (html) => html !== null,
  );
  const listed = listedProperties(certificate.properties);
  const maps = napMaps(exhibit);
  return [
    `<article id="certificate-${number}" aria-labelledby="${id('title')}">`,
    `<h2 id="${id('title')}">${markup(certificate.model.name)}</h2>`,
    verdictOf(certificate),
    identity(certificate),
    matrices.length === 0
      ? ''
      : section(id('verdicts'), 'Verdicts', `<div class="matrices">${matrices.join('')}</div>`),
    listed === null ? '' : section(id('open'), listed.title, listed.html),
    shown.length === 0
      ? ''
      : section(id('counterexamples'), 'Counterexamples', counterexampleFigures(shown, exhibit, total)),
    maps === null ? '' : section(id('naps'), 'Neural activation patterns', maps),
    recall.length === 0 ? '' : section(id('recall'), 'Recall', recallFigures(recall)),
    section(id('proofs'), 'Proofs', proofText(certificate)),
    section(id('claims'), 'What is claimed, and what is not', claimText(certificate)),
    section(id('check'), 'Check it again', reCheckText(certificate)),
    '</article>',
  ].join('\n');
}

function verdictOf({ check, interrupted }: ReportedCertificate): string {
  const status = CHECK_STATUS[check.verdict];
  const stopped = interrupted ? ' Interrupted: what was not reached is unknown.' : '';
  return `<p class="verdict ${status}">${badge(status, CHECK_WORDS[check.verdict])} <span>${markup(`${check.why}.${stopped}`)}</span></p>`;
}

const STATED = '<span class="quiet">stated by the certificate, not checked</span>';

function identity(certificate: ReportedCertificate): string {
  const {
    file,
    sha256,
    enveloped,
    model,
    arithmetic,
    domain,
    naps,
    dataset,
    verifier,
    startedAt,
    verifiedAt,
  } = certificate;
  const { 'napcert-commit': commit, ...versions } = verifier.components;
  const components = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return facts([
    [
      'certificate',
      `${code(file)} ${digest(sha256)}${enveloped ? '<br>in a signed envelope; its signature was not looked at here' : ''}`,
    ],
    ['model', `${code(model.file ?? model.name)} ${digest(model.sha256)}`],
    ['domain', markup(domain)],
    [
      'arithmetic',
      arithmetic === 'real' ? 'real numbers, on the stored weights' : 'float32, sums in any order',
    ],
    ['NAPs', naps === null ? null : `${digest(naps)}${certificate.napsChecked ? '' : `<br>${STATED}`}`],
    [
      'data looked at',
      dataset === null ? null : `${markup(dataset.name)} ${digest(dataset.digest)}<br>${STATED}`,
    ],
    ['decided', `${time(startedAt)} to ${time(verifiedAt)}<br>${STATED}`],
    [
      'written by',
      `${markup([`napcert ${verifier.version}`, ...components].join(', '))}${commit === undefined ? '' : ` ${digest(commit)}`}<br>${STATED}`,
    ],
  ]);
}

function time(text: string): string {
  return `<time datetime="${markup(text)}">${markup(text.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC'))}</time>`;
}

/** What no matrix shows, and everything that is not proved; null if there is nothing. */
function listedProperties(
  properties: readonly ReportedProperty[],
): { readonly title: string; readonly html: string } | null {
  const open = properties.filter(({ status }) => status !== 'holds');
  const others = properties.filter(
    ({ kind, status }) => status === 'holds' && kind !== 'non-misclassification' && kind !== 'non-ambiguity',
  );
  const rows = [...worstFirst(open), ...others];
  if (rows.length === 0) return null;
  const html = dataTable(
    others.length > 0 ? 'Properties' : 'Properties that are not shown to hold',
    [{ title: 'property' }, { title: 'verdict, and why' }],
    rows
      .slice(0, LISTED)
      .map((property) => [
        markup(propertyName(property)),
        `${badge(property.status)} ${markup(property.why)}<br><span class="quiet">Claim: ${markup(property.claim)}</span>`,
      ]),
  );
  const left = rows.length - LISTED;
  return {
    title: others.length > 0 ? 'Properties' : 'Not shown to hold',
    html: `${html}${left > 0 ? `<p>${left} more in the certificate.</p>` : ''}`,
  };
}
