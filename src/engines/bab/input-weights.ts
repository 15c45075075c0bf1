/** Weights that combine several output constraints into one form that is negative on a box, where single ones are not. */
import type { InputForm } from '../../bounds/forward-forms.js';

const ITERATIONS = 40;

/** The largest value of a linear function on a box. */
export function largestOn(
  { constant, coefficients }: InputForm,
  low: Float64Array,
  high: Float64Array,
): number {
  let sum = constant;
  for (let i = 0; i < low.length; i++) {
    const a = coefficients[i]!;
    sum += a > 0 ? a * high[i]! : a * low[i]!;
  }
  return sum;
}

/**
 * Weights >= 0 that add up to 1 and make the largest value of the combination small: the best single form, improved by
 * multiplicative weights. Any weights are sound.
 */
export function combinedWeights(
  forms: readonly InputForm[],
  low: Float64Array,
  high: Float64Array,
): readonly number[] {
  const single = forms.map((form) => largestOn(form, low, high));
  const least = single.indexOf(Math.min(...single));
  const start = forms.map((_, k) => (k === least ? 1 : 0));
  if (forms.length === 1 || single[least]! < 0) return start;
  let best: readonly number[] = start;
  let bestValue = single[least]!;
  let weights: readonly number[] = forms.map(() => 1 / forms.length);
  for (let n = 0; n < ITERATIONS; n++) {
    const sum = sumOf(forms, weights);
    const value = largestOn(sum, low, high);
    if (value < bestValue) [best, bestValue] = [weights, value];
    if (value < 0) break;
    const values = forms.map((form) => valueAt(form, sum, low, high));
    const scale = Math.max(1e-12, ...values.map(Math.abs));
    const next = weights.map((weight, k) => weight * Math.exp((-0.7 * values[k]!) / scale));
    const total = next.reduce((all, weight) => all + weight, 0);
    weights = next.map((weight) => weight / total);
  }
  return best.map(Math.fround);
}

function sumOf(forms: readonly InputForm[], weights: readonly number[]): InputForm {
  const coefficients = new Float64Array(forms[0]!.coefficients.length);
  let constant = 0;
  forms.forEach((form, k) => {
    constant += weights[k]! * form.constant;
    for (let i = 0; i < coefficients.length; i++)
      coefficients[i] = coefficients[i]! + weights[k]! * form.coefficients[i]!;
  });
  return { constant, coefficients };
}

/** A form's value at the corner where the combination is largest. */
function valueAt(form: InputForm, at: InputForm, low: Float64Array, high: Float64Array): number {
  let value = form.constant;
  for (let i = 0; i < low.length; i++)
    value += form.coefficients[i]! * (at.coefficients[i]! > 0 ? high[i]! : low[i]!);
  return value;
}
