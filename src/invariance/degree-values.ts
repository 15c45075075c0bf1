/** What the degree analysis knows about a tensor of the ONNX graph. */
import type { TensorProto } from '../onnx/model-proto.js';

/** Numbers that end an argument, for people: where they stand and what they are. */
export interface Culprit {
  /** ONNX name of the constant, or of the attribute. */
  readonly name: string;
  readonly index: number;
  readonly value: number;
}

/** The first node at which homogeneity can no longer be shown. */
export interface Break {
  readonly node: string;
  readonly operator: string;
  readonly reason: string;
  /** The first few of the numbers. */
  readonly culprits: readonly Culprit[];
  /** How many there are; 0 where no number is to blame. */
  readonly count: number;
  /** Constants that act as biases here: if they were 0, the argument would go on. */
  readonly biases?: readonly string[];
}

export type DegreeValue =
  /** Does not depend on the input. `values` in storage order; null where napcert does not compute them. */
  | { readonly kind: 'constant'; readonly name: string; readonly values: ArrayLike<number> | null }
  /** t(s x) = s^degree t(x) for all x and s > 0; `type` is the ONNX element type, 0 if not known. */
  | { readonly kind: 'degree'; readonly degree: number; readonly type: number }
  /**
   * A strictly increasing function of a homogeneous tensor: by element (axis null), or along one axis. The order of the
   * elements (along the axis) is that of a homogeneous tensor, the values are not.
   */
  | {
      readonly kind: 'monotone';
      readonly axis: number | null;
      /** All its values are > 0, so that a logarithm may follow. */
      readonly positive: boolean;
      readonly by: Break;
    }
  | { readonly kind: 'broken'; readonly at: Break };

export function degree(value: number, type: number): DegreeValue {
  return { kind: 'degree', degree: value, type };
}

/** A stored tensor; integers and other types count as constants too. */
export function constantTensor({ name, data }: TensorProto): DegreeValue {
  if (data.kind === 'float') return { kind: 'constant', name, values: data.values };
  if (data.kind === 'int') return { kind: 'constant', name, values: data.values.map(Number) };
  return { kind: 'constant', name, values: null };
}

/** Every entry is 0 (or -0): the one constant that has every degree. */
export function isZero(value: DegreeValue): boolean {
  if (value.kind !== 'constant' || value.values === null) return false;
  for (let i = 0; i < value.values.length; i++) if (value.values[i] !== 0) return false;
  return true;
}

/** The degree of a tensor: of a constant 0, unless it vanishes and has every degree ('any'); null if none is known. */
export function degreeOf(value: DegreeValue): number | 'any' | null {
  switch (value.kind) {
    case 'constant':
      return isZero(value) ? 'any' : 0;
    case 'degree':
      return value.degree;
    default:
      return null;
  }
}

const SHOWN = 5;

/** The non-zero numbers of a constant. */
export function nonZero(value: DegreeValue): Pick<Break, 'culprits' | 'count'> {
  const culprits: Culprit[] = [];
  let count = 0;
  if (value.kind === 'constant' && value.values !== null) {
    for (let index = 0; index < value.values.length; index++) {
      const number = value.values[index]!;
      if (number === 0) continue;
      if (count++ < SHOWN) culprits.push({ name: value.name, index, value: number });
    }
  }
  return { culprits, count };
}
