/** Published MNIST classifiers with their authors' pattern files, as `verify` takes them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Dataset } from '../../src/dataset/dataset.js';
import { openDataset } from '../../src/dataset/open-dataset.js';
import { ACTIVE, INACTIVE, type Phases } from '../../src/nap/nap.js';
import { lowerModel } from '../../src/network/lower.js';
import { type Network, neuronCount } from '../../src/network/network.js';
import { type LoadedModel, loadModel } from '../../src/onnx/load-model.js';
import { sha256 } from '../../src/util/digest.js';

const DATA = join(fileURLToPath(new URL('../..', import.meta.url)), '..', 'shared', 'data');

export interface PublishedFiles {
  readonly model: LoadedModel;
  readonly network: Network;
  readonly naps: { readonly sha256: string; readonly byClass: ReadonlyMap<number, Phases> };
  readonly dataset: Dataset;
}

/** `net` as in `256x4`, `r` as in `0.05`. The samples are the MNIST test images. */
export async function openPublished(net: string, r: string): Promise<PublishedFiles> {
  const model = await loadModel(join(DATA, 'mnistfc', `mnist-net_${net}.onnx`));
  const network = lowerModel(model);
  const bytes = readFileSync(join(DATA, 'nap-patterns', `mnist-net_${net}_r${r}.json`));
  const labels = join(DATA, 'mnist', 't10k-labels-idx1-ubyte.gz');
  const dataset = await openDataset(join(DATA, 'mnist', 't10k-images-idx3-ubyte.gz'), { labels });
  return { model, network, naps: { sha256: sha256(bytes), byClass: phasesOf(network, bytes) }, dataset };
}

/**
 * A pattern file lists the neurons with a literal and in how many training images of the class (4,500 to 6,800) each is
 * active: in nearly none or in nearly all.
 */
function phasesOf(network: Network, bytes: Buffer): Map<number, Phases> {
  const file = JSON.parse(bytes.toString('utf8')) as Record<string, { stable_idx: number[]; val: number[] }>;
  return new Map(
    Object.entries(file).map(([label, { stable_idx, val }]) => {
      const phases = new Int8Array(neuronCount(network));
      stable_idx.forEach((neuron, i) => {
        const count = val[i]!;
        if (count > 1500 && count < 3500)
          throw new Error(`neuron ${neuron} of class ${label} has no clear state`);
        phases[neuron] = count > 2500 ? ACTIVE : INACTIVE;
      });
      return [Number(label), phases];
    }),
  );
}
