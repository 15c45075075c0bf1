/** Output files: refused before long work when they cannot be written, and written whole or not at all. */
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { SpecFile } from '../spec/spec-file.js';
import { InputError } from '../util/errors.js';
import { describeSystemError } from '../util/system-error.js';

/** Files and folders that a run reads, by the name the user gave; undefined for those left out. */
export type Inputs = readonly (string | undefined)[];

/** The specification file and what it names; data in it are relative to it. */
export function specInputs(path: string | undefined, spec: SpecFile | null): Inputs {
  if (path === undefined || spec === null) return [path];
  const inputs = [path, spec.naps];
  for (const property of spec.properties) {
    if (property.kind !== 'local-robustness' || !('data' in property.reference)) continue;
    const { data, labels } = property.reference;
    for (const file of [data, labels]) {
      if (file !== undefined) inputs.push(resolve(dirname(path), file));
    }
  }
  return inputs;
}

/**
 * Refuses a path that `writeOutput` could not write: missing or read-only folder, or the path is a folder; and one
 * that is an input of the run, under whatever name, or a sample file beside or in one.
 * @throws InputError naming the path
 */
export function assertWritable(path: string, option = '--output', inputs: Inputs = []): void {
  const folder = dirname(resolve(path));
  const parent = statOrNull(folder);
  if (parent === null || !parent.isDirectory()) {
    throw new InputError('the output cannot be written', {
      file: path,
      place: option,
      expected: 'a path in an existing folder',
      found: parent === null ? `no folder ${folder}` : `${folder} is not a folder`,
    });
  }
  const target = statOrNull(path);
  if (target !== null) refuseInputs(path, target, option, inputs);
  if (target !== null && !target.isFile()) {
    throw new InputError('the output cannot be written', {
      file: path,
      place: option,
      expected: 'a new file or an existing file to replace',
      found: target.isDirectory() ? 'a folder' : 'neither file nor folder',
    });
  }
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw unwritable(path, option, error);
  }
}

/** Where a file is or would be, with links of folders resolved: two names of one place are equal. */
export function placeOf(path: string): string {
  const folder = dirname(resolve(path));
  return join(statOrNull(folder) === null ? folder : realpathSync(folder), basename(resolve(path)));
}

/**
 * Refuses a path that the run writes something else to, whether or not there is a file yet.
 * @throws InputError naming the path
 */
export function refuseOutputs(path: string, option: string, outputs: readonly string[]): void {
  const other = outputs.find((output) => placeOf(output) === placeOf(path));
  if (other === undefined) return;
  throw new InputError('two outputs would have one name', {
    file: path,
    place: option,
    expected: 'a name each',
    found: `another output of this run, ${other}`,
  });
}

function refuseInputs(path: string, target: Stats, option: string, inputs: Inputs): void {
  const real = realpathSync(path);
  for (const input of inputs) {
    if (input === undefined) continue;
    // `FILE.npz#ARRAY` chooses in a file.
    const file = statOrNull(input) === null ? input.replace(/#[^#]*$/, '') : input;
    const info = statOrNull(file);
    if (info === null) continue;
    const same = info.dev === target.dev && info.ino === target.ino;
    if (!same && !isSampleFile(real, realpathSync(file), info)) continue;
    throw new InputError('the output would replace an input', {
      file: path,
      place: option,
      expected: 'another name',
      found: `an input of this run, ${input}`,
    });
  }
}

/** Readers of samples take pictures in the folder they are given, and labels beside the file they are given. */
function isSampleFile(output: string, input: string, info: Stats): boolean {
  const folder = info.isDirectory() ? input : dirname(input);
  if (!output.startsWith(folder + sep)) return false;
  if (info.isDirectory() && /\.png$/i.test(output)) return true;
  return /(-ubyte|\.npy)(\.gz)?$/i.test(output);
}

/**
 * Writes beside the target and renames, so that a reader sees the old file or the new one, never a part.
 * Synchronous, so that a signal cannot come between.
 * @throws InputError naming the path
 */
export function writeOutput(path: string, content: string | Uint8Array, option = '--output'): void {
  const temporary = join(dirname(resolve(path)), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    writeFileSync(temporary, content, { flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw unwritable(path, option, error);
  }
}

function unwritable(path: string, option: string, error: unknown): InputError {
  return new InputError('the output cannot be written', {
    file: path,
    place: option,
    expected: 'a writable path',
    found: describeSystemError(error),
  });
}

function statOrNull(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}
