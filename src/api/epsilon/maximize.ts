/** What `napcert verify --maximize-epsilon` does: the largest epsilon proved per reference, and a certificate at it. */
import { openDataset } from '../../dataset/open-dataset.js';
import { compileProperty } from '../../obligation/compile.js';
import type { VerifyDocument } from '../../report/documents/verify.js';
import type { Domain, LocalRobustness } from '../../spec/property.js';
import { propertyId } from '../../spec/property.js';
import { InputError } from '../../util/errors.js';
import { compareAt, openModel } from '../open-model.js';
import { examplesOf, openNaps } from '../open-naps.js';
import { assertWritable, specInputs } from '../output-file.js';
import { type Progress, silentProgress } from '../progress.js';
import { type Claims, readSpec } from '../verify/claims.js';
import { verify } from '../verify/verify.js';
import { checkedClaims } from '../verify-files.js';
import { type VerifyReportsOptions, verifyAndReport } from '../verify-reports.js';
import { type EpsilonBracket, largestEpsilon } from './bisection.js';

/**
 * Searches per claim of local robustness, beginning at the epsilon of the specification, and then decides every claim
 * again at the largest epsilon that was proved (where none was, at the specification's own), which is what the
 * certificate holds.
 * @throws InputError as `verifyFiles`, and for claims of other kinds
 */
export async function verifyLargestEpsilons(
  options: VerifyReportsOptions,
  progress: Progress = silentProgress,
  signal?: AbortSignal,
): Promise<VerifyDocument> {
  const spec = await readSpec(options.claims.spec);
  const napPath = options.naps ?? spec?.naps;
  const inputs = [options.model, napPath, options.data, ...specInputs(options.claims.spec, spec)];
  assertWritable(options.output, '--output', inputs);
  const model = await openModel(options.model);
  const naps = napPath === undefined ? null : openNaps(napPath, model);
  const byClass = new Map((naps?.naps ?? []).map((nap) => [nap.class, nap.phases]));
  const arithmetic = options.arithmetic ?? 'real';
  const target = { network: model.network, modelSha256: model.loaded.sha256, naps: byClass, arithmetic };
  const claims = await checkedClaims(options.claims, spec, target);
  const templates = claims.properties.map(onlyLocalRobustness);
  const dataset = options.data === undefined ? null : await openDataset(options.data, options.dataset);
  await compareAt(model, []);
  const candidates = new Map(
    [...(naps === null ? [] : examplesOf(naps))].map(([label, point]) => [
      label,
      [{ point, source: `example of class ${label} in the NAP file` }],
    ]),
  );
  const decide = async (property: LocalRobustness) => {
    if (signal?.aborted === true) return null;
    const { predicate } = await verify(
      {
        model: model.loaded,
        network: model.network,
        naps: naps === null ? null : { sha256: naps.sha256, byClass },
        dataset,
        claims: { domain: claims.domain, properties: [property] },
        arithmetic,
        engine: options.engine,
        solver: options.solver,
        timeoutSeconds: options.timeoutSeconds,
        ...(options.maxNodes === undefined ? {} : { maxNodes: options.maxNodes }),
        ...(options.maxMemoryBytes === undefined ? {} : { maxMemoryBytes: options.maxMemoryBytes }),
        candidates,
      },
      { progress, ...(signal === undefined ? {} : { signal }) },
    );
    return predicate.interrupted ? null : predicate.properties[0]!.verdict;
  };
  const epsilons: NonNullable<VerifyDocument['epsilons']> = [];
  const properties: LocalRobustness[] = [];
  for (const template of templates) {
    const at = (epsilon: number): LocalRobustness => ({ ...template, epsilon });
    const limit = reachOf(template, claims.domain);
    const bracket = await largestEpsilon(template.epsilon, limit, (epsilon) => decide(at(epsilon)));
    progress.note(`${propertyId(template)}: ${inWords(bracket)}`);
    epsilons.push({
      reference: template.referenceName,
      class: template.class,
      nap: template.nap,
      ...bracket,
    });
    properties.push(at(bracket.proved ?? template.epsilon));
  }
  const resolved: Claims = { ...claims, properties };
  for (const property of properties) compileProperty({ ...target, domain: claims.domain }, property);
  return { ...(await verifyAndReport({ ...options, resolved }, progress, signal)), epsilons };
}

function onlyLocalRobustness(property: Claims['properties'][number]): LocalRobustness {
  if (property.kind === 'local-robustness') return property;
  throw new InputError('only local robustness has an epsilon', {
    place: '--maximize-epsilon',
    expected: '--property local-robustness',
    found: propertyId(property),
  });
}

/** From here on the ball covers the domain. */
function reachOf({ reference }: LocalRobustness, domain: Domain): number {
  if (domain.kind !== 'box') return Infinity;
  const { lower, upper } = domain;
  const end = (bound: typeof lower, i: number): number => (typeof bound === 'number' ? bound : bound[i]!);
  return reference.reduce((most, x, i) => Math.max(most, x - end(lower, i), end(upper, i) - x), 0);
}

function inWords({ proved, refuted, open, probes }: EpsilonBracket): string {
  const parts = [
    proved === null ? 'proved at no epsilon' : `proved at epsilon ${proved}`,
    ...(open === null ? [] : [`open at ${open}`]),
    refuted === null ? 'refuted at none' : `refuted at ${refuted}`,
  ];
  return `${parts.join(', ')} (${probes} tried)`;
}
