/** What `napcert vnnlib verify` does: a query and a network in; verdict, assignment and, if asked, a certificate out. */
import { join } from 'node:path';
import type { Certificate } from '../../certificate/certificate.js';
import { compiledQuery } from '../../obligation/query.js';
import { encodeTensor, tensor } from '../../onnx/encode.js';
import type { VnnlibDocument } from '../../report/documents/vnnlib.js';
import { sha256 } from '../../util/digest.js';
import { InputError } from '../../util/errors.js';
import type { ClusterChoice } from '../executor/open-cluster.js';
import { compareAt, modelReferenceOf, type OpenedModel } from '../open-model.js';
import { assertWritable, writeOutput } from '../output-file.js';
import { type Progress, silentProgress } from '../progress.js';
import { writeCertificate } from '../verify/certificate-file.js';
import { verify } from '../verify/verify.js';
import { VERSION } from '../version.js';
import { type Assigned, assignmentAt } from './assignment.js';
import { type OpenedQuery, openPackedModel, openQuery } from './open-query.js';

export interface VerifyQueryOptions {
  readonly query: string;
  /** `NAME=PATH`; version 1.0 names no network, so any name will do. */
  readonly network: string;
  /** For the query as a whole. */
  readonly timeoutSeconds: number;
  /** Existing folder for one ONNX TensorProto per variable of a satisfying assignment. */
  readonly assignments?: string;
  /** Certificate to write. */
  readonly output?: string;
}

/** @throws InputError for files that do not fit together, and for queries that cannot be treated soundly */
export async function verifyQuery(
  options: VerifyQueryOptions,
  progress: Progress = silentProgress,
  signal?: AbortSignal,
): Promise<VnnlibDocument> {
  const { name, path } = networkOption(options.network);
  const opened = await openQuery(options.query);
  requireName(opened, name);
  const model = await openPackedModel(path);
  const inputs = [options.query, path];
  if (options.output !== undefined) assertWritable(options.output, '--output', inputs);
  const decided = await decideQueryFile(opened, model, options.timeoutSeconds, progress, signal);
  const { certificate, assignment } = decided;
  if (options.assignments !== undefined && assignment !== null) {
    for (const part of assignment) serialise(options.assignments, part, inputs);
  }
  const text = options.output === undefined ? null : writeCertificate(options.output, certificate);
  return {
    format: 'napcert-vnnlib/1',
    napcert: VERSION,
    model: modelReferenceOf(model),
    query: {
      file: options.query,
      sha256: sha256(opened.property.text),
      version: opened.query.version,
      elementType: opened.query.elementType,
    },
    verdict: decided.verdict,
    reason: decided.reason,
    assignment:
      assignment === null
        ? null
        : assignment.map((part) => ({ ...part, shape: [...part.shape], values: [...part.values] })),
    certificate: text === null ? null : { file: options.output!, sha256: sha256(text) },
    seconds: decided.seconds,
  };
}

export interface DecidedQuery {
  readonly verdict: VnnlibDocument['verdict'];
  readonly reason: string | null;
  readonly assignment: readonly Assigned[] | null;
  readonly certificate: Certificate;
  readonly seconds: number;
}

/**
 * @param cluster other machines that decide; their workers use branch and bound alone
 * @throws InputError for a query that does not fit the model
 */
export async function decideQueryFile(
  { path, property, query }: OpenedQuery,
  model: OpenedModel,
  timeoutSeconds: number,
  progress: Progress,
  signal?: AbortSignal,
  cluster?: ClusterChoice,
): Promise<DecidedQuery> {
  const began = performance.now();
  const { network, loaded } = model;
  try {
    compiledQuery(network, property);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.message, { ...error.fault, file: path });
  }
  await compareAt(model, []);
  const certificate = await verify(
    {
      model: loaded,
      network,
      naps: null,
      dataset: null,
      claims: { domain: { kind: 'unbounded' }, properties: [property] },
      arithmetic: query.elementType,
      engine: 'auto',
      solver: 'highs',
      timeoutSeconds,
      ...(cluster === undefined ? {} : { cluster }),
    },
    { progress, ...(signal === undefined ? {} : { signal }) },
  );
  const { obligations, properties } = certificate.predicate;
  const seconds = Number(((performance.now() - began) / 1000).toFixed(3));
  const refuted = obligations.find(({ evidence }) => evidence.kind === 'counterexample');
  const replay = refuted?.evidence.kind === 'counterexample' ? refuted.evidence.replay : null;
  if (replay !== null) {
    const assignment = assignmentAt(network, property, replay.point, replay.runtimeLogits);
    return { verdict: 'sat', reason: null, assignment, certificate, seconds };
  }
  // A trusted step is not a proof.
  if (properties[0]!.verdict === 'holds' && certificate.predicate.holes.length === 0)
    return { verdict: 'unsat', reason: null, assignment: null, certificate, seconds };
  const open = obligations.find(({ verdict }) => verdict === 'unknown')?.evidence;
  const reason = open?.kind === 'none' ? open.reason : 'solver-trusted';
  const verdict = reason === 'timeout' ? 'timed-out' : 'unknown';
  return { verdict, reason, assignment: null, certificate, seconds };
}

function networkOption(text: string): { readonly name: string; readonly path: string } {
  const at = text.indexOf('=');
  if (at > 0 && at < text.length - 1) return { name: text.slice(0, at), path: text.slice(at + 1) };
  throw new InputError('the option has a wrong value', {
    place: '--network',
    expected: 'NAME=MODEL, for example f=model.onnx',
    found: JSON.stringify(text),
  });
}

function requireName({ query, path }: OpenedQuery, name: string): void {
  if (query.network === null || query.network === name) return;
  throw new InputError('the network has another name', {
    file: path,
    place: '--network',
    expected: `${query.network}=MODEL`,
    found: `${name}=...`,
  });
}

function serialise(
  folder: string,
  { name, shape, values, elementType }: Assigned,
  inputs: readonly string[],
): void {
  const path = join(folder, `${name}.pb`);
  assertWritable(path, '--serialise-assignments', inputs);
  const type = elementType === 'float32' ? 'float32' : 'float64';
  writeOutput(path, encodeTensor(name, tensor(type, shape, values.map(Number))), '--serialise-assignments');
}
