/** What a file says about the ranks of tensors, as far as a guard needs it. */
import type { GraphProto, NodeProto } from '../../onnx/model-proto.js';
import type { GuardRequest } from './guard-graph.js';

/** Whether the tensor is certainly `batch x features`: made by Gemm or Flatten, or element by element from such a one. */
export function isMatrix(graph: GraphProto, name: string): boolean {
  const makers = new Map<string, NodeProto>(
    graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  let maker = makers.get(name);
  while (maker !== undefined && ['Relu', 'LeakyRelu', 'Identity', 'Dropout'].includes(maker.opType)) {
    maker = makers.get(maker.inputs[0] ?? '');
  }
  if (maker === undefined) return false;
  return maker.opType === 'Gemm' || (maker.opType === 'Flatten' && axisOf(maker) === 1n);
}

function axisOf(node: NodeProto): bigint {
  return node.attributes.find(({ name }) => name === 'axis')?.i ?? 1n;
}

/** Dimensions of the model's input as declared; null where a dimension beyond the first is no number. */
export function inputShape({ network, loaded }: GuardRequest): readonly (number | string)[] | null {
  const { name, size } = network.tensors[network.input]!;
  const shape = loaded.model.graph.inputs.find((input) => input.name === name)?.shape ?? null;
  if (shape === null || shape.length === 0) return null;
  const sides = shape.slice(1);
  const product = sides.reduce<number>((total, side) => total * Number(side), 1);
  return sides.every((side) => typeof side === 'number') && product === size ? shape : null;
}
