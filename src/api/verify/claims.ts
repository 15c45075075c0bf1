/** Which properties a run decides: from a specification file or from command-line choices, fully resolved. */
import { dirname, resolve } from 'node:path';
import { openDataset } from '../../dataset/open-dataset.js';
import { predict } from '../../network/forward.js';
import type { Network } from '../../network/network.js';
import { parseSpec } from '../../spec/parse-spec.js';
import type { Domain, Property, PropertyKind } from '../../spec/property.js';
import { propertyId } from '../../spec/property.js';
import type { PropertyTemplate, SpecFile } from '../../spec/spec-file.js';
import { InputError } from '../../util/errors.js';
import { readRegularFile } from '../../util/read-regular-file.js';

/** A specification with a reference input of a million numbers stays below. */
const MAX_SPEC_BYTES = 64 * 1024 * 1024;

export interface ClaimChoices {
  /** Path of a specification file, if any. */
  readonly spec?: string;
  /** Property kinds to decide; default: all of the file, or non-misclassification and non-ambiguity. */
  readonly properties?: readonly PropertyKind[];
  readonly classes?: readonly number[];
  readonly competitors?: readonly number[];
  /** Domain without a specification file; default the unit box. */
  readonly domain?: Domain;
}

export interface Claims {
  readonly domain: Domain;
  readonly properties: readonly Property[];
}

/** The specification file as data, with paths made absolute; null without one. */
export async function readSpec(path: string | undefined): Promise<SpecFile | null> {
  if (path === undefined) return null;
  const bytes = readRegularFile(path, {
    what: 'the specification',
    expected: 'a YAML or JSON file',
    maxBytes: MAX_SPEC_BYTES,
  });
  const spec = parseSpec(bytes.toString('utf8'), path);
  const base = dirname(resolve(path));
  const absolute = (file: string | undefined): { value?: string } =>
    file === undefined ? {} : { value: resolve(base, file) };
  const model = absolute(spec.model).value;
  const naps = absolute(spec.naps).value;
  return { ...spec, ...(model === undefined ? {} : { model }), ...(naps === undefined ? {} : { naps }) };
}

/**
 * Resolves all claims. `napClasses` are the classes that have NAPs. Throws InputError if nothing is left to
 * decide or a choice does not fit the model.
 */
export async function resolveClaims(
  network: Network,
  napClasses: readonly number[],
  spec: SpecFile | null,
  choices: ClaimChoices,
): Promise<Claims> {
  const templates: readonly PropertyTemplate[] = spec?.properties ?? [
    { kind: 'non-misclassification' },
    { kind: 'non-ambiguity' },
    // Not among the defaults: it is asked for by name.
    ...(choices.properties?.includes('scalar-invariance') ? [{ kind: 'scalar-invariance' } as const] : []),
  ];
  const wanted = templates.filter(
    ({ kind }) => choices.properties === undefined || choices.properties.includes(kind),
  );
  const properties: Property[] = [];
  for (const template of wanted) {
    properties.push(...(await resolveTemplate(network, napClasses, template, choices, specFolder(choices))));
  }
  const unique = new Map(properties.map((property) => [propertyId(property), property]));
  if (unique.size === 0) {
    throw new InputError('nothing to decide', {
      ...(choices.spec === undefined ? {} : { file: choices.spec }),
      expected: 'at least one property for the chosen kinds and classes',
      found: `kinds ${choices.properties?.join(', ') ?? 'all'}, classes ${choices.classes?.join(', ') ?? 'all'}`,
    });
  }
  if (unique.size < properties.length) {
    throw new InputError('a property is listed twice', {
      ...(choices.spec === undefined ? {} : { file: choices.spec }),
    });
  }
  if (spec !== null && choices.domain !== undefined) {
    throw new InputError('the domain is given twice', {
      ...(choices.spec === undefined ? {} : { file: choices.spec }),
      place: '--domain',
      expected: 'the domain of the specification file (the unit box if it names none)',
      found: 'an option as well',
    });
  }
  const domain = spec === null ? (choices.domain ?? { kind: 'box', lower: 0, upper: 1 }) : domainOf(spec);
  return { domain, properties };
}

