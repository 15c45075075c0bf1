/** The gate's decision on top of the certificates. */
import type { Decision } from '../../gate/decision.js';
import type { ReportDocument } from '../documents/report.js';
import { markup } from '../escape.js';
import { percent } from '../format.js';
import { propertyName } from '../property-name.js';
import { confirmedStatus, STATUS_WORDS } from '../reporters/findings.js';
import { badge, code, dataTable } from './elements.js';

const STATUS = {
  passed: 'holds',
  failed: 'violated',
  inconclusive: 'unknown',
  rejected: 'rejected',
} as const;
const RECALL = {
  met: 'unchecked',
  'too-low': 'violated',
  missing: 'unchecked',
  'not-held-out': 'unchecked',
} as const;

export function gatePart(decision: Decision, document: ReportDocument): string {
  const { outcome, policy, reasons, models } = decision;
  const status = STATUS[outcome];
  const why =
    reasons.length === 0 ? '' : `<ul>${reasons.map((reason) => `<li>${markup(reason)}</li>`).join('')}</ul>`;
  const requirements = models.flatMap((model) =>
    model.requirements.map((requirement) => {
      const found = confirmedStatus(requirement, model, document);
      return [
        markup(propertyName(requirement)),
        badge(found === 'missing' || found === 'too-low' ? 'unchecked' : found, STATUS_WORDS[found]),
        markup(model.name),
        markup(requirement.detail),
        requirement.advisory ? 'advisory' : 'required',
      ];
    }),
  );
  const recall = models.flatMap(({ name, recall: list }) =>
    list.map(({ class: label, status: state, measured, minimum, detail }) => [
      label === null ? 'all classes' : `class ${label}`,
      badge(RECALL[state], state === 'met' ? 'stated by the decision, not measured again' : state),
      markup(name),
      measured === null ? '-' : percent(measured.value),
      percent(minimum),
      markup(detail),
    ]),
  );
  return [
    '<section class="gate" aria-labelledby="gate">',
    `<h2 id="gate">Gate: ${markup(outcome)}</h2>`,
    `<p class="verdict ${status}">${badge(status, outcome)} <span>Policy ${markup(policy.name)} (${code(policy.file)})</span></p>${why}`,
    dataTable(
      'Requirements of the policy',
      ['property', 'status', 'model', 'detail', 'weight'].map((title) => ({ title })),
      requirements,
    ),
    recall.length === 0
      ? ''
      : dataTable(
          'Recall that the policy asks for',
          ['class', 'status', 'model', 'measured', 'at least', 'detail'].map((title) => ({ title })),
          recall,
        ),
    '</section>',
  ].join('\n');
}
