/** From a decoded ONNX model to the intermediate representation, exactly in real arithmetic. */
import type { LoadedModel } from '../onnx/load-model.js';
import type { GraphProto, NodeProto, ValueInfo } from '../onnx/model-proto.js';
import { InputError, UnsupportedError } from '../util/errors.js';
import { Builder } from './lowering/builder.js';
import { constantOf } from './lowering/constants.js';
import { simplify } from './lowering/fuse.js';
import { orderedNodes, producers } from './lowering/graph.js';
import { NodeView, nodeLabel } from './lowering/node-view.js';
import { LOWERINGS } from './lowering/registry.js';
import { sizeOf } from './lowering/shapes.js';
import type { Activation, Value } from './lowering/values.js';
import type { Network } from './network.js';
import { OPSET_RANGE, SUPPORTED_OPS } from './supported-ops.js';

const ELEMENT_TYPE: Readonly<Record<number, 'float32' | 'float64'>> = { 1: 'float32', 11: 'float64' };

/**
 * Lowers a model with one input and one output. Axis 0 of the input is the batch, unless it is fixed to 1 or
 * the input has rank 1. Every operator must act on each sample alone.
 * @throws UnsupportedError naming node, operator and remedy; InputError for a graph that is not well formed.
 */
export function lowerModel(loaded: LoadedModel): Network {
  try {
    return lower(loaded);
  } catch (error) {
    throw error instanceof InputError ? error.inFile(loaded.fileName) : error;
  }
}

function lower(loaded: LoadedModel): Network {
  const { graph } = loaded.model;
  const opset = checkModel(loaded);
  const producer = producers(graph);
  const input = onlyInput(graph);
  const output = onlyOutput(graph);
  const elementType = ELEMENT_TYPE[input.elementType];
  if (elementType === undefined) {
    throw new UnsupportedError('the input must be float32 or float64; convert the model', {
      place: `graph input "${input.name}"`,
      found: `ONNX element type ${input.elementType}`,
    });
  }
  const nodes = orderedNodes(graph, producer, output.name);
  const builder = new Builder(elementType, new Set(graph.nodes.flatMap((node) => node.outputs)));
  const values = new Map<string, Value>();
  const { shape, batched, batchSize } = inputShape(input);
  values.set(input.name, builder.input(input.name, shape, batched));
  const wanted = new Set([output.name, ...nodes.flatMap((node) => node.inputs)]);
  for (const tensor of graph.initializers) {
    if (wanted.has(tensor.name)) values.set(tensor.name, constantOf(tensor, `initializer "${tensor.name}"`));
  }
  for (const node of nodes) {
    const operands = node.inputs.map((name) => (name === '' ? null : (values.get(name) ?? null)));
    const view = new NodeView(node, opset, operands, builder, wanted, batchSize);
    lowerNode(node, view, values, builder);
  }
  return finish(builder, values, output);
}

function lowerNode(node: NodeProto, view: NodeView, values: Map<string, Value>, builder: Builder): void {
  const lowering = node.domain === '' || node.domain === 'ai.onnx' ? LOWERINGS.get(node.opType) : undefined;
  if (lowering === undefined) {
    const name = node.domain === '' ? node.opType : `${node.domain}.${node.opType}`;
    throw new UnsupportedError(
      `operator ${name} is not supported; replace it or name an earlier tensor as the model's output`,
      {
        place: nodeLabel(node),
        expected: `one of ${SUPPORTED_OPS.map(({ op }) => op).join(', ')}`,
        found: name,
      },
    );
  }
  for (let i = 1; i < node.outputs.length; i++) {
    if (view.isUsed(i) && node.opType !== 'Dropout') {
      throw view.unsupported(
        `output ${i} of ${node.opType} is used`,
        'use only the first output',
        node.outputs[i],
      );
    }
  }
  try {
    const value = lowering(view);
    view.checkAllAsked();
    if (value.kind === 'float' || value.kind === 'int') builder.computed(value.values.length);
    values.set(view.output, value);
  } catch (error) {
    throw error instanceof InputError ? placed(error, view.label) : error;
  }
}

/** The error with the node as its place, where it has none. */
function placed(error: InputError, place: string): InputError {
  if (error.fault.place !== undefined) return error;
  return new (error.constructor as typeof InputError)(error.message, { ...error.fault, place });
}

