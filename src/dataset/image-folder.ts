/** A folder with one folder per class, each holding the PNG files of its samples. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { byteTable, createDataset, type Dataset, type Scale, scalingNote } from './dataset.js';
import { interleave } from './interleave.js';
import { checkLabels } from './labels.js';
import { MAX_EXPANDED_BYTES, MAX_PNG_BYTES, MAX_SAMPLES } from './limits.js';
import { decodePng, type Pixels } from './png-pixels.js';
import { readBytes, unreadable } from './read-file.js';

export interface ImageFolderOptions {
  readonly scale?: Scale;
  readonly allowGaps?: boolean;
}

interface ClassFolder {
  readonly name: string;
  readonly label: number;
  readonly images: readonly string[];
}

/**
 * Feature shape [1, H, W] for grayscale, [3, H, W] (CHW) for colour; all images alike. Class folders named
 * by integers keep them as labels; other names are numbered in sorted order and kept as `classNames`.
 * Within a class images are sorted by name; classes are interleaved in proportion (see `interleave`).
 * The digest covers class folder, file name and bytes of every image. Names that begin with a dot are
 * passed over.
 * @throws InputError on an empty folder, a file that is no readable PNG, or images of different shape
 */
export async function openImageFolder(path: string, options: ImageFolderOptions = {}): Promise<Dataset> {
  const classes = await classFolders(path);
  const sizes = classes.map(({ images }) => images.length);
  const listed = classes.flatMap(({ name, label, images }) =>
    images.map((image) => ({ file: join(path, name, image), entry: `${name}/${image}`, label })),
  );
  if (listed.length === 0 || listed.length > MAX_SAMPLES) {
    throw new InputError(listed.length === 0 ? 'the dataset is empty' : 'the dataset is too large', {
      file: path,
      expected: `one folder per class with PNG files in them, at most ${MAX_SAMPLES}`,
      found: `${classes.length} folders with ${listed.length} files`,
    });
  }
  const ordered = Array.from(interleave(sizes), (index) => listed[index]!);
  const digests = new Map<string, string>();
  let first: Pixels | undefined;
  let data = new Uint8Array();
  for (const [i, { file, entry }] of ordered.entries()) {
    const bytes = await readBytes(file, MAX_PNG_BYTES);
    const image = decoded(bytes, file);
    if (first === undefined) {
      first = image;
      data = allocate(image.data.length, ordered.length, path);
    }
    checkSameShape(image, first, file, ordered[0]!.file);
    data.set(image.data, i * image.data.length);
    digests.set(entry, sha256(bytes));
  }
  const scale = options.scale ?? 'unit';
  const named = classes.some(({ name }) => !isInteger(name));
  const { labels, classes: count } = checkLabels(
    ordered.map(({ label }) => label),
    { file: path, place: (i) => ordered[i]!.entry, allowGaps: options.allowGaps ?? false },
  );
  return createDataset({
    name: path,
    format: 'image-folder',
    featureShape: [first!.channels, first!.height, first!.width],
    labels,
    classes: count,
    ...(named ? { classNames: classes.map(({ name }) => name) } : {}),
    samples: { kind: 'bytes', data, table: byteTable(scale) },
    scaling: scalingNote(scale),
    files: listed.map(({ entry }) =>
      Object.freeze({ role: JSON.stringify(entry), sha256: digests.get(entry)! }),
    ),
    reading: [`scale=${scale}`],
  });
}

async function classFolders(path: string): Promise<ClassFolder[]> {
  const entries = await list(path);
  const names = entries
    .filter((entry) => entry.isFolder)
    .map(({ name }) => name)
    .sort();
  const stray = entries.find((entry) => /\.png$/i.test(entry.name));
  if (stray !== undefined) {
    throw new InputError('an image outside a class folder has no label', {
      file: join(path, stray.name),
      expected: `${path}/CLASS/${stray.name}`,
    });
  }
  const numbered = names.every(isInteger);
  const classes: ClassFolder[] = [];
  for (const [i, name] of names.entries()) {
    const files = await list(join(path, name));
    const other = files.find((file) => !file.isFile || !/\.png$/i.test(file.name));
    if (other !== undefined) {
      throw new InputError('a class folder holds something else than PNG files', {
        file: join(path, name, other.name),
        expected: 'NAME.png',
        found: other.isFolder ? 'a folder' : other.name,
      });
    }
    if (files.length === 0) {
      throw new InputError('a class folder is empty', { file: join(path, name), expected: 'PNG files' });
    }
    const label = numbered ? Number(name) : i;
    const twin = classes.find((known) => known.label === label);
    if (twin !== undefined) {
      throw new InputError('two folders for one class', {
        file: path,
        expected: 'one folder per class',
        found: `${twin.name} and ${name}`,
      });
    }
    classes.push({ name, label, images: files.map((file) => file.name).sort() });
  }
  return classes;
}

interface Entry {
  readonly name: string;
  readonly isFile: boolean;
  readonly isFolder: boolean;
}

/** Entries that do not begin with a dot; links count as what they lead to, so that no class is lost. */
async function list(folder: string): Promise<Entry[]> {
  try {
    const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
    const entries: Entry[] = [];
    for (const name of names) {
      const info = await stat(join(folder, name));
      entries.push({ name, isFile: info.isFile(), isFolder: info.isDirectory() });
    }
    return entries;
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function isInteger(name: string): boolean {
  return /^\d+$/.test(name);
}

function decoded(bytes: Uint8Array, file: string): Pixels {
  try {
    return decodePng(bytes);
  } catch (error) {
    throw error instanceof InputError ? error.inFile(file) : error;
  }
}

function allocate(size: number, count: number, path: string): Uint8Array<ArrayBuffer> {
  if (size * count <= MAX_EXPANDED_BYTES) return new Uint8Array(size * count);
  throw new InputError('the dataset is too large', {
    file: path,
    expected: `at most ${MAX_EXPANDED_BYTES} bytes of pixels`,
    found: `${count} images of ${size} bytes`,
  });
}

function checkSameShape(image: Pixels, first: Pixels, file: string, firstFile: string): void {
  const [shape, wanted] = [image, first].map((p) => `${p.width} x ${p.height}, ${p.channels} channel(s)`);
  if (shape === wanted) return;
  throw new InputError('an image of another size or kind', {
    file,
    expected: `${wanted}, as ${firstFile}`,
    found: shape!,
  });
}
