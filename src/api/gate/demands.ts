/** What a policy asks of one model, resolved: every class, competitor and reference point is named. */
import type { Demand, Gap } from '../../gate/evidence.js';
import { mergeDemands } from '../../gate/merge-demands.js';
import { linesOf } from '../../gate/places.js';
import type { PolicyModel } from '../../gate/policy.js';
import type { Network } from '../../network/network.js';
import { type Domain, propertyId } from '../../spec/property.js';
import type { SpecFile } from '../../spec/spec-file.js';
import { sha256 } from '../../util/digest.js';
import { InputError } from '../../util/errors.js';
import { readRegularFile } from '../../util/read-regular-file.js';
import { DEFAULT_JSON_LIMITS } from '../../util/strict-json.js';
import { resolveClaims, specIn } from '../verify/claims.js';
import type { PolicyFile } from './policy-file.js';

export interface Specification {
  readonly file: string;
  readonly sha256: string;
  readonly spec: SpecFile;
  readonly lineOf: (path: readonly (string | number)[]) => number | null;
}

export interface Demands {
  readonly domain: Domain;
  readonly demands: readonly Demand[];
  readonly gaps: readonly Gap[];
}

/** @throws InputError for a file that is no specification */
export function readSpecification(file: PolicyFile, entry: PolicyModel): Specification | null {
  if (entry.specification === undefined) return null;
  const path = file.at(entry.specification);
  const bytes = readRegularFile(path, {
    what: 'the specification',
    expected: 'a YAML or JSON file',
    maxBytes: DEFAULT_JSON_LIMITS.maxBytes,
  });
  const spec = specIn(bytes, path);
  return { file: path, sha256: sha256(bytes), spec, lineOf: linesOf(bytes.toString('utf8')) };
}

/**
 * @param napClasses classes that have NAPs
 * @throws InputError for a claim that does not fit the model or the NAPs, naming file and line
 */
export async function resolveDemands(
  file: PolicyFile,
  position: number,
  network: Network,
  napClasses: readonly number[],
  specification: Specification | null,
): Promise<Demands> {
  const entry = file.policy.models[position]!;
  const domain = specification?.spec.domain ?? entry.domain ?? { lower: 0, upper: 1 };
  const demands: Demand[] = [];
  const gaps: Gap[] = [];
  const bare = Array.from({ length: network.tensors[network.output]!.size }, (_, label) => label).filter(
    (label) => !napClasses.includes(label),
  );
  let resolvedDomain: Domain | null = null;
  const add = async (
    properties: SpecFile['properties'],
    source: {
      readonly file: string;
      readonly lineOf: PolicyFile['lineOf'];
      readonly list: (string | number)[];
    },
    advisory: boolean,
  ): Promise<void> => {
    const spec: SpecFile = { napcert: 1, domain, properties };
    const claims = await located(source, () =>
      resolveClaims(network, napClasses, spec, { spec: source.file }),
    );
    resolvedDomain = claims.domain;
    claims.properties.forEach((property, i) => {
      const line = source.lineOf([...source.list, claims.templates![i]!]);
      const doubt = claims.doubts?.get(propertyId(property));
      const given = doubt === undefined ? {} : { doubt };
      demands.push({ property, source: { file: source.file, line }, advisory, ...given });
    });
    if (bare.length === 0) return;
    for (const [i, template] of properties.entries()) {
      if (!isAboutEveryClass(template)) continue;
      const line = source.lineOf([...source.list, i]);
      gaps.push({ kind: template.kind, classes: bare, source: { file: source.file, line }, advisory });
    }
  };
  if (specification !== null) {
    const { file: path, lineOf, spec } = specification;
    await add(spec.properties, { file: path, lineOf, list: ['properties'] }, false);
  }
  for (const key of ['require', 'advisory'] as const) {
    const list = ['models', position, key];
    if (entry[key] !== undefined) {
      await add(entry[key], { file: file.path, lineOf: file.lineOf, list }, key === 'advisory');
    }
  }
  return {
    domain: resolvedDomain ?? (typeof domain === 'string' ? { kind: domain } : { kind: 'box', ...domain }),
    demands: mergeDemands(demands),
    gaps,
  };
}

/** What names no classes means all of the model, whatever the author of the NAP file put into it. */
function isAboutEveryClass(template: SpecFile['properties'][number]): boolean {
  switch (template.kind) {
    case 'non-misclassification':
      return template.classes === undefined;
    case 'non-ambiguity':
      return template.pairs === undefined;
    case 'local-robustness':
    case 'scalar-invariance':
      return false;
  }
}

/** Errors of claims name a place in a specification; here it may be a list of the policy. */
async function located<T>(
  { file, list }: { readonly file: string; readonly list: readonly (string | number)[] },
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { place, ...fault } = error.fault;
    const name = list
      .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
      .join('')
      .slice(1);
    throw new InputError(error.message, {
      file,
      ...fault,
      ...(place === undefined ? {} : { place: place.replace(/^properties(?=\[)/, name) }),
    });
  }
}
