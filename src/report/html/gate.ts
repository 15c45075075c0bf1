/** The gate's decision on top of the certificates. */
import type { Decision, MeasuredRecall } from '../../gate/decision.js';
import type { ReportDocument } from '../documents/report.js';
import { markup } from '../escape.js';
import { integer, percent } from '../format.js';
import { propertyName } from '../property-name.js';
import { confirmedStatus, type FindingStatus, recallStatus, STATUS_WORDS } from '../reporters/findings.js';
import { badge, code, dataTable } from './elements.js';

const STATUS = {
  passed: 'holds',
  failed: 'violated',
  inconclusive: 'unknown',
  rejected: 'rejected',
} as const;

/** Kinds of findings that certificates have not, in the colours of those that they have. */
function findingBadge(status: FindingStatus): string {
  switch (status) {
    case 'met':
      return badge('holds', STATUS_WORDS.met);
    case 'stated':
      return `<span class="badge">${markup(STATUS_WORDS.stated)}</span>`;
    case 'too-low':
      return badge('violated', STATUS_WORDS['too-low']);
    case 'missing':
      return badge('unchecked', STATUS_WORDS.missing);
    default:
      return badge(status);
  }
}

/** @param decidedNow the decision was made by this run, which measured what is in it */
export function gatePart(decision: Decision, document: ReportDocument, decidedNow: boolean): string {
  const { outcome, policy, reasons, models } = decision;
  const status = STATUS[outcome];
  // Anybody can have written a file: that it passed is not shown in the colour of what is proved.
  const isStated = !decidedNow && outcome === 'passed';
  const word = isStated ? `<span class="badge">${markup(outcome)}</span>` : badge(status, outcome);
  const why =
    reasons.length === 0 ? '' : `<ul>${reasons.map((reason) => `<li>${markup(reason)}</li>`).join('')}</ul>`;
  const requirements = models.flatMap((model) =>
    model.requirements.map((requirement) => {
      return [
        markup(propertyName(requirement)),
        findingBadge(confirmedStatus(requirement, model, document)),
        markup(model.name),
        markup(requirement.detail),
        requirement.advisory ? 'advisory' : 'required',
      ];
    }),
  );
  const recall = models.flatMap(({ name, recall: list }) =>
    list.map((row) => [
      row.class === null ? 'all classes' : `class ${row.class}`,
      findingBadge(recallStatus(row, decidedNow)),
      markup(name),
      measuredText(row),
      percent(row.minimum),
      markup(row.detail),
      row.advisory ? 'advisory' : 'required',
    ]),
  );
  return [
    '<section class="gate" aria-labelledby="gate">',
    `<h2 id="gate">${decidedNow ? 'Gate' : 'Decision of the gate states'}: ${markup(outcome)}</h2>`,
    `<p class="verdict ${isStated ? 'unknown' : status}">${word} <span>Policy ${markup(policy.name)} (${code(policy.file)})</span></p>${why}`,
    dataTable(
      'Requirements of the policy',
      ['property', 'status', 'model', 'detail', 'weight'].map((title) => ({ title })),
      requirements,
    ),
    recall.length === 0
      ? ''
      : dataTable(
          'Recall that the policy asks for',
          ['class', 'status', 'model', 'measured', 'at least', 'detail', 'weight'].map((title) => ({
            title,
          })),
          recall,
        ),
    '</section>',
  ].join('\n');
}

function measuredText({ measured, dataset }: MeasuredRecall): string {
  if (measured === null) return '-';
  const samples = dataset === null ? 'samples' : `samples of ${dataset.name} (${dataset.selection})`;
  return markup(
    `${percent(measured.value)}: ${integer(measured.count)} of ${integer(measured.of)} ${samples}`,
  );
}
