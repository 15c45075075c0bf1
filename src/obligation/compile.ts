/**
 * Properties to obligations. The negation of a property happens here and nowhere else; the checker compiles
 * the same obligations again from the model, the NAPs and the claim.
 */
import type { Phases } from '../nap/nap.js';
import { toTensorLiterals } from '../nap/nap.js';
import type { Network } from '../network/network.js';
import type { Domain, Property, QueryProperty, RegionProperty } from '../spec/property.js';
import { napClasses, propertyId } from '../spec/property.js';
import { canonicalJson, type Json } from '../util/canonical-json.js';
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { addDown, addUp } from '../util/float.js';
import { roundingTolerances, type Tolerances } from './float-error/tolerances.js';
import { type Arithmetic, type Box, lead, type Obligation, type OutputConstraint } from './obligation.js';
import { compiledQuery } from './query.js';
import { requireConeClaim, requireScaleFree } from './section.js';

/** What obligations are compiled against. */
export interface ClaimContext {
  readonly network: Network;
  readonly modelSha256: string;
  readonly domain: Domain;
  /** NAPs by class, phases by network-wide neuron number. */
  readonly naps: ReadonlyMap<number, Phases>;
  /** Default: real. */
  readonly arithmetic?: Arithmetic;
}

/**
 * One obligation per competitor (non-misclassification, local robustness), a single one (non-ambiguity), or none
 * (scalar invariance, which is decided as a whole); one per alternative of a query.
 * The property holds iff every obligation is unsat. Throws InputError for classes the model or NAP file lacks.
 */
export function compileProperty(context: ClaimContext, property: Property): Obligation[] {
  const { network } = context;
  const classes = network.tensors[network.output]!.size;
  if (property.kind === 'scalar-invariance' || property.kind === 'cone') {
    if (context.arithmetic !== 'float32') return [];
    throw wrong(property, 'real arithmetic', 'float32 arithmetic, where only powers of two scale exactly');
  }
  if (property.kind === 'query') return queryObligations(context, property);
  const naps = napClasses(property).map((label) => napOf(context, property, label));
  if (context.domain.kind === 'orthant') requireConeClaim(property, context.arithmetic);
  const domain = domainBox(context.domain, network.tensors[network.input]!.size);
  switch (property.kind) {
    case 'non-ambiguity': {
      const [a, b] = property.classes;
      if (a === b) throw wrong(property, 'two different classes', `${a} and ${b}`);
      return [seal(context, propertyId(property), domain, naps, [])];
    }
    case 'non-misclassification':
      return competitorObligations(context, property, domain, naps, classes);
    case 'local-robustness':
      return competitorObligations(context, property, ballBox(property, domain), naps, classes);
  }
}

/** One obligation per alternative of a VNN-LIB query; none if its text alone shows that no input satisfies it. */
function queryObligations(context: ClaimContext, property: QueryProperty): Obligation[] {
  const arithmetic = context.arithmetic ?? 'real';
  const { query, questions } = compiledQuery(context.network, property);
  if (query.elementType !== arithmetic)
    throw wrong(
      property,
      `${query.elementType} arithmetic, as the query declares`,
      `${arithmetic} arithmetic`,
    );
  if (context.domain.kind !== 'unbounded')
    throw wrong(
      property,
      'the domain unbounded: a query states its own',
      `the domain ${context.domain.kind}`,
    );
  return questions.map(({ box, naps, outputs }, k) =>
    seal(context, `${propertyId(property)}/${k}`, box, naps, outputs, property),
  );
}

/** The region of a property for the NAPs of some classes, without output constraints. */
export function compileRegion(
  context: ClaimContext,
  property: RegionProperty,
  classes: readonly number[],
  id: string,
): Obligation {
  const domain = domainBox(context.domain, context.network.tensors[context.network.input]!.size);
  const box = property.kind === 'local-robustness' ? ballBox(property, domain) : domain;
  return seal(
    context,
    id,
    box,
    classes.map((label) => napOf(context, property, label)),
    [],
  );
}

function competitorObligations(
  context: ClaimContext,
  property: Exclude<RegionProperty, { kind: 'non-ambiguity' }>,
  box: Box,
  naps: readonly Phases[],
  classes: number,
): Obligation[] {
  const label = property.class;
  if (label >= classes) throw wrong(property, `a class below ${classes}`, `${label}`);
  if (property.competitors.length === 0) throw wrong(property, 'at least one competitor', 'none');
  if (new Set(property.competitors).size !== property.competitors.length) {
    throw wrong(property, 'each competitor once', property.competitors.join(', '));
  }
  return property.competitors.map((competitor) => {
    if (competitor >= classes) throw wrong(property, `competitors below ${classes}`, `${competitor}`);
    if (competitor === label)
      throw wrong(property, 'competitors other than the class itself', `${competitor}`);
    return seal(context, `${propertyId(property)}/${competitor}`, box, naps, [lead(competitor, label, 0)]);
  });
}

/** The domain as a box of `size` inputs (for the orthant: around its cross-section). InputError for wrong lengths, NaN, or an empty interval. */
export function domainBox(domain: Domain, size: number): Box {
  switch (domain.kind) {
    case 'orthant':
      return { lower: new Float64Array(size), upper: new Float64Array(size).fill(1) };
    case 'unbounded':
      return { lower: new Float64Array(size).fill(-Infinity), upper: new Float64Array(size).fill(Infinity) };
    case 'box': {
      const lower = spread(domain.lower, size, 'lower');
      const upper = spread(domain.upper, size, 'upper');
      for (let i = 0; i < size; i++) {
        if (lower[i]! > upper[i]!) {
          throw new InputError('the domain is empty', {
            place: `input ${i}`,
            expected: 'lower <= upper',
            found: `[${lower[i]}, ${upper[i]}]`,
          });
        }
      }
      return { lower, upper };
    }
  }
}

