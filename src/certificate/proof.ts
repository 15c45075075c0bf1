/**
 * Proofs that an obligation's region is empty, as data. The format is specified in
 * `specs/certificate-v1.md`; the checker has one file per rule under `src/checker/rules/`.
 */
import { z } from 'zod';

const tensorName = z.string().min(1).max(1000);
const elementIndex = z.int().min(0);

/** A trusted step: the certificate is `incomplete` wherever one occurs. */
export const holeSchema = z.strictObject({
  rule: z.literal('hole'),
  reason: z.enum(['solver-trusted']),
  solver: z.string().max(200).describe('Who is trusted, with version'),
  status: z.string().max(200).describe('Its answer, in its own words'),
  scope: z.string().max(1000).describe('What it was asked'),
});

/** One NAP needs the neuron on, another needs it off: no input follows both (literals as mined, z > 0 / z <= 0). */
export const contradictionSchema = z.strictObject({
  rule: z.literal('contradiction'),
  tensor: tensorName,
  index: elementIndex,
});

/** Interval bound propagation, recomputed by the checker, leaves this element no value. */
export const boundSchema = z.strictObject({
  rule: z.literal('bound'),
  tensor: tensorName,
  index: elementIndex,
});

export type HoleStep = z.infer<typeof holeSchema>;
export type ContradictionStep = z.infer<typeof contradictionSchema>;
export type BoundStep = z.infer<typeof boundSchema>;
export type ProofNode = HoleStep | ContradictionStep | BoundStep;

export const proofSchema: z.ZodType<ProofNode> = z.discriminatedUnion('rule', [
  holeSchema,
  contradictionSchema,
  boundSchema,
]);

/** Holes of a proof, in order. */
export function holesOf(proof: ProofNode): readonly HoleStep[] {
  switch (proof.rule) {
    case 'hole':
      return [proof];
    case 'contradiction':
    case 'bound':
      return [];
  }
}
