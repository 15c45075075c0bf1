/**
 * Scalar invariance read off an ONNX graph: the degree of positive homogeneity of every tensor, from input to output,
 * with the stored constants taken exactly. Works on operators that the rest of napcert refuses.
 */
import { orderedNodes, producers } from '../network/lowering/graph.js';
import { nodeLabel } from '../network/lowering/node-view.js';
import type { LoadedModel } from '../onnx/load-model.js';
import type { GraphProto, NodeProto } from '../onnx/model-proto.js';
import { InputError, UnsupportedError } from '../util/errors.js';
import { DegreeNode } from './degree-node.js';
import { DEGREE_RULES, SEVERAL_ACTIVATIONS } from './degree-rules.js';
import { type Break, constantTensor, type DegreeValue, degree } from './degree-values.js';

export type StructuralVerdict =
  /** The output is homogeneous: the same class at x and s x for all x and s > 0, ties included. */
  | { readonly kind: 'scalar-invariant'; readonly degree: number }
  /** So is the class, but the output values change: they are an increasing function of homogeneous logits. */
  | { readonly kind: 'argmax-invariant'; readonly by: Break }
  /** The argument ends at this node. That alone does not show that a class ever changes. */
  | { readonly kind: 'not-homogeneous'; readonly at: Break };

/**
 * Analyses a model with one input that is not a weight and one output, class scores along the last axis.
 * @throws InputError for a graph that is not well formed
 */
export function analyseDegree({ model, fileName }: LoadedModel): StructuralVerdict {
  const { graph } = model;
  try {
    const output = only(graph.outputs, 'output');
    const stored = new Set(graph.initializers.map(({ name }) => name));
    const input = only(
      graph.inputs.filter(({ name }) => !stored.has(name)),
      'input',
    );
    if (!FLOATS.has(input.elementType)) {
      throw new UnsupportedError('only floating-point inputs can be scaled', {
        place: `graph input "${input.name}"`,
        found: `ONNX element type ${input.elementType}`,
      });
    }
    const values = new Map<string, DegreeValue>([[input.name, degree(1, input.elementType)]]);
    for (const tensor of graph.initializers) values.set(tensor.name, constantTensor(tensor));
    const opset = model.opsets.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0;
    for (const node of orderedNodes(graph, producers(graph), output.name)) {
      const inputs = node.inputs.map((name) => (name === '' ? null : (values.get(name) ?? null)));
      const value = apply(node, new DegreeNode(node, nodeLabel(node), opset, inputs));
      node.outputs.forEach((name, i) => {
        values.set(name, i === 0 || node.opType === 'Split' ? value : further(node, i, value));
      });
    }
    return verdict(graph, values.get(output.name)!);
  } catch (error) {
    throw error instanceof InputError ? error.inFile(fileName) : error;
  }
}

/** float32, float16, float64, bfloat16. */
const FLOATS = new Set([1, 10, 11, 16]);

function only<T extends { readonly name: string }>(list: readonly T[], what: string): T {
  if (list.length === 1) return list[0]!;
  throw new InputError(`the model must have exactly one ${what}`, {
    place: `graph ${what}s`,
    expected: `1 ${what}`,
    found: list.map(({ name }) => name).join(', ') || 'none',
  });
}

/** Operators whose result is not a function of their inputs. */
const RANDOM = /^(Random|Bernoulli|Multinomial|Dropout)/;

function apply(node: NodeProto, view: DegreeNode): DegreeValue {
  if (node.domain !== '' && node.domain !== 'ai.onnx') return firstFault(view) ?? unknown(view);
  if (view.unreadable) return view.breaks('has a subgraph, which is not analysed');
  if (view.op === 'Constant') return constantNode(node, view);
  const present = view.inputs.filter((value) => value !== null);
  if (present.every((value) => value.kind === 'constant')) return foldedConstant(view, present);
  const rule = DEGREE_RULES.get(view.op);
  const broken = firstFault(view);
  if (rule === undefined) {
    if (broken !== null) return broken;
    const fixed = present.every(
      (value) => value.kind === 'constant' || (value.kind === 'degree' && value.degree === 0),
    );
    return fixed && !RANDOM.test(view.op) ? degree(0, 0) : unknown(view);
  }
  if (broken !== null) return broken;
  const varying = view.inputs.findIndex((value, i) => i > 0 && value !== null && value.kind !== 'constant');
  if (varying >= 0 && !SEVERAL_ACTIVATIONS.has(view.op))
    return view.breaks(`input ${varying} depends on the image`);
  return rule(view);
}

