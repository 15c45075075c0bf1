/** Whether a decision in a file says what follows from its own states: anybody can have written the file. */
import { InputError } from '../util/errors.js';
import type { DecidedModel, Decision, MeasuredRecall } from './decision.js';
import { countsOf, isRejected, outcomeOf } from './outcome.js';

export interface Contradiction {
  readonly place: string;
  readonly expected: string;
  readonly found: string;
}

/**
 * The first thing in a decision that the gate cannot have written: an outcome, exit code or count that its states do not
 * lead to, a state that its own numbers or its certificate refute, or nothing that was decided at all. Null if there is
 * none, which makes the decision no evidence.
 */
export function contradictionOf(decision: Decision): Contradiction | null {
  const { models, outcome, exitCode, reasons, counts } = decision;
  if (models.length === 0) return { place: 'models', expected: 'the models of a policy', found: 'none' };
  for (const [i, model] of models.entries()) {
    const wrong = contradictionIn(model);
    if (wrong !== null) return { ...wrong, place: `models.${i}.${wrong.place}` };
  }
  if (models.every(({ requirements, recall }) => requirements.length + recall.length === 0)) {
    return { place: 'models', expected: 'requirements, or a recall', found: 'none about any model' };
  }
  // What the policy makes of something open is not in the file; both answers are possible.
  const possible = (['inconclusive', 'failed'] as const).map((open) => outcomeOf(open, models));
  const follows = possible.find((one) => one.outcome === outcome);
  if (follows === undefined) {
    const words = [...new Set(possible.map((one) => one.outcome))].join(' or ');
    const reason = possible[0]!.reasons[0];
    const expected = `${words}, as its states lead to${reason === undefined ? '' : ` (${reason})`}`;
    return { place: 'outcome', expected, found: outcome };
  }
  if (exitCode !== follows.exitCode) {
    return { place: 'exitCode', expected: `${follows.exitCode}, of ${outcome}`, found: String(exitCode) };
  }
  if ((reasons.length === 0) !== (outcome === 'passed')) {
    const expected = outcome === 'passed' ? 'none, since it passed' : `why it is ${outcome}`;
    return { place: 'reasons', expected, found: `${reasons.length}` };
  }
  for (const [status, count] of Object.entries(countsOf(models))) {
    const found = counts[status as keyof typeof counts];
    if (found !== count)
      return { place: `counts.${status}`, expected: `${count}, as listed`, found: `${found}` };
  }
  return null;
}

/** @throws InputError for a decision that contradicts itself, see {@link contradictionOf} */
export function refuseContradiction(decision: Decision, file: string): void {
  const wrong = contradictionOf(decision);
  if (wrong === null) return;
  const what = wrong.place === 'models' ? 'the decision is about nothing' : 'the decision contradicts itself';
  throw new InputError(what, { file, ...wrong });
}

function contradictionIn({ certificate, requirements, recall }: DecidedModel): Contradiction | null {
  for (const [i, { status, id }] of requirements.entries()) {
    if (status !== 'met') continue;
    const place = `requirements.${i}.status`;
    const expected = `no met requirement (${id}) without a certificate that is accepted`;
    if (certificate === null) return { place, expected, found: 'met, without a certificate' };
    if (isRejected(certificate)) return { place, expected, found: 'met, by a rejected certificate' };
  }
  for (const [i, one] of recall.entries()) {
    const wrong = contradictionOfRecall(one);
    if (wrong !== null) return { ...wrong, place: `recall.${i}.${wrong.place}` };
  }
  return null;
}

function contradictionOfRecall({ status, measured, minimum }: MeasuredRecall): Contradiction | null {
  const value = measured?.value ?? null;
  if (measured !== null) {
    const { count, of } = measured;
    const own = of === 0 ? null : count / of;
    if (count > of || value !== own) {
      return { place: 'measured', expected: `count / of, at most 1`, found: `${count} of ${of} as ${value}` };
    }
  }
  if (status !== 'met' && status !== 'too-low') return null;
  const follows = value === null ? 'not measured' : value >= minimum ? 'met' : 'too-low';
  if (follows === status) return null;
  const expected = `${follows}: ${value === null ? 'no number' : value} for a minimum of ${minimum}`;
  return { place: 'status', expected, found: status };
}
