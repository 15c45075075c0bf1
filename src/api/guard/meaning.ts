/** What the outputs of a guarded model say, in sentences that its report prints. */

const FLAG =
  'certified: the input lies in the domain, the runtime puts it in a class, and the pre-activations that the runtime ' +
  'computed follow the NAP of this class (strictly, as mined: z > 0 active, z <= 0 inactive).';
const REAL =
  'The proof is about real arithmetic and the closed form (z >= 0, z <= 0). A runtime rounds: where a pre-activation is ' +
  'within its rounding error of 0, the computed sign may not be the exact one, and the theorem is about the exact one. ' +
  'A certificate with --arithmetic float32 closes this gap.';
const FLOAT32 =
  'The proof is about every binary32 evaluation in any order of summation, so it is about the very numbers that the ' +
  'runtime computed: a certified input gets its class by proof, as long as the runtime uses binary32 throughout.';
const NOT_CERTIFIED = 'Not certified does not mean wrong: nothing was proved about the input.';
const NARROWED = 'Inputs so large that the network could overflow are never certified.';

export function meaningOf(arithmetic: 'real' | 'float32', narrowed: boolean): string[] {
  return [FLAG, arithmetic === 'real' ? REAL : FLOAT32, NOT_CERTIFIED, ...(narrowed ? [NARROWED] : [])];
}
