/** Which NAP's region lies in which, beyond what literals alone show: decided by samples, then by the engine with proofs. */
import { dirname, resolve } from 'node:path';
import type { Certificate, PropertyResult } from '../../certificate/certificate.js';
import { proofFolder } from '../../certificate/open-proof-file.js';
import type { ClaimContext } from '../../obligation/compile.js';
import type { Domain, QueryProperty } from '../../spec/property.js';
import { InputError } from '../../util/errors.js';
import { usefulJobs } from '../executor/executor-for.js';
import type { OpenedModel } from '../open-model.js';
import type { Inputs } from '../output-file.js';
import type { Progress } from '../progress.js';
import { earlierCertificate, writeCertificate } from '../verify/certificate-file.js';
import { refuseLoss } from '../verify/refuse-loss.js';
import { resumeFrom } from '../verify/resume.js';
import { verify } from '../verify/verify.js';
import { inclusionProgress } from './inclusion-progress.js';
import { type Inclusion, inclusionProperty } from './inclusion-query.js';

export interface InclusionOptions {
  /** A box, or all inputs. */
  readonly domain: Domain;
  /** Per class and direction. */
  readonly timeoutSeconds: number;
  /** Certificate to write. */
  readonly output?: string;
  readonly fresh?: boolean;
}

export interface DecidedInclusion {
  readonly verdict: 'proved' | 'refuted' | 'unknown';
  /** What refutes it, or keeps it open; null where it is proved. */
  readonly why: string | null;
}

/** @throws InputError before any work for an output that cannot be written */
export function assertInclusionOutput({ output, fresh }: InclusionOptions, inputs: Inputs): void {
  if (output !== undefined) earlierCertificate(output, fresh === true, inputs);
}

/**
 * One result per inclusion, in order. Every proof was accepted by the checker, every refuting input replayed; a solver is
 * nowhere taken at its word.
 * @returns also the text of the certificate that was written
 * @throws InputError for a domain that is no box, a model that does not end with its logits, and an output with results
 * that would be lost
 */
export async function decideInclusions(
  model: OpenedModel,
  inclusions: readonly Inclusion[],
  options: InclusionOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<{ readonly decided: readonly DecidedInclusion[]; readonly text: string | null }> {
  refuseUnfit(model, options.domain);
  const { network, loaded } = model;
  const properties = inclusions.map((inclusion) => inclusionProperty(network, options.domain, inclusion));
  // A query states its own domain.
  const domain: Domain = { kind: 'unbounded' };
  const claim: ClaimContext = { network, modelSha256: loaded.sha256, domain, naps: new Map() };
  if (properties.length === 0) return { decided: [], text: null };
  const resumed = resume(claim, properties, options);
  const certificate = await verify(
    {
      model: loaded,
      network,
      naps: null,
      dataset: null,
      claims: { domain, properties },
      engine: 'bab',
      solver: 'highs',
      timeoutSeconds: options.timeoutSeconds,
      jobs: usefulJobs(network, properties.length),
      ...(resumed === null ? {} : { known: resumed.known, knownShared: resumed.shared }),
    },
    { progress: inclusionProgress(inclusions, progress), signal },
  );
  const text = options.output === undefined ? null : writeCertificate(options.output, certificate);
  const results = new Map(certificate.predicate.properties.map((result) => [result.id, result]));
  return {
    decided: properties.map(({ name }) => decidedOf(certificate, results.get(`query/${name}`))),
    text,
  };
}

function resume(claim: ClaimContext, properties: readonly QueryProperty[], options: InclusionOptions) {
  const { output, fresh } = options;
  const earlier = output === undefined ? null : earlierCertificate(output, fresh === true);
  if (earlier === null) return null;
  refuseLoss(earlier, claim, properties, output!);
  return resumeFrom(earlier, claim, properties, proofFolder(dirname(resolve(output!))));
}

function refuseUnfit({ path, network }: OpenedModel, { kind }: Domain): void {
  if (kind === 'orthant') {
    throw new InputError('inclusion is not decided over this domain', {
      place: '--domain',
      expected: 'unit, unbounded, or LOW,HIGH',
      found: kind,
    });
  }
  if (network.leftOut === undefined) return;
  throw new InputError('inclusion cannot be decided for this model', {
    file: path,
    expected: 'a model that ends with its logits',
    found: network.leftOut,
  });
}

function decidedOf({ predicate }: Certificate, result: PropertyResult | undefined): DecidedInclusion {
  const own = predicate.obligations.filter(({ id }) => result?.obligations.includes(id));
  if (result?.verdict === 'holds') return { verdict: 'proved', why: null };
  for (const { evidence } of own) {
    if (evidence.kind === 'counterexample') return { verdict: 'refuted', why: evidence.replay.source };
  }
  const open = own.filter(({ evidence }) => evidence.kind === 'none');
  const first = open[0]?.evidence;
  const reason = first?.kind === 'none' ? `${first.reason}: ${first.detail}` : 'not reached';
  return { verdict: 'unknown', why: `${open.length} of ${own.length} literals open (${reason})` };
}