function specFolder(choices: ClaimChoices): string {
  return choices.spec === undefined ? '.' : dirname(resolve(choices.spec));
}

function domainOf(spec: SpecFile): Domain {
  return spec.domain === 'unbounded' ? { kind: 'unbounded' } : { kind: 'box', ...spec.domain };
}

async function resolveTemplate(
  network: Network,
  napClasses: readonly number[],
  template: PropertyTemplate,
  choices: ClaimChoices,
  folder: string,
): Promise<Property[]> {
  const count = network.tensors[network.output]!.size;
  const all = Array.from({ length: count }, (_, i) => i);
  const chosen = (label: number): boolean => choices.classes === undefined || choices.classes.includes(label);
  const rivals = (label: number, listed: readonly number[] | undefined): number[] =>
    (listed ?? all).filter(
      (k) =>
        (listed !== undefined || k !== label) &&
        (choices.competitors === undefined || choices.competitors.includes(k)),
    );
  for (const label of choices.classes ?? []) {
    if (label >= count)
      throw new InputError('no such class', {
        place: '--class',
        expected: `0 to ${count - 1}`,
        found: `${label}`,
      });
  }
  for (const label of choices.competitors ?? []) {
    if (label >= count)
      throw new InputError('no such class', {
        place: '--competitor',
        expected: `0 to ${count - 1}`,
        found: `${label}`,
      });
  }
  switch (template.kind) {
    case 'non-misclassification': {
      const classes = (template.classes ?? napClasses).filter(chosen);
      return classes
        .map((label) => ({
          kind: template.kind,
          class: label,
          competitors: rivals(label, template.competitors),
        }))
        .filter(({ competitors }) => competitors.length > 0);
    }
    case 'non-ambiguity': {
      const pairs =
        template.pairs ??
        napClasses.flatMap((a) => napClasses.filter((b) => b > a).map((b): [number, number] => [a, b]));
      return pairs
        .map(([a, b]): [number, number] => (a < b ? [a, b] : [b, a]))
        .filter(([a, b]) => chosen(a) || chosen(b))
        .map((classes) => ({ kind: template.kind, classes }));
    }
    case 'local-robustness': {
      const { name, point } = await referencePoint(network, template.reference, folder);
      const label = template.class ?? predict(network, point);
      if (!chosen(label)) return [];
      const competitors = rivals(label, template.competitors);
      if (competitors.length === 0) return [];
      return [
        {
          kind: template.kind,
          class: label,
          competitors,
          referenceName: name,
          reference: [...point],
          epsilon: template.epsilon,
          nap: template.nap,
        },
      ];
    }
    case 'scalar-invariance':
      return [{ kind: template.kind, preprocessing: template.preprocessing ?? 'not-stated' }];
  }
}

async function referencePoint(
  network: Network,
  reference: Extract<PropertyTemplate, { kind: 'local-robustness' }>['reference'],
  folder: string,
): Promise<{ readonly name: string; readonly point: Float64Array }> {
  const round = (x: number): number => (network.elementType === 'float32' ? Math.fround(x) : x);
  if ('input' in reference) {
    const name = reference.name ?? 'input';
    return { name, point: fitting(network, Float64Array.from(reference.input, round), name) };
  }
  const path = reference.data === 'mnist' ? 'mnist' : resolve(folder, reference.data);
  const dataset = await openDataset(
    path,
    reference.labels === undefined ? {} : { labels: resolve(folder, reference.labels) },
  );
  if (reference.sample >= dataset.count) {
    throw new InputError('no such sample', {
      file: reference.data,
      expected: `a sample below ${dataset.count}`,
      found: `${reference.sample}`,
    });
  }
  const point = dataset.batch(reference.sample, reference.sample + 1).map(round);
  const name = `${reference.data}#${reference.sample}`;
  return { name, point: fitting(network, point, name) };
}

function fitting(network: Network, point: Float64Array, name: string): Float64Array {
  const { size } = network.tensors[network.input]!;
  if (point.length === size) return point;
  throw new InputError('the reference sample does not fit the model', {
    place: `reference ${name}`,
    expected: `${size} numbers`,
    found: `${point.length}`,
  });
}
