/** Reference points of local robustness: read, and named for people. */
import { basename, resolve } from 'node:path';
import { openDataset } from '../../dataset/open-dataset.js';
import type { Network } from '../../network/network.js';
import type { PropertyTemplate } from '../../spec/spec-file.js';
import { InputError } from '../../util/errors.js';

type Reference = Extract<PropertyTemplate, { kind: 'local-robustness' }>['reference'];

/**
 * A name for every reference: the one it is given, or file and sample (`iris.csv#0`). Names of different references
 * differ: a later one gets a number. Ids of properties are made of them, so they do not depend on what is chosen.
 */
export function referenceNames(templates: readonly PropertyTemplate[]): ReadonlyMap<Reference, string> {
  const names = new Map<Reference, string>();
  const owners = new Map<string, string>();
  for (const template of templates) {
    if (template.kind !== 'local-robustness') continue;
    const { reference } = template;
    const plain =
      'input' in reference ? (reference.name ?? 'input') : `${basename(reference.data)}#${reference.sample}`;
    const owner = JSON.stringify('input' in reference ? reference.input : [reference.data, reference.sample]);
    let name = plain;
    for (let n = 2; (owners.get(name) ?? owner) !== owner; n++) name = `${plain} (${n})`;
    owners.set(name, owner);
    names.set(reference, name);
  }
  return names;
}

/** A point, and the label of the sample that it is; null for numbers without a label. */
export interface ReferencePoint {
  readonly point: Float64Array;
  readonly label: number | null;
}

/**
 * The numbers of a reference, rounded to the element type of the model.
 * @param folder what paths are relative to
 * @throws InputError for a sample that does not exist or does not fit the model
 */
export async function referencePoint(
  network: Network,
  reference: Reference,
  name: string,
  folder: string,
): Promise<ReferencePoint> {
  const round = (x: number): number => (network.elementType === 'float32' ? Math.fround(x) : x);
  if ('input' in reference) {
    return { point: fitting(network, Float64Array.from(reference.input, round), name), label: null };
  }
  const path = reference.data === 'mnist' ? 'mnist' : resolve(folder, reference.data);
  const dataset = await openDataset(
    path,
    reference.labels === undefined ? {} : { labels: resolve(folder, reference.labels) },
  );
  if (reference.sample >= dataset.count) {
    throw new InputError('no such sample', {
      file: reference.data,
      expected: `a sample below ${dataset.count}`,
      found: `${reference.sample}`,
    });
  }
  const point = dataset.batch(reference.sample, reference.sample + 1).map(round);
  return { point: fitting(network, point, name), label: dataset.labels[reference.sample]! };
}

function fitting(network: Network, point: Float64Array, name: string): Float64Array {
  const { size } = network.tensors[network.input]!;
  if (point.length === size) return point;
  throw new InputError('the reference sample does not fit the model', {
    place: `reference ${name}`,
    expected: `${size} numbers`,
    found: `${point.length}`,
  });
}
