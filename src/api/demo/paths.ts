/** Where the demo reads and writes. */
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** For the pairs of the refuted class. */
export const CLASSES = 10;

/** At delta 1 digits of other classes follow this class's NAP; the competitor is the class of one of them. */
export const REFUTED_CLASS = 8;
export const REFUTED_COMPETITOR = 1;

export interface DemoPaths {
  /** The shipped classifier, as one would type it here. */
  readonly model: string;
  readonly strictNaps: string;
  readonly looseNaps: string;
  /** Specification of what is refuted. */
  readonly looseSpec: string;
  readonly proved: string;
  readonly solved: string;
  readonly refuted: string;
  readonly pictures: string;
  readonly montage: string;
}

export function demoPaths(folder: string): DemoPaths {
  const shipped = fileURLToPath(new URL('../../../models/mnist-code-128x4.onnx', import.meta.url));
  const near = relative('', shipped);
  return {
    model: near.startsWith('..') ? shipped : near,
    strictNaps: join(folder, 'naps-0.99.nap.json'),
    looseNaps: join(folder, 'naps-1.nap.json'),
    looseSpec: join(folder, 'delta-1.spec.yaml'),
    proved: join(folder, 'delta-0.99.cert.json'),
    solved: join(folder, 'delta-0.99-glpk.cert.json'),
    refuted: join(folder, 'delta-1.cert.json'),
    pictures: join(folder, 'pictures'),
    montage: join(folder, 'counterexamples.png'),
  };
}
