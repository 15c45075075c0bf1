import { z } from 'zod';

/** Proofs that argue from the same place on. */
export const proofReachSchema = z.strictObject({
  from: z
    .enum(['literals', 'layer', 'bounded-layer', 'every-input', 'input'])
    .describe(
      'literals: two patterns contradict each other, whatever the network computes; layer: from these pre-activations on, ' +
        'at all values that meet the literals, re-checked without the layers before; bounded-layer: from there on, within ' +
        'bounds that follow from the inputs meant; every-input: through all layers, re-checked without any bounds of the ' +
        'inputs; input: through all layers, with those bounds',
    ),
  layer: z.string().nullable().describe('pre-activation tensor'),
  obligations: z.array(z.string()).min(1).describe('whose proofs these are'),
});

export type ProofReach = z.infer<typeof proofReachSchema>;
