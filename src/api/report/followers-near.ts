/** For each counterexample of a certificate the nearest samples that follow the NAPs it is about. */
import type { Certificate } from '../../certificate/certificate.js';
import type { Dataset } from '../../dataset/dataset.js';
import { toPhases } from '../../nap/nap-literals.js';
import type { ExhibitedFollower } from '../../report/exhibit.js';
import { napClasses } from '../../spec/property.js';
import { InputError } from '../../util/errors.js';
import { nearestFollower } from '../nearest-follower.js';
import type { OpenedModel } from '../open-model.js';

/** Counterexamples that are looked at; a page shows fewer. */
const MOST = 50;

/**
 * By id of the obligation. Requires: a certificate that the checker did not reject.
 * @throws InputError for samples of another size than the model's input
 */
export function followersNear(
  { predicate }: Certificate,
  { path, network }: OpenedModel,
  dataset: Dataset,
): ReadonlyMap<string, readonly ExhibitedFollower[]> {
  const { size, shape } = network.tensors[network.input]!;
  if (dataset.featureSize !== size) {
    throw new InputError('the samples do not fit the model', {
      file: dataset.name,
      place: '--data',
      expected: `samples of ${size} numbers, the input [${shape.join(', ')}] of ${path}`,
      found: `samples of ${dataset.featureSize}`,
    });
  }
  const naps = new Map(
    (predicate.naps?.classes ?? []).map((entry) => [entry.class, toPhases(network, entry)]),
  );
  const found = new Map<string, readonly ExhibitedFollower[]>();
  const results = new Map(predicate.obligations.map((result) => [result.id, result]));
  for (const { property, obligations } of predicate.properties) {
    for (const id of obligations) {
      const evidence = results.get(id)?.evidence;
      if (evidence?.kind !== 'counterexample' || found.size >= MOST) continue;
      const followers = napClasses(property).flatMap((label) => {
        const phases = naps.get(label);
        if (phases === undefined) return [];
        return nearestFollower(network, dataset, { class: label, phases }, evidence.replay.point) ?? [];
      });
      found.set(id, followers);
    }
  }
  return found;
}
