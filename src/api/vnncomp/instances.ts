/** Lists of instances as VNN-COMP keeps them: rows `onnx,vnnlib,timeout` without a header, paths relative to the list. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { csvRows } from '../../dataset/csv-rows.js';
import { readContent } from '../../dataset/read-file.js';
import { InputError } from '../../util/errors.js';

export interface Instance {
  readonly category: string;
  /** As the results name them: relative to what was given on the command line. */
  readonly onnx: string;
  readonly vnnlib: string;
  /** Files to open: these, or with `.gz` behind them. */
  readonly onnxPath: string;
  readonly vnnlibPath: string;
  readonly timeoutSeconds: number;
  /** Of the counterexample file, without its ending; unique. */
  readonly stem: string;
  /** Why the row cannot be run; null if it can. */
  readonly fault: string | null;
}

const LIST = 'instances.csv';
const MAX_LIST_BYTES = 1 << 26;

/**
 * Lists of instances: the file itself, or the ones in the folders CATEGORY and CATEGORY/VERSION of a folder.
 * @throws InputError if there is none, or not one of every category asked for
 */
export function instanceLists(path: string, categories: readonly string[] | null): readonly string[] {
  const found = isFolder(path) ? listsBelow(path) : [path];
  if (found.length === 0)
    throw new InputError('no list of instances', {
      file: path,
      expected: `${LIST}, CATEGORY/${LIST} or CATEGORY/VERSION/${LIST}`,
      found: 'a folder without',
    });
  if (categories === null) return found;
  const known = new Set(found.map((list) => categoryOf(path, list)));
  for (const category of categories) {
    if (known.has(category)) continue;
    throw new InputError('no such category', {
      file: path,
      place: '--categories',
      expected: [...known].join(', '),
      found: JSON.stringify(category),
    });
  }
  return found.filter((list) => categories.includes(categoryOf(path, list)));
}

/** @throws InputError for a list that cannot be read as rows; rows that make no sense are instances with a fault */
export async function readInstances(
  path: string,
  lists: readonly string[],
  timeoutFactor: number,
): Promise<readonly Instance[]> {
  const instances: Instance[] = [];
  const stems = new Set<string>();
  for (const list of lists) {
    const { bytes } = await readContent(list, MAX_LIST_BYTES);
    const category = categoryOf(path, list);
    const root = dirname(list);
    const shown = list === path ? '' : relative(path, root);
    try {
      for (const { line, cells } of csvRows(Buffer.from(bytes).toString('utf8'), ',')) {
        const [onnx = '', vnnlib = '', timeout = ''] = cells;
        const seconds = /^\d{1,9}(\.\d{0,9})?$/.test(timeout) ? Number(timeout) * timeoutFactor : Number.NaN;
        const isRow = cells.length === 3 && onnx !== '' && vnnlib !== '' && seconds > 0;
        const stem = `${withoutEnding(onnx, '.onnx')}_${withoutEnding(vnnlib, '.vnnlib')}`;
        instances.push({
          category,
          onnx: join(shown, onnx),
          vnnlib: join(shown, vnnlib),
          onnxPath: join(root, onnx),
          vnnlibPath: join(root, vnnlib),
          timeoutSeconds: seconds,
          stem: unique(stems, join(list === path ? category : shown, stem)),
          fault: isRow
            ? null
            : `${list}, line ${line}: expected onnx,vnnlib,timeout with a timeout > 0, found ${JSON.stringify(cells.join(',').slice(0, 200))}`,
        });
      }
    } catch (error) {
      throw error instanceof InputError ? error.inFile(list) : error;
    }
  }
  return instances;
}

function listsBelow(folder: string): string[] {
  const direct = join(folder, LIST);
  if (isFile(direct)) return [direct];
  const children = (parent: string): string[] =>
    readdirSync(parent)
      .sort()
      .map((name) => join(parent, name))
      .filter(isFolder);
  return children(folder).flatMap((category) => {
    const list = join(category, LIST);
    if (isFile(list)) return [list];
    return children(category)
      .map((version) => join(version, LIST))
      .filter(isFile);
  });
}

/** The first folder below what was given; for a single list the folder it is in. */
function categoryOf(path: string, list: string): string {
  const below = relative(path, dirname(list)).split(/[\\/]/)[0]!;
  return list === path || below === '' ? basename(dirname(resolve(list))) : below;
}

function withoutEnding(path: string, ending: string): string {
  return basename(basename(path, '.gz'), ending).replace(/[^\w.-]+/g, '_');
}

/** Rows of the same names get numbers, in order, so that a later run gives them the same. */
function unique(taken: Set<string>, stem: string): string {
  let name = stem;
  for (let n = 2; taken.has(name); n++) name = `${stem}~${n}`;
  taken.add(name);
  return name;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
