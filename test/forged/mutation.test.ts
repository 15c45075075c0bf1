/**
 * Certificates changed at random places. What is still called valid must still be true: no point of a grid, replayed
 * exactly, contradicts a claim.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/certificate/certificate.js';
import { parseCertificate } from '../../src/certificate/read-certificate.js';
import { replayPoint } from '../../src/checker/exact/replay.js';
import { toPhases } from '../../src/nap/nap-literals.js';
import { type ClaimContext, compileProperty } from '../../src/obligation/compile.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { witnessRegions } from '../../src/obligation/regions.js';
import type { Property } from '../../src/spec/property.js';
import { InputError } from '../../src/util/errors.js';
import { baseCertificate, judge, MODEL, NETWORK } from './base.js';

type Path = readonly (string | number)[];

/** Every place of a JSON value. */
function places(value: unknown, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => places(item, [...path, key]))];
}

const BASE = baseCertificate();
// Places that decide something; the times, names and limits do not.
const PLACES = places(BASE).filter(
  (path) =>
    path.length > 1 && !/verifier|limits|At$|seconds|engine|notes|source|interrupted/.test(path.join('.')),
);

const replacement: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    0,
    -1,
    1,
    2,
    0.5,
    -0.5,
    1e308,
    -1e308,
    5e-324,
    1e15,
    null,
    '',
    't1',
    't3',
    'lin',
    'bound',
    true,
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom([], {}, [0], [[]]),
);

type Change =
  | { readonly kind: 'replace'; readonly at: Path; readonly by: unknown }
  | { readonly kind: 'number'; readonly at: Path; readonly by: number }
  | { readonly kind: 'delete' | 'negate' | 'nudge' | 'repeat' | 'reverse' | 'increment'; readonly at: Path }
  | { readonly kind: 'copy'; readonly at: Path; readonly from: Path };

const anyPlace = fc.constantFrom(...PLACES);
const numberPlaces = PLACES.filter((path) => typeof lookUp(BASE, path) === 'number');
const someNumber = fc.oneof(
  fc.integer({ min: -3, max: 4 }),
  fc.integer({ min: -16, max: 16 }).map((n) => n / 8),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('number' as const), at: fc.constantFrom(...numberPlaces), by: someNumber }),
  fc.record({ kind: fc.constant('replace' as const), at: anyPlace, by: replacement }),
  fc.record({
    kind: fc.constantFrom('delete', 'negate', 'nudge', 'repeat', 'reverse', 'increment'),
    at: anyPlace,
  }),
  fc.record({ kind: fc.constant('copy' as const), at: anyPlace, from: anyPlace }),
);

function lookUp(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], root);
}

function changed(value: unknown, item: Change, root: unknown): unknown {
  switch (item.kind) {
    case 'replace':
    case 'number':
      return item.by;
    case 'copy':
      return structuredClone(lookUp(root, item.from));
    case 'negate':
      return typeof value === 'number' ? -value : value;
    case 'nudge':
      return typeof value === 'number' ? value * (1 + 2 ** -52) : value;
    case 'increment':
      return typeof value === 'number' ? value + 1 : value;
    case 'repeat':
      return Array.isArray(value) ? [...value, ...value] : value;
    case 'reverse':
      return Array.isArray(value) ? [...value].reverse() : value;
    case 'delete':
      return undefined;
  }
}

function apply(root: unknown, item: Change): void {
  const parent = lookUp(root, item.at.slice(0, -1));
  if (parent === null || typeof parent !== 'object') return;
  const key = item.at[item.at.length - 1]!;
  const holder = parent as Record<string, unknown>;
  if (!Object.hasOwn(holder, key)) return;
  const next = changed(holder[key], item, root);
  if (next !== undefined) holder[key] = next;
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete holder[key];
}

/** Points of the region, as mined, on a grid of its box. */
function pointIn(obligation: Obligation): Float64Array | null {
  const { lower, upper } = obligation.box;
  for (let i = 0; i <= 12; i++) {
    for (let j = 0; j <= 12; j++) {
      const point = Float64Array.from([i, j], (t, k) => {
        const low = Math.max(lower[k]!, -4);
        return low + ((Math.min(upper[k]!, 4) - low) * t) / 12;
      });
      const replay = replayPoint(NETWORK, obligation, point);
      if (replay.inRegion && replay.strict.followsStrictly) return point;
    }
  }
  return null;
}

/** Claims that a grid point contradicts. */
function wrongClaims({ predicate }: Certificate): string[] {
  const context: ClaimContext = {
    network: NETWORK,
    modelSha256: MODEL.sha256,
    domain: predicate.domain,
    naps: new Map((predicate.naps?.classes ?? []).map((entry) => [entry.class, toPhases(NETWORK, entry)])),
  };
  return predicate.properties.flatMap((result) => {
    const property = result.property as Property;
    if (result.verdict === 'vacuous') {
      const full = witnessRegions(context, property).every(({ region }) => pointIn(region) !== null);
      return full ? [`${result.id} is not vacuous`] : [];
    }
    if (result.verdict !== 'holds') return [];
    return compileProperty(context, property).flatMap((obligation) => {
      const point = pointIn(obligation);
      return point === null ? [] : [`${obligation.id} fails at ${point.join(', ')}`];
    });
  });
}

describe('mutated certificates', () => {
  it('are refused, rejected, or still true', () => {
    const counts = { valid: 0, invalid: 0, incomplete: 0, refused: 0 };
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (list) => {
        const certificate = baseCertificate();
        for (const item of list) apply(certificate, item);
        const text = JSON.stringify(certificate);
        const result = judge(text);
        if (result instanceof InputError) {
          counts.refused++;
          return;
        }
        counts[result.verdict]++;
        if (result.verdict === 'valid' && text !== JSON.stringify(BASE)) {
          expect(wrongClaims(parseCertificate(text, 'mutated'))).toEqual([]);
        }
      }),
      { numRuns: 1200 },
    );
    expect(counts.invalid).toBeGreaterThan(100);
    expect(counts.valid).toBeGreaterThan(10);
  });

  it('as text are refused, rejected, or still true; nothing else is thrown', () => {
    const text = JSON.stringify(BASE);
    fc.assert(
      fc.property(
        fc.nat({ max: text.length - 1 }),
        fc.nat({ max: 12 }),
        fc.string({ maxLength: 4 }),
        (at, cut, put) => {
          const mutated = text.slice(0, at) + put + text.slice(at + cut);
          const result = judge(mutated);
          if (result instanceof InputError || result.verdict !== 'valid' || mutated === text) return;
          expect(wrongClaims(parseCertificate(mutated, 'mutated'))).toEqual([]);
        },
      ),
      { numRuns: 1200 },
    );
  });
});
