/** Counterexamples as pictures, for people to look at. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate } from '../certificate/certificate.js';
import { imageLayout, pictureToPng } from '../dataset/png.js';
import type { Network } from '../network/network.js';
import type { VerifyDocument } from '../report/documents/verify.js';
import { InputError } from '../util/errors.js';
import { assertWritable, type Inputs, writeOutput } from './output-file.js';

const OPTION = '--pictures';

/** @throws InputError if the folder does not exist or cannot be written */
export function assertPictureFolder(folder: string): void {
  const info = statSync(folder, { throwIfNoEntry: false });
  if (info === undefined || !info.isDirectory()) {
    throw new InputError('the pictures cannot be written', {
      file: folder,
      place: OPTION,
      expected: 'an existing folder',
      found: info === undefined ? 'no such folder' : 'something that is no folder',
    });
  }
  assertWritable(join(folder, 'counterexample.png'), OPTION);
}

/**
 * Writes `FOLDER/OBLIGATION.png` (slashes as underscores) for every counterexample of the certificate; values are
 * clamped to [0, 1]. Writes nothing for a model whose input is no image.
 */
export function drawCounterexamples(
  certificate: Certificate,
  network: Network,
  folder: string,
  inputs: Inputs,
): NonNullable<VerifyDocument['pictures']> {
  const layout = imageLayout(network.tensors[network.input]!.shape);
  if (layout === null) return { files: [], refusal: 'the input of the model is no picture' };
  const files = certificate.predicate.obligations.flatMap(({ id, evidence }) => {
    if (evidence.kind !== 'counterexample') return [];
    const path = join(folder, `${id.replace(/[^\w.-]+/g, '_')}.png`);
    assertWritable(path, OPTION, inputs);
    writeOutput(path, pictureToPng({ values: evidence.replay.point, layout }), OPTION);
    return [path];
  });
  return { files, refusal: null };
}
