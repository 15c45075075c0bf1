/** Collects nodes and constants of a graph under fresh names. */
import {
  encodeModel,
  type GraphSpec,
  type NodeSpec,
  type TensorSpec,
  tensor,
  type ValueSpec,
} from './encode.js';

export type FloatType = 'float32' | 'float64';

export class GraphBuilder {
  readonly #nodes: NodeSpec[] = [];
  readonly #initializers: Record<string, TensorSpec> = {};
  readonly #inputs: ValueSpec[] = [];
  readonly #outputs: ValueSpec[] = [];
  readonly #prefix: string;
  #fresh = 0;

  /** Names of a body must differ from those of the graph around it, hence the prefix. */
  constructor(prefix = '') {
    this.#prefix = prefix;
  }

  /** Adds a node with one output and returns the output's name. */
  op(op: string, inputs: readonly string[], attributes?: NodeSpec['attributes']): string {
    return this.ops(op, inputs, 1, attributes)[0]!;
  }

  /** Adds a node with several outputs. */
  ops(op: string, inputs: readonly string[], outputs: number, attributes?: NodeSpec['attributes']): string[] {
    const names = Array.from({ length: outputs }, () => this.#name());
    this.#nodes.push({ op, inputs, outputs: names, ...(attributes === undefined ? {} : { attributes }) });
    return names;
  }

  constant(type: FloatType | 'int64' | 'bool', dims: readonly number[], values: ArrayLike<number>): string {
    const name = this.#name();
    this.#initializers[name] = tensor(type, dims, values);
    return name;
  }

  input(name: string, type: ValueSpec['type'], dims: readonly (number | string)[]): string {
    this.#inputs.push({ name, ...(type === undefined ? {} : { type }), dims });
    return name;
  }

  /** Makes a tensor an output under a name of its own. */
  output(name: string, of: string, type: ValueSpec['type'], dims: readonly (number | string)[]): void {
    this.#nodes.push({ op: 'Identity', inputs: [of], outputs: [name] });
    this.#outputs.push({ name, ...(type === undefined ? {} : { type }), dims });
  }

  graph(): GraphSpec {
    return {
      nodes: this.#nodes,
      initializers: this.#initializers,
      inputs: this.#inputs,
      outputs: this.#outputs,
    };
  }

  model(): Uint8Array {
    return encodeModel(this.graph());
  }

  #name(): string {
    return `${this.#prefix}n${this.#fresh++}`;
  }
}
