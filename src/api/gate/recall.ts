/** The recall that a policy asks for, measured by napcert itself in this run: a number in a file would prove nothing. */
import type { RecallEvidence } from '../../gate/evidence.js';
import { coverage } from '../coverage.js';
import type { OpenedModel } from '../open-model.js';
import type { OpenedNaps } from '../open-naps.js';
import { datasetOf } from './policy-file.js';
import type { GateRun } from './run.js';

/**
 * One entry per class that is asked for, or one for all samples. Nothing is measured without NAPs of this model.
 * @throws InputError for a dataset that cannot be read or does not fit the model
 */
export async function measureRecall(
  run: GateRun,
  position: number,
  model: OpenedModel,
  naps: OpenedNaps | null,
): Promise<RecallEvidence[]> {
  const evidence: RecallEvidence[] = [];
  for (const [k, asked] of (run.file.policy.models[position]!.recall ?? []).entries()) {
    const line = run.file.lineOf(['models', position, 'recall', k]);
    const { path, options } = datasetOf(run.file, asked.data);
    const covered =
      naps === null
        ? null
        : await coverage({ model: model.path, naps: naps.path, data: path, dataset: options }, run.progress);
    for (const label of asked.classes ?? [null]) {
      const share =
        label === null ? covered?.recall : covered?.classes.find((row) => row.class === label)?.recall;
      evidence.push({
        class: label,
        dataset:
          covered === null
            ? null
            : {
                name: covered.dataset.name,
                selection: covered.dataset.selection,
                digest: covered.dataset.digest,
                samples: covered.dataset.samples,
              },
        minimum: asked.minimum,
        measured: share === undefined ? null : { count: share.count, of: share.of, value: share.value },
        advisory: asked.advisory,
        source: { file: run.file.path, line },
        isMiningData: covered !== null && covered.dataset.digest === naps?.file.dataset.digest,
      });
    }
  }
  return evidence;
}
