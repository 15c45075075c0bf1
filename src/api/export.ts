/** The MILP of each obligation as text, for people with another solver. */
import { dirname, extname } from 'node:path';
import { intervalBounds } from '../bounds/interval.js';
import { UnboundedEncodingError } from '../engines/encoding/elements.js';
import { encode } from '../engines/encoding/encode.js';
import type { Network } from '../network/network.js';
import { compileProperty } from '../obligation/compile.js';
import { evaluatedNetwork } from '../obligation/float-error/perturbed.js';
import type { Obligation } from '../obligation/obligation.js';
import type { ExportDocument } from '../report/documents/export.js';
import { toLp, toMps } from '../solvers/export.js';
import type { LinearModel } from '../solvers/solver.js';
import { InputError } from '../util/errors.js';
import { modelReferenceOf, openModel } from './open-model.js';
import { openNaps } from './open-naps.js';
import { assertWritable, type Inputs, specInputs, writeOutput } from './output-file.js';
import { type Progress, silentProgress } from './progress.js';
import { type ClaimChoices, readSpec } from './verify/claims.js';
import { checkedClaims } from './verify-files.js';
import { VERSION } from './version.js';

export interface ExportOptions {
  readonly model: string;
  readonly naps?: string;
  readonly claims: ClaimChoices;
  readonly fileFormat: 'lp' | 'mps';
  /** With several obligations it must hold `{id}`. */
  readonly output: string;
}

const PLACEHOLDER = '{id}';
const MEANING =
  'infeasible: the region where the claim fails is empty; feasible: the solution is a candidate for a counterexample';

/**
 * Writes one file per obligation: its exact big-M encoding, feasible iff the claim can fail.
 * @throws InputError for files that do not fit together, and for a region without finite bounds
 */
export async function exportModels(
  options: ExportOptions,
  progress: Progress = silentProgress,
): Promise<ExportDocument> {
  progress.step(`reading ${options.model}`);
  const spec = await readSpec(options.claims.spec);
  const model = await openModel(options.model);
  const { network } = model;
  const napPath = options.naps ?? spec?.naps;
  const naps = napPath === undefined ? null : openNaps(napPath, model);
  const target = {
    network,
    modelSha256: model.loaded.sha256,
    naps: new Map((naps?.naps ?? []).map((nap) => [nap.class, nap.phases])),
  };
  const claims = await checkedClaims(options.claims, spec, target);
  const obligations = claims.properties.flatMap((property) =>
    compileProperty({ ...target, domain: claims.domain }, property),
  );
  const paths = outputPaths(options.output, obligations, [
    options.model,
    napPath,
    ...specInputs(options.claims.spec, spec),
  ]);
  return {
    format: 'napcert-export/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    naps: naps?.path ?? null,
    fileFormat: options.fileFormat,
    meaning: MEANING,
    files: obligations.map((obligation, i) => {
      progress.step('encoding', i, obligations.length);
      const { linear, binaries } = encoding(network, obligation);
      writeOutput(paths[i]!, options.fileFormat === 'lp' ? toLp(linear) : toMps(linear));
      return {
        file: paths[i]!,
        obligation: obligation.id,
        obligationDigest: obligation.digest,
        columns: linear.columns,
        binaries,
        rows: linear.rows,
        nonZeros: linear.value.length,
      };
    }),
  };
}

function encoding(model: Network, obligation: Obligation): { linear: LinearModel; binaries: number } {
  const network = evaluatedNetwork(model, obligation);
  const { bounds } = intervalBounds(network, obligation.box, obligation.naps);
  try {
    const { model, binaries } = encode(network, bounds, obligation, {
      start: network.input,
      style: 'exact',
      goal: 'constraints',
    });
    return { linear: model, binaries };
  } catch (error) {
    if (!(error instanceof UnboundedEncodingError)) throw error;
    throw new InputError('this obligation has no big-M encoding', {
      place: obligation.id,
      expected: 'finite bounds of every neuron: a bounded domain',
      found: error.message,
    });
  }
}

function outputPaths(pattern: string, obligations: readonly Obligation[], inputs: Inputs): string[] {
  if (obligations.length > 1 && !pattern.includes(PLACEHOLDER)) {
    throw new InputError('several obligations need several files', {
      file: pattern,
      place: '--output',
      expected: `a name with ${PLACEHOLDER}, for example ${dirname(pattern)}/${PLACEHOLDER}${extname(pattern)}, or one --class and --competitor`,
      found: `${obligations.length} obligations and one name`,
    });
  }
  const paths = obligations.map(({ id }) => pattern.replaceAll(PLACEHOLDER, id.replace(/[^\w.-]+/g, '_')));
  for (const path of paths) assertWritable(path, '--output', inputs);
  return paths;
}
