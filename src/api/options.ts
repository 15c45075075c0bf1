/**
 * What programs hand to the functions of the public interface, at run time: a misspelt or unknown option must not be
 * passed over, since what was meant by it would silently not be asked.
 */
import { z } from 'zod';
import type { OpenDatasetOptions } from '../dataset/open-dataset.js';
import { REPORTER_NAMES } from '../report/reporters/names.js';
import { nearestKey } from '../spec/nearest-key.js';
import { InputError } from '../util/errors.js';
import type { CheckOptions } from './check.js';
import type { CoverageOptions } from './coverage.js';
import type { ExplainOptions } from './explain.js';
import type { MineOptions } from './mine.js';
import type { ReportOptions } from './report.js';
import type { ClaimChoices } from './verify/claims.js';
import type { VerifyReportsOptions } from './verify-reports.js';

/** One schema per option of `T`: a new option without one does not type-check. */
type Shape<T> = { readonly [K in keyof Required<T>]: z.ZodType };

const file = z.string().min(1);
const count = z.int().min(1);
const seconds = z.number().positive().max(1_000_000);
const files = z.array(file);

const dataset = z.strictObject({
  labels: file.optional(),
  labelColumn: z.string().optional(),
  header: z.boolean().optional(),
  limit: count.optional(),
  split: z.string().optional(),
  scale: z.enum(['unit', 'raw']).optional(),
  allowGaps: z.boolean().optional(),
} satisfies Shape<OpenDatasetOptions>);

const corner = z.union([z.number(), z.array(z.number())]);
const classes = z.array(z.int().min(0));

const claims = z.strictObject({
  spec: file.optional(),
  properties: z
    .array(
      z.enum([
        'non-misclassification',
        'non-ambiguity',
        'local-robustness',
        'scalar-invariance',
        'cone',
        'query',
      ]),
    )
    .optional(),
  classes: classes.optional(),
  competitors: classes.optional(),
  domain: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('box'), lower: corner, upper: corner }),
      z.strictObject({ kind: z.literal('unbounded') }),
      z.strictObject({ kind: z.literal('orthant') }),
    ])
    .optional(),
} satisfies Shape<ClaimChoices>);

const targets = z.array(z.strictObject({ format: z.enum(REPORTER_NAMES), file }));

const cluster = z.strictObject({
  url: z.string().min(1),
  caFile: file.optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  store: file.optional(),
  jobs: count.optional(),
  waitSeconds: seconds.optional(),
  splitAfterSeconds: z.number().min(0).optional(),
} satisfies Shape<NonNullable<VerifyReportsOptions['cluster']>>);

/** What the public `verify` takes: not the parts by which commands share work. */
export type PublicVerifyOptions = Omit<VerifyReportsOptions, 'resolved' | 'earlier'>;

export const MINE_OPTIONS = z.strictObject({
  model: file,
  data: file,
  dataset: dataset.optional(),
  heldOut: z
    .strictObject({ split: z.string().optional(), data: file.optional(), labels: file.optional() })
    .optional(),
  deltas: z.array(z.string()).min(1),
  grouping: z.enum(['label', 'prediction']).optional(),
  samples: z.enum(['all', 'correct']).optional(),
  allowEmptyClasses: z.boolean().optional(),
  output: file,
} satisfies Shape<MineOptions>);

export const COVERAGE_OPTIONS = z.strictObject({
  model: file,
  naps: file,
  data: file,
  dataset: dataset.optional(),
  heatMap: file.optional(),
  montage: file.optional(),
} satisfies Shape<CoverageOptions>);

export const VERIFY_OPTIONS = z.strictObject({
  model: file,
  naps: file.optional(),
  claims: claims.optional(),
  data: file.optional(),
  dataset: dataset.optional(),
  arithmetic: z.enum(['real', 'float32']).optional(),
  engine: z.enum(['auto', 'bab', 'milp']).optional(),
  solver: z.enum(['glpk', 'highs']).optional(),
  timeoutSeconds: seconds.optional(),
  maxNodes: count.optional(),
  maxMemoryBytes: count.optional(),
  exactMargin: z.boolean().optional(),
  jobs: count.max(256).optional(),
  cluster: cluster.optional(),
  shard: z
    .strictObject({ index: count, count })
    .refine((shard) => shard.index <= shard.count, 'an index of at most the count')
    .optional(),
  output: file,
  fresh: z.boolean().optional(),
  signKey: file.optional(),
  pictures: file.optional(),
  counterexamples: file.optional(),
  reports: targets.optional(),
  events: file.optional(),
} satisfies Shape<PublicVerifyOptions>);

export const CHECK_OPTIONS = z.strictObject({
  certificate: file,
  model: file,
  naps: file.optional(),
  verifyKeys: files.min(1).optional(),
} satisfies Shape<CheckOptions>);

export const EXPLAIN_OPTIONS = z.strictObject({
  certificate: file,
  model: file.optional(),
} satisfies Shape<ExplainOptions>);

export const REPORT_OPTIONS = z.strictObject({
  certificates: files,
  models: files.optional(),
  naps: files.optional(),
  coverage: files.optional(),
  gate: file.optional(),
  data: file.optional(),
  dataset: dataset.optional(),
  targets: targets.optional(),
  format: z.enum(REPORTER_NAMES).optional(),
} satisfies Shape<ReportOptions>);

/**
 * The options that are given; one that is `undefined` is not.
 * @throws InputError for options that are unknown, missing or of a wrong kind, naming the option
 */
export function checkedOptions<T extends object>(schema: z.ZodObject, options: T): T {
  const result = schema.safeParse(options);
  if (result.success) {
    return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
  }
  const issues = result.error.issues;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const near = nearestKey(schema, options, [...issue.path, key]);
    const known = keysAt(schema, issue.path);
    throw new InputError('an option that is not known', {
      place: ['options', ...path, key].join('.'),
      expected: `${near === null ? '' : `${near}? `}${known === null ? 'a documented option' : `One of ${known.join(', ')}`}`,
      found: key,
    });
  }
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], options);
  throw new InputError(value === undefined ? 'an option is missing' : 'an option has a wrong value', {
    place: ['options', ...path].join('.'),
    expected:
      issue.code === 'invalid_value' ? `one of ${issue.values.map(String).join(', ')}` : issue.message,
    found: value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value)).slice(0, 200),
  });
}

/** Names of the options at a path of strict objects; null where the path leads elsewhere. */
function keysAt(schema: z.ZodObject, path: readonly PropertyKey[]): string[] | null {
  let at: unknown = schema;
  for (const key of path) {
    if (!(at instanceof z.ZodObject)) return null;
    at = at.shape[String(key)];
    if (at instanceof z.ZodOptional) at = at.unwrap();
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : null;
}
