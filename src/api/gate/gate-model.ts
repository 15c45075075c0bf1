/** Everything that is known about one model of the policy, ready for the decision. */
import type { CertificateEvidence, Demand, GateModel } from '../../gate/evidence.js';
import type { PolicyModel } from '../../gate/policy.js';
import { readNapFileWithDigest } from '../../nap/nap-file.js';
import { compileProperty } from '../../obligation/compile.js';
import { napClasses, propertyId } from '../../spec/property.js';
import { InputError } from '../../util/errors.js';
import { type OpenedModel, openModel } from '../open-model.js';
import { type OpenedNaps, openNaps } from '../open-naps.js';
import { certify } from './certify.js';
import { readSpecification, resolveDemands } from './demands.js';
import { measureRecall } from './recall.js';
import type { GateRun } from './run.js';
import { refuseOtherScales } from './same-scale.js';

/** NAPs that belong to the model, or what is wrong with them. */
type NapState =
  | { readonly kind: 'none' }
  | { readonly kind: 'usable'; readonly naps: OpenedNaps }
  | {
      readonly kind: 'stale';
      readonly path: string;
      readonly classes: readonly number[];
      readonly detail: string;
    };

/** @throws InputError for files that cannot be read or do not fit together; NAPs of another model are no such error */
export async function gateModel(run: GateRun, position: number): Promise<GateModel> {
  const { file } = run;
  const { policy } = file;
  const entry = policy.models[position]!;
  await refuseOtherScales(run, position);
  run.progress.step(`reading ${entry.model}`);
  const model = await openModel(file.at(entry.model));
  const specification = readSpecification(file, entry);
  const state = napState(entry.naps === undefined ? specification?.spec.naps : file.at(entry.naps), model);
  const naps = state.kind === 'usable' ? state.naps : null;
  const { domain, demands, gaps } = await resolveDemands(
    file,
    position,
    model.network,
    classesOf(state),
    specification,
  );
  // What needs NAPs of this model waits for them; the rest can be decided.
  const decidable = demands.filter(
    ({ property }) => state.kind !== 'stale' || napClasses(property).length === 0,
  );
  refuseUnfit(model, naps, domain, decidable, policy.arithmetic);
  const certificate =
    decidable.length === 0
      ? null
      : await certify(run, {
          entry,
          model,
          naps,
          domain,
          properties: decidable.map(({ property }) => property),
        });
  return {
    name: entry.name,
    file: model.path,
    sha256: model.loaded.sha256,
    classes: model.network.tensors[model.network.output]!.size,
    specification: specification === null ? null : { file: specification.file, sha256: specification.sha256 },
    naps: naps === null ? null : { file: naps.path, sha256: naps.sha256, delta: naps.file.delta },
    arithmetic: policy.arithmetic,
    domain,
    demands,
    gaps,
    certificate,
    missing: state.kind === 'stale' ? state.detail : certificate === null ? 'there is no certificate' : '',
    recall: await measureRecall(run, position, model, naps),
    redo: redoOf(run, entry, model, state, demands, certificate),
  };
}

function napState(path: string | undefined, model: OpenedModel): NapState {
  if (path === undefined) return { kind: 'none' };
  const { file } = readNapFileWithDigest(path);
  if (file.model.sha256 === model.loaded.sha256) return { kind: 'usable', naps: openNaps(path, model) };
  const detail = `the NAPs of ${path} are of another model (${short(file.model.sha256)}); mine them anew`;
  return { kind: 'stale', path, classes: file.classes.map((one) => one.class), detail };
}

function classesOf(state: NapState): readonly number[] {
  switch (state.kind) {
    case 'none':
      return [];
    case 'usable':
      return state.naps.naps.map((nap) => nap.class);
    case 'stale':
      return state.classes;
  }
}

/** Compiles every claim once, so that one which does not fit is refused before work on the others. */
function refuseUnfit(
  { network, loaded }: OpenedModel,
  naps: OpenedNaps | null,
  domain: GateModel['domain'],
  demands: readonly Demand[],
  arithmetic: 'real' | 'float32',
): void {
  const byClass = new Map((naps?.naps ?? []).map((nap) => [nap.class, nap.phases]));
  const context = { network, modelSha256: loaded.sha256, naps: byClass, domain, arithmetic };
  for (const { property, source } of demands) {
    try {
      compileProperty(context, property);
    } catch (error) {
      throw error instanceof InputError ? error.inFile(source.file) : error;
    }
  }
}

/** What this run had to decide, or still has to, and what changed since the last one. */
function redoOf(
  { previous, file }: GateRun,
  entry: PolicyModel,
  model: OpenedModel,
  state: NapState,
  demands: readonly Demand[],
  certificate: CertificateEvidence | null,
): string[] {
  const before = previous?.models.find(({ name }) => name === entry.name);
  const why: string[] = [];
  if (before === undefined) why.push('nothing was decided about it before');
  else if (before.sha256 !== model.loaded.sha256) {
    why.push(`the model changed (${short(before.sha256)} to ${short(model.loaded.sha256)})`);
  }
  if (before !== undefined && state.kind === 'usable' && before.naps?.sha256 !== state.naps.sha256) {
    why.push('the NAPs changed');
  }
  if (previous !== null && previous.policy.sha256 !== file.sha256) why.push('the policy changed');
  const lines: string[] = state.kind === 'stale' ? [`${state.path}: ${state.detail}`] : [];
  for (const { property } of demands) {
    const id = propertyId(property);
    const evidence = certificate?.properties.find((one) => propertyId(one.property) === id);
    if (evidence?.reused === true || certificate?.check === 'invalid') continue;
    lines.push(`${id}: ${why.length === 0 ? 'it was not decided' : why.join(', ')}`);
  }
  return lines;
}

function short(sha256: string): string {
  return sha256.slice(0, 12);
}
