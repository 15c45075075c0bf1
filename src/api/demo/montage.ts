/** The demo's counterexamples in one picture, and the first of them as text. */
import { readFileSync } from 'node:fs';
import { parseCertificate } from '../../certificate/read-certificate.js';
import { imageLayout, picturesToPng } from '../../dataset/png.js';
import type { DemoDocument } from '../../report/documents/demo.js';
import { openModel } from '../open-model.js';
import { writeOutput } from '../output-file.js';
import type { DemoPaths } from './paths.js';

/** Draws the counterexamples of the refuting certificate; null if there are none. */
export async function drawMontage(paths: DemoPaths): Promise<DemoDocument['picture']> {
  const { network } = await openModel(paths.model);
  const layout = imageLayout(network.tensors[network.input]!.shape);
  const { predicate } = parseCertificate(readFileSync(paths.refuted, 'utf8'), paths.refuted);
  const shown = predicate.obligations.flatMap(({ id, evidence }) =>
    evidence.kind === 'counterexample' ? [{ id, ...evidence.replay }] : [],
  );
  const [first] = shown;
  const pictures = shown.filter(({ source }, i) => shown.findIndex((other) => other.source === source) === i);
  if (layout === null || first === undefined) return null;
  writeOutput(
    paths.montage,
    picturesToPng(
      pictures.map(({ point }) => ({ values: point, layout })),
      4,
    ),
  );
  const rows = Array.from({ length: layout.height }, (_, y) =>
    Array.from({ length: layout.width }, (_, x) => first.point[y * layout.width + x]!),
  );
  return {
    file: paths.montage,
    obligation: first.id,
    source: first.source,
    shown: pictures.map(({ id, source }) => ({ obligation: id, source })),
    rows,
  };
}
