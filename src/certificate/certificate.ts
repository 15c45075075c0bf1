/**
 * Certificates as data: an in-toto Statement v1 whose predicate says what was claimed about which model, what
 * was decided, and the evidence. Specified in `specs/certificate-v1.md`.
 */
import { z } from 'zod';
import { eagerList } from '../util/eager-list.js';
import { PLAIN_TEXT } from '../util/plain-text.js';
import { proofSchema } from './proof.js';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PREDICATE_TYPE = 'https://napcert.dev/nap-verification/v1';

/** What every certificate of this version claims about arithmetic and literals; part of the claim. */
export const SEMANTICS = [
  'Real arithmetic, for the network whose weights are the stored floating-point numbers read as exact rationals.',
  'BatchNormalization is y = s (x - mean) + beta with s = gamma / sqrt(var + epsilon) rounded to float64.',
  'A literal is mined strictly (z > 0 active, z <= 0 inactive); proofs use the closed form (z >= 0, z <= 0), which only enlarges the region.',
  'A tie between two logits counts as a violation.',
] as const;

/** The same for claims about float32 arithmetic (section 7 of the specification). */
export const SEMANTICS_FLOAT32 = [
  'Binary32 arithmetic, round to nearest: every evaluation of the network that adds up the products of a sum in any order and with any parentheses, with or without fused multiply-add, with or without flushing subnormal numbers to zero; scalings by constants may be merged into neighbouring weights.',
  'Not meant: algorithms that compute other products (Winograd, Strassen, FFT), and lower or mixed precision.',
  'An input is a vector of binary32 numbers. It follows a NAP if its computed pre-activations do, as mined (z > 0 active, z <= 0 inactive); a class wins if its computed logit is strictly the largest, so a tie counts as a violation.',
  'Proofs are about the real network whose linear layers may be off by the tolerances of section 7, which covers all of these evaluations; witnesses and counterexamples are judged by the reference evaluation.',
] as const;

/** The sentences that a certificate of this arithmetic must carry, word by word. */
export function semanticsOf(arithmetic: 'real' | 'float32'): readonly string[] {
  return arithmetic === 'real' ? SEMANTICS : SEMANTICS_FLOAT32;
}

const text = () => z.string().regex(PLAIN_TEXT, 'control characters are not allowed');
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const name = text().min(1).max(1000);
const classNumber = z.int().min(0).max(100_000);
const finite = z.number();
const numbers = eagerList(finite).max(10_000_000);

export const unknownReasonSchema = z.enum([
  'timeout',
  'node-limit',
  'memory',
  'numerical',
  'boundary',
  'unsupported',
  'solver-crash',
  'interrupted',
]);

const tensorLiteralsSchema = z.strictObject({
  tensor: name,
  active: eagerList(z.int().min(0)),
  inactive: eagerList(z.int().min(0)),
});

const domainSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('box'),
    lower: z.union([finite, numbers]),
    upper: z.union([finite, numbers]),
  }),
  z.strictObject({ kind: z.literal('unbounded') }),
  z.strictObject({ kind: z.literal('orthant') }),
]);

const propertySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('non-misclassification'),
    class: classNumber,
    competitors: eagerList(classNumber).min(1),
  }),
  z.strictObject({ kind: z.literal('non-ambiguity'), classes: z.tuple([classNumber, classNumber]) }),
  z.strictObject({
    kind: z.literal('local-robustness'),
    class: classNumber,
    competitors: eagerList(classNumber).min(1),
    referenceName: name,
    reference: numbers,
    epsilon: finite,
    nap: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('scalar-invariance'),
    preprocessing: z
      .enum(['not-stated', 'none', 'scale', 'shift'])
      .describe('Said by the user about what happens outside the model; nothing of it is checked'),
  }),
  z.strictObject({
    kind: z.literal('cone'),
    name,
    class: classNumber,
    combinations: z.enum(['conic', 'convex']),
    points: eagerList(numbers).min(1).max(10_000),
  }),
  z.strictObject({
    kind: z.literal('query'),
    name,
    text: z
      .string()
      .min(1)
      .max(64 * 1024 * 1024)
      .describe('The VNN-LIB query, character for character'),
  }),
]);

/** Refutes scalar invariance: `point` and `factor * point` (in real arithmetic) have different single classes. */
const scalingSchema = z.strictObject({
  point: numbers.describe('Input, each number exactly representable in the model element type'),
  factor: finite.positive(),
  classes: z.tuple([classNumber, classNumber]).describe('Exact class of the point and of the scaled point'),
  runtimeClasses: z
    .tuple([classNumber, classNumber])
    .describe('onnxruntime on the original file, the scaled point rounded to the element type'),
  source: text().max(200),
});

