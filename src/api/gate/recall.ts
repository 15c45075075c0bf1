/** The recall that a policy asks for, measured by napcert itself in this run: a number in a file would prove nothing. */
import { openDataset } from '../../dataset/open-dataset.js';
import type { RecallEvidence } from '../../gate/evidence.js';
import { coverageOf } from '../coverage.js';
import { compareAt, type OpenedModel } from '../open-model.js';
import type { OpenedNaps } from '../open-naps.js';
import { heldOutPart, miningSamples, unknownEvidence } from './held-out.js';
import { datasetOf } from './policy-file.js';
import type { GateRun } from './run.js';

/**
 * One entry per class that is asked for, or one for all samples, measured on the model and the NAPs that are open: no
 * file is read again. Nothing is measured without NAPs of this model.
 * @throws InputError for a dataset that cannot be read or does not fit the model
 */
export async function measureRecall(
  run: GateRun,
  position: number,
  model: OpenedModel,
  naps: OpenedNaps | null,
): Promise<RecallEvidence[]> {
  const list = run.file.policy.models[position]!.recall ?? [];
  if (list.length === 0) return [];
  run.progress.note('measuring recall on held-out samples');
  if (naps !== null) await compareAt(model, []);
  const mining = await miningSamples(run, position, naps);
  const evidence: RecallEvidence[] = [];
  for (const [k, asked] of list.entries()) {
    const line = run.file.lineOf(['models', position, 'recall', k]);
    const { path, options } = datasetOf(run.file, asked.data);
    run.progress.step(`reading ${path}`);
    const dataset = naps === null ? null : await openDataset(path, options);
    const { kept, evidence: heldOut } =
      dataset === null ? { kept: null, evidence: unknownEvidence(mining) } : heldOutPart(mining, dataset);
    const covered = naps === null || kept === null ? null : await coverageOf(model, naps, kept, run.progress);
    const shown = kept ?? dataset;
    for (const label of asked.classes ?? [null]) {
      const share =
        label === null ? covered?.recall : covered?.classes.find((row) => row.class === label)?.recall;
      evidence.push({
        class: label,
        dataset:
          shown === null
            ? null
            : {
                name: shown.name,
                selection: shown.selection,
                digest: shown.digest,
                samples: shown.count,
              },
        minimum: asked.minimum,
        measured: share === undefined ? null : { count: share.count, of: share.of, value: share.value },
        advisory: asked.advisory,
        source: { file: run.file.path, line },
        ...heldOut,
      });
    }
  }
  return evidence;
}
