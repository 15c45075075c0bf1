/** Verdicts about pairs of classes as matrices: own class by competitor, and pairs of NAPs. */
import type {
  ReportedCertificate,
  ReportedObligation,
  ReportedProperty,
  Status,
} from '../documents/report.js';
import { markup } from '../escape.js';
import { short } from '../format.js';
import { STATUS_WORDS } from '../reporters/findings.js';
import { SIGNS, scrollBox } from './elements.js';

/** Larger matrices are lists elsewhere: a page is for people. */
const MAX_CLASSES = 40;

/** Anchor of a counterexample's figure. */
export type Anchors = ReadonlyMap<string, string>;

/** What may be said about one obligation of a property with this status. */
export function obligationStatus(property: ReportedProperty, obligation: ReportedObligation): Status {
  const { status } = property;
  if (status === 'rejected' || status === 'unchecked' || status === 'vacuous') return status;
  switch (obligation.verdict) {
    case 'sat':
      return 'violated';
    case 'unknown':
      return 'unknown';
    case 'unsat':
      return (obligation.proof?.trusted ?? 0) > 0 ? 'on-trust' : 'holds';
  }
}

/** Rows: the class whose NAP is followed. Columns: the class that must not win. Null if there is nothing to show. */
export function competitorMatrix({ properties }: ReportedCertificate, anchors: Anchors): string | null {
  const rows = properties.filter(({ kind }) => kind === 'non-misclassification');
  const columns = sorted(
    rows.flatMap(({ classes, obligations }) => [
      ...classes,
      ...obligations.flatMap(({ competitor }) => (competitor === null ? [] : [competitor])),
    ]),
  );
  if (rows.length === 0 || columns.length > MAX_CLASSES) return null;
  const scale = marginScale(rows);
  const head = columns.map((label) => `<th scope="col">${label}</th>`).join('');
  const body = rows.map((property) => {
    const own = property.classes[0]!;
    const byCompetitor = new Map(property.obligations.map((item) => [item.competitor, item]));
    const cells = columns.map((label) => {
      const found = byCompetitor.get(label);
      if (found === undefined) return emptyCell(label === own);
      return cell(obligationStatus(property, found), found, anchors, scale, `class ${own} against ${label}`);
    });
    return `<tr><th scope="row">${own}</th>${cells.join('')}</tr>`;
  });
  return matrix(
    'Class of the NAP by competitor, with the proved least lead',
    `<tr><th scope="col" class="corner"><span class="hidden">NAP of class</span></th>${head}</tr>`,
    body,
  );
}

/** Pairs of NAPs: can one input follow both? Null if there is nothing to show. */
export function pairMatrix({ properties }: ReportedCertificate, anchors: Anchors): string | null {
  const pairs = properties.filter(({ kind }) => kind === 'non-ambiguity');
  const labels = sorted(pairs.flatMap(({ classes }) => classes));
  if (pairs.length === 0 || labels.length > MAX_CLASSES) return null;
  const found = new Map(pairs.map((property) => [property.classes.join('-'), property]));
  const head = labels
    .slice(1)
    .map((label) => `<th scope="col">${label}</th>`)
    .join('');
  const body = labels.slice(0, -1).map((a, i) => {
    const cells = labels.slice(1).map((b, j) => {
      const property = found.get(`${a}-${b}`);
      if (j < i) return '<td></td>';
      if (property === undefined) return emptyCell(false);
      const obligation = property.obligations[0];
      return cell(property.status, obligation ?? null, anchors, null, `classes ${a} and ${b}`);
    });
    return `<tr><th scope="row">${a}</th>${cells.join('')}</tr>`;
  });
  return matrix(
    'Pairs of NAPs: no input follows both',
    `<tr><th scope="col" class="corner"><span class="hidden">class</span></th>${head}</tr>`,
    body,
  );
}

function matrix(caption: string, head: string, body: readonly string[]): string {
  return scrollBox(
    caption,
    `<table class="matrix"><caption>${markup(caption)}</caption><thead>${head}</thead><tbody>${body.join('')}</tbody></table>`,
  );
}

function cell(
  status: Status,
  obligation: ReportedObligation | null,
  anchors: Anchors,
  scale: ((margin: number) => number) | null,
  about: string,
): string {
  const margin = status === 'holds' ? (obligation?.margin ?? null) : null;
  const shown = margin === null ? '' : `<small>${markup(compact(margin))}</small>`;
  const words = `<span class="hidden">${STATUS_WORDS[status]}</span>`;
  const inner = `<span aria-hidden="true">${SIGNS[status]}</span>${words}${shown}`;
  const anchor = obligation === null ? undefined : anchors.get(obligation.id);
  const linked = anchor === undefined ? inner : `<a href="#${anchor}">${inner}</a>`;
  const strength = margin === null || scale === null ? '' : ` m${scale(margin)}`;
  const lead = margin === null ? '' : `, lead at least ${short(margin)}`;
  return `<td class="${status}${strength}" title="${markup(`${about}: ${STATUS_WORDS[status]}${lead}`)}">${linked}</td>`;
}

function emptyCell(own: boolean): string {
  return own
    ? '<td class="own"><span class="hidden">none</span></td>'
    : '<td><span class="hidden">not asked</span></td>';
}

/** Strength 1 to 5 by rank among the margins of the matrix: scales of logits differ from model to model. */
function marginScale(rows: readonly ReportedProperty[]): (margin: number) => number {
  const margins = rows
    .flatMap(({ obligations }) => obligations.flatMap(({ margin }) => (margin === null ? [] : [margin])))
    .sort((a, b) => a - b);
  return (margin) => {
    const rank = margins.filter((other) => other < margin).length;
    return 1 + Math.min(4, Math.floor((5 * rank) / Math.max(1, margins.length)));
  };
}

/** Two digits: room is short, and the title has more. */
function compact(value: number): string {
  return Number(value.toPrecision(2)).toString();
}

function sorted(labels: readonly number[]): number[] {
  return [...new Set(labels)].sort((a, b) => a - b);
}