/** A point and both evaluations of it, for people; a checker believes only the point. */
const replaySchema = z.strictObject({
  point: numbers.describe('Input, each number exactly representable in the model element type'),
  exactLogits: eagerList(text().max(400)).describe('Exact logits as decimal strings rounded to 17 digits'),
  runtimeLogits: z
    .array(finite)
    .nullable()
    .describe('onnxruntime on the original file; null if it was not available'),
  source: text().max(200).describe('Where the point came from, for example a sample of the dataset'),
});

const witnessSchema = z.strictObject({
  class: classNumber.nullable(),
  point: numbers,
  source: text().max(200),
});

const evidenceSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('proof'),
    proof: proofSchema,
    holes: z.int().min(0).describe('Trusted steps in the proof'),
    margin: finite
      .nullable()
      .describe('Proved lower bound of own logit minus competitor; null where none applies'),
    core: z
      .array(eagerList(tensorLiteralsSchema))
      .optional()
      .describe('Per NAP of the obligation: literals that suffice; the proof holds for this larger region'),
  }),
  z.strictObject({ kind: z.literal('counterexample'), replay: replaySchema }),
  z.strictObject({
    kind: z.literal('none'),
    reason: unknownReasonSchema,
    detail: text().max(2000),
    suggestion: text().max(2000),
    /** Proved lower bound and best point found of the margin (own logit minus competitor), where known. */
    provedMargin: finite.nullable(),
    bestMargin: finite.nullable(),
  }),
]);

const obligationResultSchema = z.strictObject({
  id: name,
  digest: sha256Hex,
  verdict: z.enum(['unsat', 'sat', 'unknown']),
  engine: name,
  seconds: finite.min(0),
  evidence: evidenceSchema,
});

const propertyResultSchema = z.strictObject({
  id: name,
  property: propertySchema,
  claim: text().max(4000),
  verdict: z.enum(['holds', 'violated', 'unknown', 'vacuous']),
  /** Points that show the region (for non-ambiguity: each class's region) is not empty. */
  witnesses: eagerList(witnessSchema),
  obligations: eagerList(name),
  scaling: scalingSchema
    .optional()
    .describe('Only for scalar-invariance, and there only if violated: the pair that refutes it'),
});

const lintSchema = z.strictObject({
  kind: z.enum(['magnitude-ratio', 'large-constant', 'denormal']),
  node: name,
  rows: z.int().min(1),
  row: z.int().min(0),
  smallest: finite,
  largest: finite,
  message: text().max(2000),
});

export const predicateSchema = z.strictObject({
  format: z.literal('napcert/certificate/v1'),
  verifier: z.strictObject({ name, version: name, components: z.record(text(), text()) }),
  arithmetic: z.enum(['real', 'float32']),
  semantics: eagerList(text().max(1000)),
  model: z.strictObject({
    name,
    sha256: sha256Hex,
    notes: eagerList(text().max(2000)),
    lint: z
      .array(lintSchema)
      .describe('Weights that floating-point evaluation may handle badly; recomputed by a checker'),
  }),
  domain: domainSchema,
  naps: z
    .strictObject({
      sha256: sha256Hex,
      classes: eagerList(z.strictObject({ class: classNumber, literals: eagerList(tensorLiteralsSchema) })),
    })
    .nullable(),
  dataset: z.strictObject({ name, digest: sha256Hex }).nullable(),
  properties: eagerList(propertyResultSchema).min(1),
  obligations: eagerList(obligationResultSchema),
  shared: z
    .record(text().max(1000), z.strictObject({ region: sha256Hex, proof: proofSchema }))
    .optional()
    .describe('Lemmas that obligations with the same box and NAPs share'),
  holes: eagerList(text().max(4000)).describe('Every trusted step; empty iff nothing is taken on trust'),
  limits: z.strictObject({ timeoutSeconds: finite, engine: name, solver: name, seed: z.int() }),
  interrupted: z
    .boolean()
    .describe('The run was stopped before it was through; what it did not reach is listed as unknown'),
  startedAt: z.iso.datetime(),
  verifiedAt: z.iso.datetime(),
});

export const certificateSchema = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: eagerList(z.strictObject({ name, digest: z.strictObject({ sha256: sha256Hex }) })).length(1),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: predicateSchema,
});

export type Certificate = z.infer<typeof certificateSchema>;
export type Predicate = z.infer<typeof predicateSchema>;
export type PropertyResult = z.infer<typeof propertyResultSchema>;
export type ObligationResult = z.infer<typeof obligationResultSchema>;
export type Evidence = z.infer<typeof evidenceSchema>;
export type Replay = z.infer<typeof replaySchema>;
export type Witness = z.infer<typeof witnessSchema>;
export type Scaling = z.infer<typeof scalingSchema>;
export type PropertyVerdict = PropertyResult['verdict'];

/** JSON Schema, as published in `specs/certificate.schema.json`. */
export function certificateJsonSchema(): unknown {
  return z.toJSONSchema(certificateSchema, { io: 'input' });
}
