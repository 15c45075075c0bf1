/** Samples are told apart by their numbers, so those of recall have to be scaled as those of mining are. */
import type { Dataset } from '../../dataset/dataset.js';
import { openDataset } from '../../dataset/open-dataset.js';
import type { PolicyDataset } from '../../gate/policy.js';
import { InputError } from '../../util/errors.js';
import { datasetOf } from './policy-file.js';
import type { GateRun } from './run.js';

/**
 * Under another scale a sample of mining would pass for one that was held out. Files are opened only where one of the two
 * leaves its scale to the kind of its numbers.
 * @throws InputError naming the recall whose `scale` is not that of `mining`
 */
export async function refuseOtherScales({ file }: GateRun, position: number): Promise<void> {
  const { mining, recall } = file.policy.models[position]!;
  if (mining === undefined || typeof mining === 'string') return;
  for (const [k, { data }] of (recall ?? []).entries()) {
    if (data.scale === mining.scale || (await readAlike(file, mining, data))) continue;
    const path = ['models', position, 'recall', k];
    const line = file.lineOf([...path, 'data', 'scale']) ?? file.lineOf(path);
    throw new InputError('the samples of recall are scaled in another way than those of mining', {
      file: file.path,
      place: `${line === null ? '' : `line ${line}: `}models.${position}.recall.${k}.data.scale`,
      expected: `${mining.scale ?? 'none'}, as under mining: samples in both are found by their numbers`,
      found: data.scale ?? 'none',
    });
  }
}

/** Whether what is not said comes to the same; true for mining data that cannot be read, whose recall is not shown. */
async function readAlike(
  file: GateRun['file'],
  mining: PolicyDataset,
  data: PolicyDataset,
): Promise<boolean> {
  if (mining.scale !== undefined && data.scale !== undefined) return false;
  const open = (one: PolicyDataset) => {
    const { path, options } = datasetOf(file, one);
    return openDataset(path, options);
  };
  const own = await open(data);
  try {
    return isDivided(await open(mining)) === isDivided(own);
  } catch (error) {
    if (error instanceof InputError) return true;
    throw error;
  }
}

/** Formats round in ways of their own, and say so; what they divide by is the same. */
function isDivided({ scaling }: Dataset): boolean {
  return scaling.includes('/ 255');
}
