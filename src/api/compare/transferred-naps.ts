/** The literals of one model's NAPs as a NAP file of another model, so that they can be verified there. */
import type { NapFile } from '../../nap/nap-schema.js';
import type { OpenedModel } from '../open-model.js';

/** Requires: the same layers. Nothing that was measured on the first model is taken over; the origin is said. */
export function transferredNaps(file: NapFile, { loaded }: OpenedModel): NapFile {
  const origin = `mined on ${file.model.name} (SHA-256 ${file.model.sha256}), not on this model`;
  return {
    ...file,
    model: { name: loaded.fileName, sha256: loaded.sha256 },
    dataset: { ...file.dataset, selection: `${file.dataset.selection}; ${origin}` },
    heldOut: null,
    classes: file.classes.map((entry) => ({ ...entry, example: null, statistics: null })),
    overlap: [],
  };
}
