/**
 * delta, the required frequency of mined literals, as an exact decimal fraction.
 *
 * Cut-offs are integers computed from the decimal text. In binary floating point `1 - 0.9` is smaller than
 * 0.1, so that a neuron active in exactly 10 of 100 samples would be lost.
 */
import { InputError } from '../util/errors.js';

export interface Delta {
  readonly kind: 'delta';
  /** Canonical decimal text: `0.99`, `1`. Equal fractions have equal texts. */
  readonly text: string;
  /** delta = numerator / denominator, the denominator a power of ten. */
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Counts from which on a neuron has a literal, for one number of samples. */
export interface CutOffs {
  /** Active literal iff count >= activeFrom. */
  readonly activeFrom: number;
  /** Inactive literal iff count <= inactiveUpTo. */
  readonly inactiveUpTo: number;
}

/** What delta means; every NAP file carries this sentence, because the opposite convention also exists. */
export const DELTA_MEANING =
  'required frequency: a neuron is a literal of a class if its pre-activation is > 0 in at least the fraction ' +
  'delta of the samples of the class (active), or <= 0 in at least that fraction (inactive)';

/** Rule that every delta obeys; 0.5 or less could make a neuron active and inactive at once. */
export const DELTA_RULE =
  '0.5 < delta <= 1 (delta is the required frequency, not the allowed exception rate)';

const DECIMAL = /^(\d{0,9})(?:\.(\d{0,30}))?$/;

/**
 * Reads `0.99`, `.95`, `1`, `1.0`. Signs, exponents and percent signs are refused.
 * @param place option or key named in errors
 * @throws InputError if the text is no plain decimal or breaks {@link DELTA_RULE}
 */
export function parseDelta(text: string, place = 'delta'): Delta {
  const match = DECIMAL.exec(text);
  const whole = match?.[1] ?? '';
  const fraction = (match?.[2] ?? '').replace(/0+$/, '');
  if (match === null || `${whole}${match[2] ?? ''}` === '') {
    throw new InputError('delta is not a plain decimal number', {
      place,
      expected: `a decimal such as 0.99 with ${DELTA_RULE}`,
      found: JSON.stringify(text),
    });
  }
  const numerator = BigInt(`${whole}${fraction}`);
  const denominator = 10n ** BigInt(fraction.length);
  if (2n * numerator <= denominator || numerator > denominator) {
    throw new InputError('delta is out of range', { place, expected: DELTA_RULE, found: text });
  }
  const units = (numerator / denominator).toString();
  return Object.freeze({
    kind: 'delta',
    text: fraction === '' ? units : `${units}.${fraction}`,
    numerator,
    denominator,
  });
}

/**
 * Exact cut-offs for n samples: active iff count >= ceil(delta n), inactive iff count <= floor((1 - delta) n).
 * Since delta > 1/2 and n >= 1, no count satisfies both.
 */
export function cutOffs(delta: Delta, samples: number): CutOffs {
  const n = BigInt(samples);
  const required = (delta.numerator * n + delta.denominator - 1n) / delta.denominator;
  // floor((1 - delta) n) = n - ceil(delta n)
  return { activeFrom: Number(required), inactiveUpTo: Number(n - required) };
}
