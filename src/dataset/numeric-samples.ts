/** From an array of stored numbers to samples: scaling and the refusal of NaN and infinity. */
import { InputError } from '../util/errors.js';
import { byteTable, type NumberArray, type Samples, type Scale, scalingNote } from './dataset.js';

export interface ScaledSamples {
  readonly samples: Samples;
  readonly scaling: string;
  /** Part of the digest. */
  readonly reading: string;
}

/**
 * Unsigned bytes are scaled as images (`unit`) unless told otherwise; all other numbers stay as stored
 * unless `unit` is asked for, which needs integers from 0 to 255.
 *
 * @param place words for the place of the i-th number
 * @throws InputError on NaN, infinity, or a number that cannot be a pixel under `unit`
 */
export function scaleNumbers(
  data: NumberArray,
  scale: Scale | undefined,
  file: string,
  place: (index: number) => string,
): ScaledSamples {
  const effective = scale ?? (data instanceof Uint8Array ? 'unit' : 'raw');
  const reading = `scale=${effective}`;
  if (data instanceof Uint8Array) {
    const samples: Samples = { kind: 'bytes', data, table: byteTable(effective) };
    return { samples, scaling: scalingNote(effective), reading };
  }
  const accepted = effective === 'unit' ? isByte : Number.isFinite;
  for (let i = 0; i < data.length; i++) {
    if (accepted(data[i]!)) continue;
    throw new InputError(effective === 'unit' ? 'not a pixel' : 'not a finite number', {
      file,
      place: place(i),
      expected: effective === 'unit' ? 'an integer from 0 to 255, to be divided by 255' : 'a finite number',
      found: String(data[i]),
    });
  }
  if (effective === 'raw') return { samples: { kind: 'numbers', data }, scaling: 'as stored', reading };
  const samples: Samples = { kind: 'bytes', data: Uint8Array.from(data), table: byteTable('unit') };
  return { samples, scaling: 'integers 0 to 255, / 255, rounded to float32', reading };
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}
