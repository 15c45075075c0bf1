/** Counterexamples as pictures, for people to look at. */
import { join } from 'node:path';
import type { Certificate } from '../certificate/certificate.js';
import { imageLayout, pictureToPng } from '../dataset/png.js';
import type { Network } from '../network/network.js';
import { assertWritable, writeOutput } from './output-file.js';

const OPTION = '--pictures';

/** @throws InputError if the folder does not exist or cannot be written */
export function assertPictureFolder(folder: string): void {
  assertWritable(join(folder, 'counterexample.png'), OPTION);
}

/**
 * Writes `FOLDER/OBLIGATION.png` (slashes as underscores) for every counterexample of the certificate; values are
 * clamped to [0, 1]. Writes nothing for a model whose input is no image.
 * @returns the paths written
 */
export function drawCounterexamples(certificate: Certificate, network: Network, folder: string): string[] {
  const layout = imageLayout(network.tensors[network.input]!.shape);
  if (layout === null) return [];
  return certificate.predicate.obligations.flatMap(({ id, evidence }) => {
    if (evidence.kind !== 'counterexample') return [];
    const path = join(folder, `${id.replace(/[^\w.-]+/g, '_')}.png`);
    writeOutput(path, pictureToPng({ values: evidence.replay.point, layout }), OPTION);
    return [path];
  });
}