function checkModel(loaded: LoadedModel): number {
  const { model } = loaded;
  if (model.graph.sparseInitializers > 0)
    throw new UnsupportedError('sparse initializers are not supported; store dense tensors');
  if (model.functions > 0)
    throw new UnsupportedError('model-local functions are not supported; inline them when exporting');
  const found = model.opsets.filter(({ domain }) => domain === '' || domain === 'ai.onnx');
  const version = found[0]?.version;
  const expected = `one version from ${OPSET_RANGE.least} to ${OPSET_RANGE.most} of the default operator set`;
  if (version === undefined || found.some((opset) => opset.version !== version)) {
    throw new InputError('the default operator set is not stated once', {
      place: 'opset_import',
      expected,
      found: found.map((opset) => opset.version).join(', ') || 'none',
    });
  }
  if (version < OPSET_RANGE.least || version > OPSET_RANGE.most) {
    throw new UnsupportedError('this operator set is not supported; export the model with another one', {
      place: 'opset_import',
      expected,
      found: String(version),
    });
  }
  return version;
}

function onlyInput(graph: GraphProto): ValueInfo {
  const initializers = new Set(graph.initializers.map((tensor) => tensor.name));
  const inputs = graph.inputs.filter((input) => !initializers.has(input.name));
  if (inputs.length === 1) return inputs[0]!;
  throw new InputError('the model must have exactly one input', {
    place: 'graph inputs',
    expected: '1 input that is not an initializer',
    found: inputs.length === 0 ? 'none' : inputs.map((input) => input.name).join(', '),
  });
}

function onlyOutput(graph: GraphProto): ValueInfo {
  if (graph.outputs.length === 1) return graph.outputs[0]!;
  throw new InputError('the model must have exactly one output', {
    place: 'graph outputs',
    expected: '1 output, the logits',
    found: graph.outputs.length === 0 ? 'none' : graph.outputs.map((output) => output.name).join(', '),
  });
}

/** The input's shape for one sample, and whether axis 0 is a batch. */
function inputShape(input: ValueInfo): { shape: number[]; batched: boolean; batchSize: number | null } {
  const place = `graph input "${input.name}"`;
  if (input.shape === null || input.shape.length === 0) {
    throw new InputError('the input has no shape', { place, expected: 'a shape such as [N, 784]' });
  }
  const [first, ...rest] = input.shape;
  const fixed = rest.length === 0 ? input.shape : rest;
  const shape = fixed.map((dim, i) => {
    if (typeof dim === 'number' && dim > 0) return dim;
    throw new InputError('only the batch axis may be dynamic', {
      place,
      expected: 'positive numbers in all axes but the first',
      found: `axis ${i + input.shape!.length - fixed.length} is ${dim === '' ? 'not stated' : dim}`,
    });
  });
  if (rest.length === 0) return { shape, batched: false, batchSize: null };
  if (first === 1) return { shape: [1, ...shape], batched: false, batchSize: null };
  const batchSize = typeof first === 'number' && first > 0 ? first : null;
  return { shape: [1, ...shape], batched: true, batchSize };
}

function finish(builder: Builder, values: ReadonlyMap<string, Value>, output: ValueInfo): Network {
  const value = values.get(output.name);
  let result: Activation | undefined =
    value?.kind === 'class' ? value.logits : (value as Activation | undefined);
  if (result === undefined || result.kind !== 'activation') {
    throw new InputError('the output does not depend on the input', {
      place: `graph output "${output.name}"`,
    });
  }
  if (value?.kind === 'activation' && value.dropped === null) {
    checkDeclared(output, result);
    // A model that only reshapes: its output is still a tensor of its own.
    if (result.tensor === 0) result = builder.copy(`graph output "${output.name}"`, result, output.name);
    else builder.rename(result, output.name);
  }
  return simplify({
    kind: 'network',
    tensors: builder.tensors,
    layers: builder.layers,
    input: 0,
    output: result.tensor,
    elementType: builder.elementType,
    notes: builder.notes,
    combined: builder.combined,
    ...leftOutOf(value!),
  });
}

function leftOutOf(value: Value): Pick<Network, 'leftOut'> {
  if (value.kind === 'class') return { leftOut: 'ArgMax' };
  return value.kind === 'activation' && value.dropped !== null ? { leftOut: value.dropped } : {};
}

/** The declared shape of the output, where it is stated, must be the computed one. */
function checkDeclared(output: ValueInfo, value: Activation): void {
  if (output.shape === null) return;
  const declared = output.shape.slice(value.batched ? 1 : 0);
  if (!declared.every((dim) => typeof dim === 'number' && dim > 0)) return;
  const size = sizeOf(declared as number[]);
  if (size === sizeOf(value.shape)) return;
  throw new InputError('the declared shape of the output is wrong', {
    place: `graph output "${output.name}"`,
    expected: `[${value.shape.join(', ')}]`,
    found: `[${output.shape.join(', ')}]`,
  });
}