/** Rules that know what to do with an increasing function of a homogeneous tensor. */
const KEEPS_ORDER = new Set([
  ...[
    'Identity',
    'Flatten',
    'Reshape',
    'Squeeze',
    'Unsqueeze',
    'ArgMax',
    'ArgMin',
    'Softmax',
    'LogSoftmax',
    'Log',
  ],
  ...[
    'Sigmoid',
    'Tanh',
    'Softplus',
    'Softsign',
    'Erf',
    'Exp',
    'Atan',
    'Selu',
    'Sinh',
    'Asinh',
    'Elu',
    'Celu',
  ],
]);

/** The first input at which the argument has ended, or ends because this operator does not keep an order. */
function firstFault(view: DegreeNode): DegreeValue | null {
  for (const value of view.inputs) {
    if (value?.kind === 'broken') return value;
    if (value?.kind === 'monotone' && !KEEPS_ORDER.has(view.op)) return { kind: 'broken', at: value.by };
  }
  return null;
}

function unknown(view: DegreeNode): DegreeValue {
  return view.breaks(`${view.op} is not homogeneous, or not known to be`);
}

function constantNode(node: NodeProto, view: DegreeNode): DegreeValue {
  const name = node.outputs[0] ?? view.label;
  const tensor = node.attributes.find((attribute) => attribute.name === 'value')?.t ?? null;
  if (tensor !== null) return { ...constantTensor(tensor), name } as DegreeValue;
  const single = node.attributes.find((attribute) => attribute.name === 'value_float')?.f ?? null;
  const list = node.attributes.find((attribute) => attribute.name === 'value_floats')?.floats;
  return { kind: 'constant', name, values: single !== null ? [single] : (list ?? null) };
}

/** Operators that only rearrange numbers; others give a constant whose value is not computed. */
const REARRANGING = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

function foldedConstant(view: DegreeNode, inputs: readonly DegreeValue[]): DegreeValue {
  const first = inputs[0];
  if (first?.kind === 'constant' && REARRANGING.has(view.op)) return first;
  if (RANDOM.test(view.op)) return view.breaks('is random');
  if (view.op === 'ConstantOfShape' && !view.has('value'))
    return { kind: 'constant', name: view.label, values: [0] };
  return { kind: 'constant', name: view.label, values: null };
}

/** Outputs besides the first: indices of a maximum do not change with the scale. */
function further(node: NodeProto, index: number, value: DegreeValue): DegreeValue {
  if (value.kind === 'degree' && (node.opType === 'MaxPool' || node.opType === 'Dropout'))
    return degree(0, 0);
  const at = {
    node: nodeLabel(node),
    operator: node.opType,
    reason: `output ${index} is not analysed`,
    culprits: [],
    count: 0,
  };
  return value.kind === 'broken' ? value : { kind: 'broken', at };
}

function verdict(graph: GraphProto, value: DegreeValue): StructuralVerdict {
  switch (value.kind) {
    case 'degree':
      return { kind: 'scalar-invariant', degree: value.degree };
    case 'constant':
      return { kind: 'scalar-invariant', degree: 0 };
    case 'monotone': {
      const rank = graph.outputs[0]!.shape?.length ?? null;
      const last = value.axis === null || value.axis === -1 || (rank !== null && value.axis === rank - 1);
      return last ? { kind: 'argmax-invariant', by: value.by } : { kind: 'not-homogeneous', at: value.by };
    }
    case 'broken':
      return { kind: 'not-homogeneous', at: value.at };
  }
}
