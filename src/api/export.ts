/** Obligations as text, for people with another solver or verifier. */
import { dirname, extname } from 'node:path';
import { intervalBounds } from '../bounds/interval.js';
import { UnboundedEncodingError } from '../engines/encoding/elements.js';
import { encode } from '../engines/encoding/encode.js';
import type { Network } from '../network/network.js';
import { compileProperty } from '../obligation/compile.js';
import { evaluatedNetwork } from '../obligation/float-error/perturbed.js';
import type { Obligation } from '../obligation/obligation.js';
import type { ExportDocument, ExportedSize } from '../report/documents/export.js';
import { toLp, toMps } from '../solvers/export.js';
import type { LinearModel } from '../solvers/solver.js';
import { printQuery } from '../spec/vnnlib/print-query.js';
import { sizeOf } from '../spec/vnnlib/query.js';
import { InputError } from '../util/errors.js';
import { type ExposedModel, exposedModel } from './export/exposed-model.js';
import { marabouQuery } from './export/marabou.js';
import { flatQuery, tensorQuery, usedBlocks } from './export/query-of.js';
import { modelReferenceOf, type OpenedModel, openModel } from './open-model.js';
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
  readonly fileFormat: ExportDocument['fileFormat'];
  /** With several obligations it must hold `{id}`. */
  readonly output: string;
  /** For VNN-LIB 1.0 and claims with NAPs: the model with its hidden tensors exposed. */
  readonly exposedModel?: string;
}

const PLACEHOLDER = '{id}';
const MEANINGS: Readonly<Record<ExportDocument['fileFormat'], string>> = {
  lp: 'infeasible: the region where the claim fails is empty; feasible: the solution is a candidate for a counterexample',
  mps: 'infeasible: the region where the claim fails is empty; feasible: the solution is a candidate for a counterexample',
  vnnlib1:
    'unsat: the region where the claim fails is empty; sat: the input is a candidate for a counterexample',
  vnnlib2:
    'unsat: the region where the claim fails is empty; sat: the input is a candidate for a counterexample',
  marabou:
    'unsat: the region where the claim fails is empty; sat: the input is a candidate for a counterexample',
};

/**
 * Writes one file per obligation, satisfiable iff the claim can fail: its exact big-M encoding, a VNN-LIB query, or an
 * input query of Marabou.
 * @throws InputError for files that do not fit together, and for obligations that the format cannot hold
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
  const inputs = [options.model, napPath, ...specInputs(options.claims.spec, spec)];
  const paths = outputPaths(options.output, obligations, inputs);
  const { model: exposed, writeModel } = exposure(options, model, obligations, inputs);
  const files = obligations.map((obligation, i) => {
    progress.step('encoding', i, obligations.length);
    const { text, size } = contentOf(options.fileFormat, model, exposed, obligation);
    writeOutput(paths[i]!, text);
    return { file: paths[i]!, obligation: obligation.id, obligationDigest: obligation.digest, ...size };
  });
  writeModel();
  // Stated as a sum of inputs: no verifier is bound to know it, and this one does not.
  if (options.fileFormat.startsWith('vnnlib') && obligations.some(({ section }) => section !== undefined))
    progress.note(
      'the queries fix the sum of the inputs to 1, as the orthant asks; `napcert vnnlib` reads only bounds of single inputs',
    );
  return {
    format: 'napcert-export/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    naps: naps?.path ?? null,
    fileFormat: options.fileFormat,
    meaning: MEANINGS[options.fileFormat],
    exposedModel: exposed === null ? null : { file: options.exposedModel!, sha256: exposed.sha256 },
    files,
  };
}

/** The model for queries of VNN-LIB 1.0 about hidden neurons; null where none is needed. */
function exposure(
  { fileFormat, exposedModel: path, output }: ExportOptions,
  model: OpenedModel,
  obligations: readonly Obligation[],
  inputs: Inputs,
): { readonly model: ExposedModel | null; readonly writeModel: () => void } {
  const used = fileFormat === 'vnnlib1' ? usedBlocks(model.network, obligations) : [];
  if (used.length === 0) {
    if (path === undefined) return { model: null, writeModel: () => {} };
    throw new InputError('no model with hidden outputs is needed', {
      place: '--exposed-model',
      expected: 'the option only with --format vnnlib1, and claims about NAPs',
      found: `${fileFormat}, and ${obligations.length} obligations`,
    });
  }
  if (path === undefined) {
    throw new InputError('queries of VNN-LIB 1.0 about NAPs need a model with hidden outputs', {
      place: '--exposed-model',
      expected: 'a file to write it to',
      found: 'none',
    });
  }
  assertWritable(path, '--exposed-model', [...inputs, output]);
  const exposed = exposedModel(model, used);
  return { model: exposed, writeModel: () => writeOutput(path, exposed.bytes, '--exposed-model') };
}

function contentOf(
  format: ExportDocument['fileFormat'],
  { path, network }: OpenedModel,
  exposed: ExposedModel | null,
  obligation: Obligation,
): { readonly text: string; readonly size: ExportedSize } {
  switch (format) {
    case 'lp':
    case 'mps': {
      const { linear, binaries } = encoding(network, obligation);
      const { columns, rows, value } = linear;
      const size = { variables: columns, binaries, constraints: rows, nonZeros: value.length };
      return { text: format === 'lp' ? toLp(linear) : toMps(linear), size };
    }
    case 'vnnlib1':
    case 'vnnlib2': {
      if (network.leftOut !== undefined) {
        throw new InputError('queries cannot be about the logits of this model', {
          file: path,
          expected: 'a model that ends with its logits',
          found: network.leftOut,
        });
      }
      const query =
        format === 'vnnlib1' ? flatQuery(network, exposed, obligation) : tensorQuery(network, obligation);
      const variables = query.tensors.reduce((sum, tensor) => sum + sizeOf(tensor), 0);
      const size = { variables, binaries: null, constraints: query.assertions.length, nonZeros: null };
      return { text: printQuery(query, [`napcert ${VERSION}: ${obligation.id}`, MEANINGS[format]]), size };
    }
    case 'marabou': {
      const { text, variables, equations, constraints } = marabouQuery(network, obligation);
      const size = { variables, binaries: null, constraints: equations + constraints, nonZeros: null };
      return { text, size };
    }
  }
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
