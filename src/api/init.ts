/** A starter policy and specification for a model and dataset, with NAPs mined from it. Whether its claims are true is for the gate to say. */
import { existsSync } from 'node:fs';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import type { Dataset } from '../dataset/dataset.js';
import { type OpenDatasetOptions, openDataset } from '../dataset/open-dataset.js';
import type { InitDocument } from '../report/documents/init.js';
import { InputError } from '../util/errors.js';
import { coverage } from './coverage.js';
import { policyText, specificationText } from './init-texts.js';
import { mine } from './mine.js';
import { assertWritable, writeOutput } from './output-file.js';
import { type Progress, silentProgress } from './progress.js';
import { VERSION } from './version.js';

export interface InitOptions {
  readonly model: string;
  readonly data: string;
  /** How the data are read; the parts `mine` and `heldout` are chosen here. */
  readonly dataset?: Omit<OpenDatasetOptions, 'split' | 'limit'>;
  /** Beginning of the names of the files; default: the model's name, in the working directory. */
  readonly output?: string;
  readonly delta: string;
  /** Replace files that are there. */
  readonly force?: boolean;
}

/**
 * Writes `NAME.policy.yaml`, `NAME.spec.yaml` and `NAME.nap.json`. The recall that the policy asks for is a point below what
 * is measured now.
 * @throws InputError for files that are there already (without `force`), and as `mine`
 */
export async function init(options: InitOptions, progress: Progress = silentProgress): Promise<InitDocument> {
  const name = options.output ?? basename(options.model).replace(/\.onnx$/i, '');
  const files = {
    policy: `${name}.policy.yaml`,
    specification: `${name}.spec.yaml`,
    naps: `${name}.nap.json`,
  };
  const inputs = [options.model, options.data, options.dataset?.labels];
  for (const file of Object.values(files)) {
    assertWritable(file, '--output', inputs);
    if (options.force !== true && existsSync(file)) throw taken(file);
  }
  const dataset = options.dataset ?? {};
  await mine(
    {
      model: options.model,
      data: options.data,
      dataset,
      heldOut: { split: 'heldout' },
      deltas: [options.delta],
      grouping: 'label',
      samples: 'correct',
      allowEmptyClasses: true,
      output: files.naps,
    },
    progress,
  );
  const heldOut = { ...dataset, split: 'heldout' };
  const covered = await coverage(
    { model: options.model, naps: files.naps, data: options.data, dataset: heldOut },
    progress,
  );
  const measured = covered.recall.value ?? 0;
  const minimum = Math.max(0, Math.floor(100 * measured - 1) / 100);
  const domain = domainAround(await openDataset(options.data, dataset));
  const seen = (path: string): string => pathFrom(files.policy, path);
  writeOutput(
    files.specification,
    specificationText(
      basename(options.model),
      covered.classes.map((row) => row.class),
      domain,
    ),
  );
  writeOutput(
    files.policy,
    policyText({
      name: policyName(name),
      model: seen(options.model),
      naps: basename(files.naps),
      specification: basename(files.specification),
      data: {
        path: options.data === 'mnist' ? 'mnist' : seen(options.data),
        ...(dataset.labels === undefined ? {} : { labels: seen(dataset.labels) }),
        ...(dataset.labelColumn === undefined ? {} : { labelColumn: dataset.labelColumn }),
        ...(dataset.header === undefined ? {} : { header: dataset.header }),
        ...(dataset.scale === undefined ? {} : { scale: dataset.scale }),
      },
      recall: { measured, minimum },
    }),
  );
  return {
    format: 'napcert-init/1',
    napcert: VERSION,
    ...files,
    classes: covered.classes.map((row) => row.class),
    recall: { measured, minimum },
    refuted: covered.classes.filter((row) => row.counterexamples > 0).map((row) => row.class),
    domain,
    next: `napcert gate ${files.policy}`,
  };
}

/** [0, 1] where all numbers of the data are; else whole numbers around them. */
function domainAround(dataset: Dataset): { lower: number; upper: number } {
  let lower = 0;
  let upper = 1;
  for (let from = 0; from < dataset.count; from += 1000) {
    for (const value of dataset.batch(from, Math.min(dataset.count, from + 1000))) {
      lower = Math.min(lower, Math.floor(value));
      upper = Math.max(upper, Math.ceil(value));
    }
  }
  return { lower, upper };
}

/** Names of models in a policy are names of files. */
function policyName(name: string): string {
  const plain = basename(name)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  return plain === '' ? 'model' : plain.slice(0, 64);
}

/** The path as the policy sees it, with slashes on every system. */
function pathFrom(policy: string, path: string): string {
  return relative(dirname(resolve(policy)), resolve(path))
    .split(sep)
    .join('/');
}

function taken(file: string): InputError {
  return new InputError('the file exists already', {
    file,
    place: '--output',
    expected: 'another name, or --force to replace it',
    found: 'a file',
  });
}
