/**
 * Proofs that an obligation's region is empty, as data: steps of a tree in preorder. The rules are specified in
 * `specs/certificate-v1.md`, section 4; the checker has one file per rule under `src/checker/rules/`.
 */
import { z } from 'zod';
import { eagerList } from '../util/eager-list.js';
import { PLAIN_TEXT } from '../util/plain-text.js';

const tensorName = z.string().regex(PLAIN_TEXT).min(1).max(1000);
const elementIndex = z.int().min(0);

/** A trusted step: the certificate is `incomplete` wherever one occurs. */
export const holeStepSchema = z.strictObject({
  rule: z.literal('hole'),
  reason: z.enum(['solver-trusted']),
  solver: z.string().regex(PLAIN_TEXT).max(200).describe('Who is trusted, with version'),
  status: z.string().regex(PLAIN_TEXT).max(200).describe('Its answer, in its own words'),
  scope: z.string().regex(PLAIN_TEXT).max(1000).describe('What it was asked'),
});

/** One NAP needs the neuron on, another needs it off: no input follows both (literals as mined, z > 0 / z <= 0). */
export const contradictionStepSchema = z.strictObject({
  rule: z.literal('contradiction'),
  tensor: tensorName,
  index: elementIndex,
});

/** The state's interval of this element is empty. */
export const boundStepSchema = z.strictObject({
  rule: z.literal('bound'),
  tensor: tensorName,
  index: elementIndex,
});

/** Two branches follow: element <= at, then element >= at. */
export const splitStepSchema = z.strictObject({
  rule: z.literal('split'),
  tensor: tensorName,
  index: elementIndex,
  at: z.number(),
});

/** Coefficients passed back through one ReLU or max layer where they differ from the default (section 4.1). */
const passSchema = z.strictObject({
  layer: tensorName.describe('Output tensor of the layer'),
  index: eagerList(elementIndex).describe('Ascending'),
  value: eagerList(z.number()),
});

const pushed = {
  stop: tensorName.optional().describe('Tensor up to which layers are not expanded; default the input'),
  pass: eagerList(passSchema),
};

/** A linear upper bound of a ReLU's output by its layer's inputs (section 4.4); later `lin` steps name it by its number. */
export const cutStepSchema = z.strictObject({
  rule: z.literal('cut'),
  layer: tensorName.describe('Output tensor of the ReLU layer'),
  index: elementIndex,
  full: eagerList(elementIndex).describe("Inputs whose coefficient is the neuron's weight; ascending"),
  part: z
    .strictObject({ index: eagerList(elementIndex).describe('Ascending'), value: eagerList(z.number()) })
    .describe('Other inputs with a coefficient'),
});

/** Closes the branch: a combination of the output constraints has a negative upper bound. */
export const linStepSchema = z.strictObject({
  rule: z.literal('lin'),
  weights: eagerList(z.number().min(0)).describe('One per output constraint'),
  ...pushed,
  cuts: eagerList(z.strictObject({ cut: elementIndex, weight: z.number().min(0) }))
    .optional()
    .describe('Cuts of this branch that are added'),
});

/** Tightens one interval of the state. */
export const lemmaStepSchema = z.strictObject({
  rule: z.literal('lemma'),
  tensor: tensorName,
  index: elementIndex,
  side: z.enum(['upper', 'lower']),
  ...pushed,
});

/** The lemmas of a shared list hold here. */
export const sharedStepSchema = z.strictObject({
  rule: z.literal('shared'),
  id: z.string().regex(PLAIN_TEXT).min(1).max(1000),
});

export const stepSchema = z.discriminatedUnion('rule', [
  holeStepSchema,
  contradictionStepSchema,
  boundStepSchema,
  splitStepSchema,
  linStepSchema,
  lemmaStepSchema,
  cutStepSchema,
  sharedStepSchema,
]);

export type HoleStep = z.infer<typeof holeStepSchema>;
export type ContradictionStep = z.infer<typeof contradictionStepSchema>;
export type BoundStep = z.infer<typeof boundStepSchema>;
export type SplitStep = z.infer<typeof splitStepSchema>;
export type LinStep = z.infer<typeof linStepSchema>;
export type LemmaStep = z.infer<typeof lemmaStepSchema>;
export type CutStep = z.infer<typeof cutStepSchema>;
export type SharedStep = z.infer<typeof sharedStepSchema>;
export type Pass = z.infer<typeof passSchema>;
export type ProofStep = z.infer<typeof stepSchema>;

/** Where a proof's steps are: in the certificate itself, or in a section of a proof file beside it. */
export const proofSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('inline'), steps: eagerList(stepSchema).min(1) }),
  z.strictObject({
    kind: z.literal('file'),
    file: z
      .string()
      .regex(PLAIN_TEXT)
      .min(1)
      .max(255)
      .describe('Base name, in the folder of the certificate'),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    section: z.string().regex(PLAIN_TEXT).min(1).max(1000),
  }),
]);

export type Proof = z.infer<typeof proofSchema>;

/** Who is trusted with what, in the words of the step. */
export function describeHole({ solver, status, scope }: HoleStep): string {
  return `${solver} is believed (${status}; ${scope})`;
}

/** The entry of a trusted step in a certificate's `holes`. */
export function holeEntry(obligation: string, description: string): string {
  return `${obligation}: ${description}`;
}

/** Trusted steps among the given ones, in order. */
export function holesAmong(steps: readonly ProofStep[]): readonly HoleStep[] {
  return steps.filter((step) => step.rule === 'hole');
}
