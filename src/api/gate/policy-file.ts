/** The policy on disk: read, with the line of everything in it. */
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { OpenDatasetOptions } from '../../dataset/open-dataset.js';
import { linesOf } from '../../gate/places.js';
import { type Policy, type PolicyDataset, policySchema } from '../../gate/policy.js';
import { parseYaml } from '../../spec/parse-spec.js';
import { sha256 } from '../../util/digest.js';
import { readAs } from '../../util/file-kind.js';
import { readRegularFile } from '../../util/read-regular-file.js';

const MAX_BYTES = 64 * 1024 * 1024;

export interface PolicyFile {
  readonly path: string;
  readonly sha256: string;
  /** For people: that of the policy, or of its file. */
  readonly name: string;
  readonly policy: Policy;
  readonly lineOf: (path: readonly (string | number)[]) => number | null;
  /** A path of the policy as seen from the working directory. */
  readonly at: (path: string) => string;
}

/** @throws InputError with file, line and column, for a file that is no policy */
export function readPolicy(path: string): PolicyFile {
  const bytes = readRegularFile(path, {
    what: 'the policy',
    expected: 'a YAML or JSON file, as `napcert init` writes one',
    maxBytes: MAX_BYTES,
  });
  const text = bytes.toString('utf8');
  const policy = readAs('policy', path, text, () => parseYaml(text, path, policySchema));
  return {
    path,
    sha256: sha256(bytes),
    name: policy.name ?? basename(path).replace(/(\.policy)?\.(ya?ml|json)$/, ''),
    policy,
    lineOf: linesOf(text),
    at: (file) => (isAbsolute(file) ? file : join(dirname(path), file)),
  };
}

/** A dataset of the policy as the readers of datasets take it. */
export function datasetOf(
  { at }: PolicyFile,
  { path, labels, ...rest }: PolicyDataset,
): { readonly path: string; readonly options: OpenDatasetOptions } {
  const options: Record<string, unknown> = {
    ...rest,
    ...(labels === undefined ? {} : { labels: at(labels) }),
  };
  for (const key of Object.keys(options)) if (options[key] === undefined) delete options[key];
  return { path: path === 'mnist' ? path : at(path), options: options as OpenDatasetOptions };
}
