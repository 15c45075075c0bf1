/** One ONNX node as a lowering sees it: its inputs as values, its attributes with types and defaults. */
import type { AttributeProto, NodeProto, TensorProto } from '../../onnx/model-proto.js';
import { InputError, UnsupportedError } from '../../util/errors.js';
import type { Builder } from './builder.js';
import { exactInts } from './integers.js';
import {
  type Activation,
  describeValue,
  type FloatConstant,
  type IntConstant,
  type Value,
} from './values.js';

/** A node on its way into the network. Attributes that no lowering asked for are refused at the end. */
export class NodeView {
  readonly op: string;
  readonly label: string;
  private readonly asked = new Set<string>();

  constructor(
    private readonly node: NodeProto,
    /** Version of the default operator set. */
    readonly opset: number,
    readonly inputs: readonly (Value | null)[],
    readonly builder: Builder,
    /** Names that are read by another node or are the network's output. */
    private readonly used: ReadonlySet<string>,
    /** Batch size where the model fixes one above 1, else null. */
    readonly batchSize: number | null,
  ) {
    this.op = node.opType;
    this.label = nodeLabel(node);
  }

  get inputNames(): readonly string[] {
    return this.node.inputs;
  }

  /** Name of output 0. */
  get output(): string {
    return this.node.outputs[0] ?? '';
  }

  /** Whether somebody reads the output of this index. */
  isUsed(output: number): boolean {
    const name = this.node.outputs[output];
    return name !== undefined && name !== '' && this.used.has(name);
  }

  unsupported(message: string, remedy: string, found?: string): UnsupportedError {
    return new UnsupportedError(`${message}; ${remedy}`, {
      place: this.label,
      ...(found === undefined ? {} : { found }),
    });
  }

  bad(message: string, expected: string, found: string): InputError {
    return new InputError(message, { place: this.label, expected, found });
  }

  /** Refuses operations that would mix the samples of a batch. */
  mixesBatch(what: string): UnsupportedError {
    return this.unsupported(
      `${this.op} ${what}, which mixes the samples of a batch`,
      'export the model so that axis 0 is the batch and every sample is classified on its own',
    );
  }

  /** Checks the number of inputs. */
  arity(least: number, most: number): void {
    const count = this.inputs.length;
    if (count >= least && count <= most) return;
    const expected = least === most ? `${least}` : `${least} to ${most}`;
    throw this.bad('wrong number of inputs', `${expected} inputs`, `${count} inputs`);
  }

  value(index: number): Value {
    const value = this.inputs[index] ?? null;
    if (value === null) throw this.bad(`input ${index} is missing`, 'a tensor', 'nothing');
    return value;
  }

  activation(index: number): Activation {
    const value = this.value(index);
    if (value.kind !== 'activation') {
      throw this.unsupported(
        `${this.op} of something that is not computed from the input`,
        'fold constants before exporting the model',
        describeValue(value),
      );
    }
    this.checkLive(value);
    return value;
  }

  /** Refuses computing with a tensor behind a dropped softmax. */
  checkLive(value: Activation): void {
    if (value.dropped === null) return;
    throw this.unsupported(
      `${this.op} follows ${value.dropped}`,
      'softmax is accepted only as the end of a classifier; name an earlier tensor as the output',
    );
  }

  floats(index: number): FloatConstant {
    const value = this.value(index);
    if (value.kind !== 'float') {
      throw this.unsupported(
        `input ${index} of ${this.op} must be a constant`,
        'store it as an initializer of the model',
        describeValue(value),
      );
    }
    return value;
  }

  /** Integers that may depend on the batch size; beyond 53 bits only where `saturating`, see IntConstant. */
  ints(index: number, saturating = false): IntConstant {
    const value = this.value(index);
    if (value.kind !== 'int') {
      throw this.unsupported(
        `input ${index} of ${this.op} must be integers known from shapes and constants`,
        'fold constants before exporting the model',
        describeValue(value),
      );
    }
    return saturating ? value : exactInts(this, value);
  }

  /** Integers that do not depend on the batch size. */
  plainInts(index: number, saturating = false): readonly number[] {
    const value = this.ints(index, saturating);
    if (value.batchFactor?.some((factor) => factor !== 0)) {
      throw this.mixesBatch(`uses the batch size as input ${index}`);
    }
    return value.values;
  }

  has(name: string): boolean {
    return this.find(name) !== null;
  }

  attrInt(name: string, fallback: number): number {
    const value = this.find(name, 2)?.i;
    if (value === undefined) return fallback;
    return this.safe(name, this.present(name, value));
  }

  /** A finite number, or an infinity where that is allowed. */
  attrFloat(name: string, fallback: number, infinite = false): number {
    const value = this.find(name, 1)?.f;
    if (value === undefined) return fallback;
    const number = this.present(name, value);
    if (Number.isFinite(number) || (infinite && !Number.isNaN(number))) return number;
    throw this.bad(`attribute "${name}" is not a finite number`, 'a finite number', String(number));
  }

  attrString(name: string, fallback: string): string {
    const value = this.find(name, 3)?.s;
    return value === undefined ? fallback : this.present(name, value);
  }

  attrInts(name: string): readonly number[] | null {
    const attribute = this.find(name, 7);
    if (attribute === null) return null;
    return attribute.ints.map((value) => this.safe(name, value));
  }

  attrFloats(name: string): readonly number[] | null {
    const attribute = this.find(name, 6);
    if (attribute === null) return null;
    return attribute.floats;
  }

  attrTensor(name: string): TensorProto | null {
    const value = this.find(name, 4)?.t;
    return value === undefined ? null : this.present(name, value);
  }

  /** Accepts an attribute that changes nothing here. */
  ignoreAttr(...names: string[]): void {
    for (const name of names) this.asked.add(name);
  }

  /** Refuses attributes that nobody asked for: they might change the meaning. */
  checkAllAsked(): void {
    for (const { name } of this.node.attributes) {
      if (!this.asked.has(name)) {
        throw this.unsupported(
          `attribute "${name}" of ${this.op} is not supported`,
          'export the model without it',
        );
      }
    }
  }

  /** The attribute; refused if it states another type than the given AttributeProto.AttributeType. */
  private find(name: string, type?: number): AttributeProto | null {
    this.asked.add(name);
    const found = this.node.attributes.filter((attribute) => attribute.name === name);
    if (found.length > 1)
      throw this.bad(`attribute "${name}" is given twice`, 'one value', `${found.length} values`);
    const attribute = found[0] ?? null;
    if (attribute?.unreadable)
      throw this.unsupported(`attribute "${name}" holds a graph or type`, 'inline it');
    if (attribute !== null && type !== undefined && attribute.type !== 0 && attribute.type !== type)
      throw this.wrongType(name);
    return attribute;
  }

  private present<T>(name: string, value: T | null): T {
    if (value === null) throw this.wrongType(name);
    return value;
  }

  private wrongType(name: string): InputError {
    return this.bad(`attribute "${name}" has the wrong type`, 'the type that ONNX demands', 'another type');
  }

  private safe(name: string, value: bigint): number {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) {
      throw this.bad(`attribute "${name}" is out of range`, 'a 53-bit integer', String(value));
    }
    return number;
  }
}

/** `node "Conv_4" (Conv)`, or by its output where it has no name. */
export function nodeLabel(node: NodeProto): string {
  const name = node.name === '' ? `node of output "${node.outputs[0] ?? ''}"` : `node "${node.name}"`;
  return `${name} (${node.opType})`;
}
