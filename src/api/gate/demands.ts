/** What a policy asks of one model, resolved: every class, competitor and reference point is named. */
import type { Demand } from '../../gate/evidence.js';
import { mergeDemands } from '../../gate/merge-demands.js';
import { linesOf } from '../../gate/places.js';
import type { PolicyModel } from '../../gate/policy.js';
import type { Network } from '../../network/network.js';
import type { Domain } from '../../spec/property.js';
import type { SpecFile } from '../../spec/spec-file.js';
import { sha256 } from '../../util/digest.js';
import { InputError } from '../../util/errors.js';
import { readRegularFile } from '../../util/read-regular-file.js';
import { DEFAULT_JSON_LIMITS } from '../../util/strict-json.js';
import { readSpec, resolveClaims } from '../verify/claims.js';
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
}

/** @throws InputError for a file that is no specification */
export async function readSpecification(file: PolicyFile, entry: PolicyModel): Promise<Specification | null> {
  if (entry.specification === undefined) return null;
  const path = file.at(entry.specification);
  const bytes = readRegularFile(path, {
    what: 'the specification',
    expected: 'a YAML or JSON file',
    maxBytes: DEFAULT_JSON_LIMITS.maxBytes,
  });
  const spec = (await readSpec(path))!;
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
      demands.push({ property, source: { file: source.file, line }, advisory });
    });
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
  };
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
