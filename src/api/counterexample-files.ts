/** Counterexamples as files: JSON for programs, pictures for people. One name per obligation, never one for two. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate, Replay } from '../certificate/certificate.js';
import { imageLayout, picturesToPng } from '../dataset/png.js';
import type { Network } from '../network/network.js';
import type { CounterexampleDocument } from '../report/documents/counterexample.js';
import type { VerifyDocument } from '../report/documents/verify.js';
import type { ExhibitedFollower } from '../report/exhibit.js';
import { decimalText } from '../util/decimal-text.js';
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { assertWritable, type Inputs, writeOutput } from './output-file.js';
import { VERSION } from './version.js';

/** The options of `verify` that name a folder, and what its files are called in messages. */
const FOLDERS = {
  '--pictures': { what: 'pictures', suffix: '.png' },
  '--counterexamples': { what: 'counterexamples', suffix: '.json' },
} as const;

type FolderOption = keyof typeof FOLDERS;

/** @throws InputError if the folder does not exist or cannot be written */
export function assertFolder(folder: string, option: FolderOption): void {
  const { what, suffix } = FOLDERS[option];
  const info = statSync(folder, { throwIfNoEntry: false });
  if (info === undefined || !info.isDirectory()) {
    throw new InputError(`the ${what} cannot be written`, {
      file: folder,
      place: option,
      expected: 'an existing folder',
      found: info === undefined ? 'no such folder' : 'something that is no folder',
    });
  }
  assertWritable(join(folder, `counterexample${suffix}`), option);
}

/**
 * Writes `FOLDER/OBLIGATION.png` (see {@link fileNames}) for every counterexample of the certificate; values are
 * clamped to [0, 1]. Writes nothing for a model whose input is no image.
 * @param nearest samples by obligation that are drawn to the right of its counterexample, for comparison
 */
export function drawCounterexamples(
  certificate: Certificate,
  network: Network,
  folder: string,
  inputs: Inputs,
  nearest: ReadonlyMap<string, readonly ExhibitedFollower[]> = new Map(),
): NonNullable<VerifyDocument['pictures']> {
  const layout = imageLayout(network.tensors[network.input]!.shape);
  if (layout === null) return { files: [], beside: [], refusal: 'the input of the model is no picture' };
  const followers: (readonly ExhibitedFollower[])[] = [];
  const files = writeEach(certificate, folder, '--pictures', inputs, ({ id }, { point }) => {
    const own = nearest.get(id) ?? [];
    followers.push(own);
    return picturesToPng([point, ...own.map((one) => one.point)].map((values) => ({ values, layout })));
  });
  const beside = files.map((_, k) =>
    followers[k]!.map(({ class: label, source, distance }) => ({ class: label, sample: source, distance })),
  );
  return { files, beside, refusal: null };
}

/** Writes `FOLDER/OBLIGATION.json` for every counterexample: the schema `counterexample` of the documents. */
export function listCounterexamples(
  certificate: Certificate,
  network: Network,
  folder: string,
  inputs: Inputs,
): readonly string[] {
  const { predicate } = certificate;
  return writeEach(certificate, folder, '--counterexamples', inputs, (obligation, replay) => {
    const document: CounterexampleDocument = {
      format: 'napcert-counterexample/1',
      napcert: VERSION,
      model: { name: predicate.model.name, sha256: predicate.model.sha256 },
      arithmetic: predicate.arithmetic,
      obligation: { id: obligation.id, digest: obligation.digest },
      input: {
        tensor: network.tensors[network.input]!.name,
        shape: [...network.tensors[network.input]!.shape],
      },
      point: replay.point.map(decimalText),
      exactLogits: [...replay.exactLogits],
      runtimeLogits: replay.runtimeLogits?.map(decimalText) ?? null,
      source: replay.source,
    };
    return `${JSON.stringify(document, null, 2)}\n`;
  });
}

function writeEach(
  { predicate }: Certificate,
  folder: string,
  option: FolderOption,
  inputs: Inputs,
  content: (
    obligation: { readonly id: string; readonly digest: string },
    replay: Replay,
  ) => string | Uint8Array,
): string[] {
  const refuted = predicate.obligations.flatMap(({ id, digest, evidence }) =>
    evidence.kind === 'counterexample' ? [{ id, digest, replay: evidence.replay }] : [],
  );
  const names = fileNames(refuted.map(({ id }) => id));
  return refuted.map(({ id, digest, replay }, k) => {
    const path = join(folder, `${names[k]!}${FOLDERS[option].suffix}`);
    assertWritable(path, option, inputs);
    writeOutput(path, content({ id, digest }, replay), option);
    return path;
  });
}

/** Longest file name without suffix: file systems end at 255 bytes, and writing adds a suffix of its own. */
const MAX_NAME = 150;

/**
 * File names for ids: other characters than letters, digits, dots and hyphens as underscores. A name that is too long,
 * or that another id would get as well (also where case does not count), ends with 12 digits of the id's SHA-256.
 */
export function fileNames(ids: readonly string[]): string[] {
  const plain = ids.map((id) => id.replace(/[^\w.-]+/g, '_'));
  const counts = new Map<string, number>();
  for (const name of plain) counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1);
  return plain.map((name, k) => {
    if (name.length <= MAX_NAME && counts.get(name.toLowerCase()) === 1) return name;
    return `${name.slice(0, MAX_NAME)}_${sha256(ids[k]!).slice(0, 12)}`;
  });
}
