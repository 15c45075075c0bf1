/** Which properties a run decides: from a specification file or from command-line choices, fully resolved. */
import { dirname, resolve } from 'node:path';
import { predict } from '../../network/forward.js';
import type { Network } from '../../network/network.js';
import { parseSpec } from '../../spec/parse-spec.js';
import { type Domain, type Property, type PropertyKind, propertyId } from '../../spec/property.js';
import type { PropertyTemplate, SpecFile } from '../../spec/spec-file.js';
import { InputError } from '../../util/errors.js';
import { readRegularFile } from '../../util/read-regular-file.js';
import {
  noCompetitor,
  oneNap,
  refuseIdleClasses,
  refuseStrangeClasses,
  twoDomains,
} from './choice-errors.js';
import { referenceNames, referencePoint } from './references.js';

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
  /** For each property the position of its template in the specification. */
  readonly templates?: readonly number[];
  /** By id of the property: the model puts its reference in another class than the label says, and no class was named. */
  readonly doubts?: ReadonlyMap<string, string>;
}

/** The specification file as data, with paths made absolute; null without one. */
export async function readSpec(path: string | undefined): Promise<SpecFile | null> {
  if (path === undefined) return null;
  const bytes = readRegularFile(path, {
    what: 'the specification',
    expected: 'a YAML or JSON file',
    maxBytes: MAX_SPEC_BYTES,
  });
  return specIn(bytes, path);
}

/** The same from bytes that were read already. */
export function specIn(bytes: Buffer, path: string): SpecFile {
  const spec = parseSpec(bytes.toString('utf8'), path);
  const base = dirname(resolve(path));
  const absolute = (file: string | undefined): { value?: string } =>
    file === undefined ? {} : { value: resolve(base, file) };
  const model = absolute(spec.model).value;
  const naps = absolute(spec.naps).value;
  return { ...spec, ...(model === undefined ? {} : { model }), ...(naps === undefined ? {} : { naps }) };
}

/**
 * Resolves all claims. `napClasses` are the classes that have NAPs. No claim vanishes silently: InputError for one that
 * needs NAPs where there are none, for a chosen class that nothing is left for, for a choice that does not fit the
 * model, and if nothing is left to decide.
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
  // What costs nothing to refuse comes first: references of a specification may be in large data.
  if (spec !== null && choices.domain !== undefined) throw twoDomains(choices);
  for (const option of ['classes', 'competitors'] as const) refuseStrangeClasses(network, choices, option);
  const doubts = new Map<string, string>();
  const resolve = resolver(network, napClasses, choices, referenceNames(templates), doubts);
  const properties: Property[] = [];
  const origins: number[] = [];
  for (const [position, template] of templates.entries()) {
    if (choices.properties !== undefined && !choices.properties.includes(template.kind)) continue;
    if (needsNaps(template) && napClasses.length === 0) {
      throw new InputError(`${template.kind} needs NAPs, and there is no NAP file`, {
        place:
          spec === null
            ? choices.properties === undefined
              ? '--naps'
              : `--property ${template.kind}`
            : `properties[${position}]`,
        expected: `a NAP file, written by \`napcert mine\`, with --naps${spec === null ? '' : ' or as `naps:` of the specification'}`,
        found: 'none',
      });
    }
    const resolved = await resolve(template);
    if (resolved.length === 0 && template.kind === 'non-ambiguity' && napClasses.length < 2) {
      if (spec !== null || choices.properties !== undefined) throw oneNap(spec, position, napClasses);
    }
    properties.push(...resolved);
    origins.push(...resolved.map(() => position));
  }
  refuseIdleClasses(properties, napClasses, choices);
  const unique = new Map(properties.map((property) => [propertyId(property), property]));
  if (unique.size === 0) {
    throw new InputError('nothing to decide', {
      ...(choices.spec === undefined ? {} : { file: choices.spec }),
      expected: 'at least one property for the chosen kinds and classes',
      found: `kinds ${choices.properties?.join(', ') ?? 'all'}, classes ${choices.classes?.join(', ') ?? 'all'}, ${
        napClasses.length === 0 ? 'no NAP file (--naps)' : `NAPs of classes ${napClasses.join(', ')}`
      }`,
    });
  }
  if (unique.size < properties.length) {
    throw new InputError('a property is listed twice', {
      ...(choices.spec === undefined ? {} : { file: choices.spec }),
    });
  }
  const domain = spec === null ? (choices.domain ?? { kind: 'box', lower: 0, upper: 1 }) : domainOf(spec);
  return { domain, properties, templates: origins, doubts };
}

function needsNaps(template: PropertyTemplate): boolean {
  switch (template.kind) {
    case 'non-misclassification':
    case 'non-ambiguity':
      return true;
    case 'local-robustness':
      return template.nap;
    case 'scalar-invariance':
      return false;
  }
}

function specFolder(choices: ClaimChoices): string {
  return choices.spec === undefined ? '.' : dirname(resolve(choices.spec));
}

function domainOf(spec: SpecFile): Domain {
  return typeof spec.domain === 'string' ? { kind: spec.domain } : { kind: 'box', ...spec.domain };
}

/** The properties of a template that are left by the choices. */
function resolver(
  network: Network,
  napClasses: readonly number[],
  choices: ClaimChoices,
  names: ReturnType<typeof referenceNames>,
  doubts: Map<string, string>,
): (template: PropertyTemplate) => Promise<Property[]> {
  const all = Array.from({ length: network.tensors[network.output]!.size }, (_, i) => i);
  const chosen = (label: number): boolean => choices.classes?.includes(label) ?? true;
  const rival = (label: number): boolean => choices.competitors?.includes(label) ?? true;
  const rivals = (label: number, listed: readonly number[] | undefined): number[] => {
    const left = (listed ?? all.filter((k) => k !== label)).filter(rival);
    if (left.length === 0 && choices.classes !== undefined) throw noCompetitor(label, listed, choices);
    return left;
  };
  return async (template) => {
    switch (template.kind) {
      case 'non-misclassification':
        return (template.classes ?? napClasses)
          .filter(chosen)
          .map((label) => ({
            kind: template.kind,
            class: label,
            competitors: rivals(label, template.competitors),
          }))
          .filter(({ competitors }) => competitors.length > 0);
      case 'non-ambiguity': {
        const pairs =
          template.pairs ??
          napClasses.flatMap((a) => napClasses.filter((b) => b > a).map((b): [number, number] => [a, b]));
        return pairs
          .map(([a, b]): [number, number] => (a < b ? [a, b] : [b, a]))
          .filter(([a, b]) => (chosen(a) && rival(b)) || (chosen(b) && rival(a)))
          .map((classes) => ({ kind: template.kind, classes }));
      }
      case 'local-robustness': {
        const name = names.get(template.reference)!;
        const { point, label: own } = await referencePoint(
          network,
          template.reference,
          name,
          specFolder(choices),
        );
        const label = template.class ?? predict(network, point);
        const competitors = chosen(label) ? rivals(label, template.competitors) : [];
        if (competitors.length === 0) return [];
        const property: Property = {
          kind: template.kind,
          class: label,
          competitors,
          referenceName: name,
          reference: [...point],
          epsilon: template.epsilon,
          nap: template.nap,
        };
        if (template.class === undefined && own !== null && own !== label) {
          doubts.set(
            propertyId(property),
            `the label of ${name} is ${own}, the model says ${label}; \`class:\` chooses what is claimed`,
          );
        }
        return [property];
      }
      case 'scalar-invariance':
        return [{ kind: template.kind, preprocessing: template.preprocessing ?? 'not-stated' }];
    }
  };
}
