/** One ONNX node as the rules of the degree analysis see it. */
import type { AttributeProto, NodeProto } from '../onnx/model-proto.js';
import { type Break, type DegreeValue, degreeOf, nonZero } from './degree-values.js';

/** Operators to which a constant is a bias (or, for Pad, a border). */
const ADDING = new Set(['Add', 'Sub', 'Sum', 'Gemm', 'Conv', 'ConvTranspose', 'Pad']);

export class DegreeNode {
  readonly op: string;

  constructor(
    private readonly node: NodeProto,
    readonly label: string,
    /** Version of the default operator set. */
    readonly opset: number,
    /** Null where an optional input is left out. */
    readonly inputs: readonly (DegreeValue | null)[],
  ) {
    this.op = node.opType;
  }

  /** Input that must be there; a missing one counts as unknown. */
  input(index: number): DegreeValue {
    return this.inputs[index] ?? this.breaks(`input ${index} is missing`);
  }

  /** Input that may be left out. */
  optional(index: number): DegreeValue | null {
    return this.inputs[index] ?? null;
  }

  int(name: string, fallback: number): number {
    const attribute = this.#attribute(name);
    return attribute?.i === undefined || attribute.i === null ? fallback : Number(attribute.i);
  }

  float(name: string, fallback: number): number {
    return this.#attribute(name)?.f ?? fallback;
  }

  text(name: string, fallback: string): string {
    return this.#attribute(name)?.s ?? fallback;
  }

  has(name: string): boolean {
    return this.#attribute(name) !== undefined;
  }

  /** The element type of the input, 0 if not known. */
  type(index = 0): number {
    const value = this.inputs[index];
    return value?.kind === 'degree' ? value.type : 0;
  }

  breaks(
    reason: string,
    numbers: Pick<Break, 'culprits' | 'count' | 'biases'> = { culprits: [], count: 0 },
  ): DegreeValue {
    return { kind: 'broken', at: this.place(reason, numbers) };
  }

  place(
    reason: string,
    numbers: Pick<Break, 'culprits' | 'count' | 'biases'> = { culprits: [], count: 0 },
  ): Break {
    return { node: this.label, operator: this.op, reason, ...numbers };
  }

  /**
   * The one degree of all these values; zeros have every degree. Otherwise the break: a constant among activations, or
   * activations of unequal degrees.
   */
  common(values: readonly DegreeValue[]): number | DegreeValue {
    const degrees = values.map(degreeOf);
    const wanted = degrees.filter((value, i) => values[i]!.kind === 'degree' && value !== 'any') as number[];
    const first = wanted[0] ?? 0;
    const odd = degrees.findIndex((value) => value !== 'any' && value !== first);
    if (odd < 0) return first;
    const value = values[odd]!;
    if (value.kind !== 'constant') {
      return this.breaks(`combines tensors of degree ${first} and degree ${degrees[odd]}`);
    }
    const numbers = nonZero(value);
    const what = numbers.count === 0 ? 'a constant that is not known to be 0' : 'a constant that is not 0';
    const biases = ADDING.has(this.op) && numbers.count > 0 ? { biases: [value.name] } : {};
    return this.breaks(`combines a tensor of degree ${first} with ${what}`, { ...numbers, ...biases });
  }

  #attribute(name: string): AttributeProto | undefined {
    return this.node.attributes.find((attribute) => attribute.name === name);
  }

  /** A subgraph may read any tensor around it. */
  get unreadable(): boolean {
    return this.node.attributes.some(({ unreadable }) => unreadable);
  }
}