function spread(bound: number | readonly number[], size: number, side: string): Float64Array {
  const values = typeof bound === 'number' ? new Float64Array(size).fill(bound) : Float64Array.from(bound);
  if (values.length !== size) {
    throw new InputError(`domain.${side} has the wrong length`, {
      expected: `${size} numbers, one per input`,
      found: `${values.length}`,
    });
  }
  for (const value of values) {
    if (!Number.isFinite(value)) throw new InputError(`domain.${side} must be finite`, { found: `${value}` });
  }
  return values;
}

/** Ball intersected with the domain; rounded outwards, so it never loses a point of the real ball. */
function ballBox(property: Extract<Property, { kind: 'local-robustness' }>, domain: Box): Box {
  const size = domain.lower.length;
  const { reference, epsilon } = property;
  if (reference.length !== size)
    throw wrong(property, `a reference of ${size} numbers`, `${reference.length}`);
  if (!(epsilon > 0 && Number.isFinite(epsilon)))
    throw wrong(property, 'a positive finite epsilon', `${epsilon}`);
  const lower = new Float64Array(size);
  const upper = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const x = reference[i]!;
    if (!Number.isFinite(x)) throw wrong(property, 'finite reference values', `${x} at ${i}`);
    lower[i] = Math.max(domain.lower[i]!, addDown(x, -epsilon));
    upper[i] = Math.min(domain.upper[i]!, addUp(x, epsilon));
    if (lower[i]! > upper[i]!)
      throw wrong(property, 'a ball that meets the domain', `input ${i}: [${lower[i]}, ${upper[i]}]`);
  }
  return { lower, upper };
}

function napOf(context: ClaimContext, property: Property, label: number): Phases {
  const phases = context.naps.get(label);
  if (phases === undefined) {
    throw wrong(
      property,
      'a class that has a NAP',
      `class ${label}; NAPs exist for ${[...context.naps.keys()].join(', ') || 'none'}`,
    );
  }
  return phases;
}

function wrong(property: Property, expected: string, found: string): InputError {
  return new InputError(`property ${propertyId(property)} does not fit the model or NAPs`, {
    expected,
    found,
  });
}

function seal(
  context: ClaimContext,
  id: string,
  box: Box,
  naps: readonly Phases[],
  outputs: readonly OutputConstraint[],
  query?: QueryProperty,
): Obligation {
  if (context.domain.kind === 'orthant') requireScaleFree(id, outputs);
  const question = {
    box,
    naps,
    outputs,
    ...tolerancesOf(context, box, naps),
    ...(context.domain.kind === 'orthant' ? { section: 'simplex' as const } : {}),
    ...(query === undefined ? {} : { query }),
  };
  return Object.freeze({ kind: 'obligation', id, ...question, digest: regionDigest(context, question) });
}

/** Tolerances of the last region of each network: the obligations of a property share theirs. */
const lastTolerances = new WeakMap<
  Network,
  { readonly box: Box; readonly naps: readonly Phases[]; readonly tolerances: Tolerances }
>();

function tolerancesOf(
  { network, arithmetic }: ClaimContext,
  box: Box,
  naps: readonly Phases[],
): Pick<Obligation, 'tolerances'> {
  if (arithmetic !== 'float32') return {};
  const last = lastTolerances.get(network);
  const same =
    last !== undefined &&
    equal(last.box.lower, box.lower) &&
    equal(last.box.upper, box.upper) &&
    last.naps.length === naps.length &&
    last.naps.every((phases, i) => equal(phases, naps[i]!));
  if (same) return { tolerances: last.tolerances };
  const tolerances = roundingTolerances(network, box, naps);
  lastTolerances.set(network, { box, naps, tolerances });
  return { tolerances };
}

function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** SHA-256 of a region; it does not depend on an obligation's id. */
export function regionDigest(
  context: Pick<ClaimContext, 'network' | 'modelSha256'>,
  {
    box,
    naps,
    outputs,
    tolerances,
    section,
    query,
  }: Pick<Obligation, 'box' | 'naps' | 'outputs' | 'tolerances' | 'section' | 'query'>,
): string {
  const region: Json = {
    model: context.modelSha256,
    lower: Array.from(box.lower, finiteOrNull),
    upper: Array.from(box.upper, finiteOrNull),
    naps: naps.map((phases) => toTensorLiterals(context.network, phases) as unknown as Json),
    outputs: outputs as unknown as Json,
    ...(tolerances === undefined ? {} : { tolerances: toleranceLists(context.network, tolerances) }),
    ...(section === undefined ? {} : { section }),
    ...(query === undefined ? {} : { query: sha256(query.text) }),
  };
  return sha256(canonicalJson(region));
}

function toleranceLists(network: Network, tolerances: Tolerances): Json {
  const named = tolerances.flatMap((list, id): [string, Json][] =>
    list === null ? [] : [[network.tensors[id]!.name, [...list]]],
  );
  return Object.fromEntries(named);
}

function finiteOrNull(x: number): number | null {
  return Number.isFinite(x) ? x : null;
}
