/** The network under construction: tensors and layers, before simplification. */
import { InputError } from '../../util/errors.js';
import type { DerivedWeights, Layer, LinearMap, ReluLayer, Tensor, TensorId } from '../network.js';
import { identityMap } from './maps.js';
import { checkSize, checkTotal, MAX_COMPUTED_CONSTANTS, MAX_TOTAL_SIZE, sizeOf } from './shapes.js';
import type { Activation } from './values.js';

/** Where a new layer comes from and what its output is called. */
export interface Origin {
  readonly label: string;
  readonly name: string;
}

/** Shape of one sample: without the batch axis, and without a leading 1 that stands for a fixed batch. */
export function sampleShape(shape: readonly number[], batched: boolean): readonly number[] {
  return batched || (shape.length > 1 && shape[0] === 1) ? shape.slice(1) : shape;
}

export class Builder {
  readonly tensors: Tensor[] = [];
  readonly layers: Layer[] = [];
  readonly notes: string[] = [];
  /** See `Network.combined`. */
  readonly combined: string[] = [];
  /** Tensors whose name somebody relies on: the input and pre-activations. */
  private readonly pinned = new Set<TensorId>();
  /** Names of tensors so far, and names that belong to the ONNX graph. */
  private readonly names = new Set<string>();
  private totalSize = 0;
  private computedConstants = 0;

  constructor(
    readonly elementType: 'float32' | 'float64',
    private readonly onnxNames: ReadonlySet<string>,
  ) {}

  note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text);
  }

  /** Counts a constant that a node computes. */
  computed(elements: number): void {
    this.computedConstants += elements;
    checkTotal('computed constants', this.computedConstants, MAX_COMPUTED_CONSTANTS);
  }

  /** The node's constants are combined here, and rounded in some other way by a runtime. */
  combines(label: string): void {
    if (!this.combined.includes(label)) this.combined.push(label);
  }

  /** The network's input. */
  input(name: string, shape: readonly number[], batched: boolean): Activation {
    const value = this.addTensor(name, shape, batched);
    this.pinned.add(value.tensor);
    return value;
  }

  /**
   * A linear layer; `shape` is the full shape of the output.
   * @throws InputError if bias or divisor are not finite (a constant overflowed).
   */
  linear(
    origin: Origin,
    inputs: readonly Activation[],
    shape: readonly number[],
    map: LinearMap,
    extra: {
      readonly bias?: Float64Array;
      readonly divisor?: Float64Array;
      readonly derived?: DerivedWeights | undefined;
    } = {},
  ): Activation {
    const bias = extra.bias ?? new Float64Array(map.rows);
    if (bias.length !== map.rows || sizeOf(shape) !== map.rows)
      throw new Error(`sizes differ in ${origin.label}`);
    const output = this.addTensor(origin.name, shape, inputs[0]!.batched);
    this.layers.push({
      kind: 'linear',
      node: origin.label,
      inputs: inputs.map((input) => input.tensor),
      output: output.tensor,
      map,
      bias,
      divisor: extra.divisor ?? null,
      ...(extra.derived === undefined ? {} : { derived: extra.derived }),
    });
    return output;
  }

  /**
   * A (leaky) ReLU whose pre-activation bears the ONNX name of the node's input: an alias is renamed, and
   * a tensor whose name is taken gets an identity layer in front.
   */
  relu(origin: Origin, input: Activation, inputName: string, slope: number): Activation {
    let before = input;
    if (this.pinned.has(input.tensor)) {
      const earlier = this.reluOf(input.tensor);
      if (earlier?.slope === slope) return { ...input, tensor: earlier.output };
      const differs = this.tensors[input.tensor]!.name !== inputName;
      if (differs || earlier !== undefined) {
        const name = this.names.has(inputName) ? this.freshName(`${inputName}/copy`) : inputName;
        before = this.copy(origin.label, input, name);
      }
    } else {
      this.rename(input, inputName);
    }
    this.pinned.add(before.tensor);
    const output = this.addTensor(origin.name, input.shape, input.batched);
    this.layers.push({
      kind: 'relu',
      node: origin.label,
      input: before.tensor,
      output: output.tensor,
      slope,
    });
    return output;
  }

  /** Elementwise maximum of listed elements. */
  max(
    origin: Origin,
    input: Activation,
    shape: readonly number[],
    rowStart: Int32Array,
    col: Int32Array,
  ): Activation {
    const output = this.addTensor(origin.name, shape, input.batched);
    this.layers.push({
      kind: 'max',
      node: origin.label,
      input: input.tensor,
      output: output.tensor,
      rowStart,
      col,
    });
    return output;
  }

  /** Calls the tensor by another ONNX name that stands for the same numbers, unless its name is relied on. */
  rename(value: Activation, name: string): void {
    if (this.pinned.has(value.tensor)) return;
    const shape = sampleShape(value.shape, value.batched);
    const old = this.tensors[value.tensor]!;
    if (old.name === name) return;
    this.names.add(name);
    this.tensors[value.tensor] = { name, shape, size: old.size };
  }

  /** A name for an intermediate tensor that the ONNX graph does not have. */
  freshName(base: string): string {
    let name = base;
    for (let i = 2; this.names.has(name) || this.onnxNames.has(name); i++) name = `${base}#${i}`;
    return name;
  }

  /** The same numbers as a tensor of its own. */
  copy(label: string, value: Activation, name: string): Activation {
    return this.linear({ label, name }, [value], value.shape, identityMap(sizeOf(value.shape)));
  }

  private reluOf(tensor: TensorId): ReluLayer | undefined {
    for (const layer of this.layers) if (layer.kind === 'relu' && layer.input === tensor) return layer;
    return undefined;
  }

  private addTensor(name: string, shape: readonly number[], batched: boolean): Activation {
    const size = sizeOf(shape);
    checkSize(size);
    if (size < 1)
      throw new InputError('tensor is empty', { place: `tensor "${name}"`, found: `[${shape.join(', ')}]` });
    this.totalSize += size;
    checkTotal('tensors of a sample', this.totalSize, MAX_TOTAL_SIZE);
    this.names.add(name);
    this.tensors.push({ name, shape: [...sampleShape(shape, batched)], size });
    return { kind: 'activation', tensor: this.tensors.length - 1, shape: [...shape], batched, dropped: null };
  }
}
