/** Counterexamples as figures: the picture (or the numbers), what it refutes, and both outputs of the model. */
import { type ImageLayout, imageLayout, pictureToPng } from '../../dataset/png.js';
import type { ReportedCertificate, ReportedObligation, ReportedProperty } from '../documents/report.js';
import { markup } from '../escape.js';
import type { Exhibit, ExhibitedFollower, ExhibitedPoint } from '../exhibit.js';
import { counted, short } from '../format.js';

/** Figures per certificate; a page is for people. */
const SHOWN = 24;
/** Numbers of an input that is no picture. */
const SHOWN_NUMBERS = 64;
/** Logits listed: the two classes in question and the largest. */
const SHOWN_LOGITS = 12;

interface Refutation {
  readonly anchor: string;
  readonly property: ReportedProperty;
  readonly obligation: ReportedObligation;
  readonly point: ExhibitedPoint;
}

/** Counterexamples that the checker accepted, in the order of the certificate, with their anchors. */
export function refutations(
  certificate: ReportedCertificate,
  exhibit: Exhibit,
  number: number,
): readonly Refutation[] {
  return certificate.properties
    .filter(({ status }) => status === 'violated')
    .flatMap((property) =>
      property.obligations.flatMap((obligation) => {
        const point = exhibit.points.get(obligation.id);
        return point === undefined ? [] : [{ property, obligation, point }];
      }),
    )
    .slice(0, SHOWN)
    .map((refutation, i) => ({ ...refutation, anchor: `counterexample-${number}-${i + 1}` }));
}

/** @param total all counterexamples of the certificate, shown or not */
export function counterexampleFigures(shown: readonly Refutation[], exhibit: Exhibit, total: number): string {
  const layout = exhibit.inputShape === null ? null : imageLayout(exhibit.inputShape);
  const left = total - shown.length;
  const more = left > 0 ? `<p>${counted(left, 'more counterexample')} in the certificate.</p>` : '';
  return `<div class="figures">${shown.map((item) => figure(item, layout, exhibit.nearest.get(item.obligation.id) ?? [])).join('')}</div>${more}`;
}

function figure(
  { anchor, property, obligation, point }: Refutation,
  layout: ImageLayout | null,
  nearest: readonly ExhibitedFollower[],
): string {
  const source = obligation.counterexample?.source ?? 'counterexample';
  return (
    `<figure id="${anchor}" class="counterexample">` +
    `<div class="pair">${layout === null ? inputNumbers(point.point) : picture(point.point, layout, `Input that refutes ${obligation.id}`)}` +
    `<figcaption><strong>${markup(obligation.id)}</strong>` +
    `<p>${markup(refutes(property, obligation))} <span class="quiet">Source: ${markup(source)}.</span></p></figcaption></div>` +
    `${nearest.map((follower) => besides(follower, layout)).join('')}` +
    `${outputs(property, obligation, point)}</figure>`
  );
}

function refutes({ kind, classes }: ReportedProperty, { competitor }: ReportedObligation): string {
  if (kind === 'non-ambiguity')
    return `Follows the NAPs of both class ${classes[0]} and class ${classes[1]}.`;
  const region =
    kind === 'local-robustness' ? 'Lies in the region' : `Follows the NAP of class ${classes[0]}`;
  return `${region}, and logit ${competitor} is at least logit ${classes[0]}.`;
}

/** The sample that shows how little (or how much) it takes. */
function besides(
  { class: label, source, point, distance, same }: ExhibitedFollower,
  layout: ImageLayout | null,
): string {
  const itself = same === null ? '' : `The counterexample and ${same} are the same sample. `;
  const which = same === null ? 'Nearest sample' : 'Nearest other sample';
  const words = `${itself}${which} of class ${label} that follows its NAP: ${source}, at distance ${short(distance)}.`;
  const shown =
    layout === null ? inputNumbers(point) : picture(point, layout, `Follower of the NAP of class ${label}`);
  return `<div class="pair follower">${shown}<p class="quiet">${markup(words)}</p></div>`;
}

function picture(point: readonly number[], layout: ImageLayout, what: string): string {
  const png = Buffer.from(pictureToPng({ values: point, layout }, 1)).toString('base64');
  const alt = `${what}, ${layout.width} by ${layout.height} pixels`;
  return `<img src="data:image/png;base64,${png}" alt="${markup(alt)}" width="${layout.width}" height="${layout.height}">`;
}

function inputNumbers(point: readonly number[]): string {
  const left = point.length - SHOWN_NUMBERS;
  const text = point.slice(0, SHOWN_NUMBERS).join(', ');
  return `<p class="numbers"><span class="quiet">input</span> <code>(${markup(text)}${left > 0 ? ', ...' : ''})</code></p>`;
}

function outputs(property: ReportedProperty, obligation: ReportedObligation, point: ExhibitedPoint): string {
  const { exactLogits, runtimeLogits, replayed } = point;
  const exact = exactLogits.map(Number);
  const asked = [...property.classes, ...(obligation.competitor === null ? [] : [obligation.competitor])];
  const labels = shownLabels(exact, asked);
  const winner = exact.indexOf(Math.max(...exact));
  const [low, high] = [Math.min(0, ...exact), Math.max(0, ...exact)];
  const rows = labels.map((label) => {
    const runtime = runtimeLogits?.[label];
    const role = label === winner ? 'wins' : property.classes.includes(label) ? 'claimed' : '';
    return (
      `<tr class="${role}"><th scope="row">${label}${role === '' ? '' : `<span class="role"> ${role}</span>`}</th>` +
      `<td class="bar">${bar(exact[label]!, low, high)}</td>` +
      `<td class="number">${markup(decimals(exact[label]!))}</td>` +
      `<td class="number">${runtime === undefined ? '-' : markup(decimals(runtime))}</td></tr>`
    );
  });
  const left = exact.length - labels.length;
  const note = replayed
    ? runtimeLogits === null
      ? 'Computed for this report; onnxruntime was not available.'
      : 'Both computed for this report, from the point in the certificate.'
    : 'As the certificate states them; not computed again.';
  return (
    `<table class="logits"><caption>Logits of this input${left > 0 ? `, ${left} more left out` : ''}</caption>` +
    '<thead><tr><th scope="col">class</th><th scope="col"><span class="hidden">bar</span></th><th scope="col" class="number">exact</th><th scope="col" class="number">onnxruntime</th></tr></thead>' +
    `<tbody>${rows.join('')}</tbody></table><p class="quiet">${note}</p>`
  );
}

function shownLabels(logits: readonly number[], asked: readonly number[]): number[] {
  if (logits.length <= SHOWN_LOGITS) return logits.map((_, label) => label);
  const largest = logits
    .map((value, label) => ({ value, label }))
    .sort((a, b) => b.value - a.value)
    .map(({ label }) => label);
  return [...new Set([...asked, ...largest])].slice(0, SHOWN_LOGITS).sort((a, b) => a - b);
}

/** From zero to the value, on the scale of all logits. */
function bar(value: number, low: number, high: number): string {
  const at = (x: number): number => (100 * (x - low)) / Math.max(high - low, Number.MIN_VALUE);
  const [from, to] = [Math.min(at(0), at(value)), Math.max(at(0), at(value))];
  return `<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect x="${from.toFixed(1)}" width="${Math.max(0.6, to - from).toFixed(1)}" height="10"/></svg>`;
}

/** Seven digits tell float32 from exact; the certificate has them all. */
function decimals(value: number): string {
  return value.toPrecision(7);
}
