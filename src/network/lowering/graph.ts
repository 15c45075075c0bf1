/** Checks on the ONNX graph as a graph: names, order, cycles, what the output needs. */
import type { GraphProto, NodeProto } from '../../onnx/model-proto.js';
import { InputError } from '../../util/errors.js';
import { nodeLabel } from './node-view.js';

/** The nodes that `output` needs, each after the nodes it reads. Iterative: depth is not limited by the stack. */
export function orderedNodes(
  graph: GraphProto,
  producer: ReadonlyMap<string, NodeProto>,
  output: string,
): readonly NodeProto[] {
  const given = new Set([...graph.initializers.map((t) => t.name), ...graph.inputs.map((v) => v.name)]);
  if (!producer.has(output) && !given.has(output)) throw missing(output, 'graph output');
  const order: NodeProto[] = [];
  const state = new Map<NodeProto, 'open' | 'done'>();
  const stack: { node: NodeProto; next: number }[] = [];
  const enter = (name: string, reader: string): void => {
    if (name === '' || given.has(name)) return;
    const node = producer.get(name);
    if (node === undefined) throw missing(name, reader);
    if (state.get(node) === 'done') return;
    if (state.get(node) === 'open') {
      throw new InputError('the graph has a cycle', {
        place: nodeLabel(node),
        expected: 'an acyclic graph',
        found: `tensor "${name}" depends on itself`,
      });
    }
    state.set(node, 'open');
    stack.push({ node, next: 0 });
  };
  enter(output, 'graph output');
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    const name = top.node.inputs[top.next];
    if (name === undefined) {
      state.set(top.node, 'done');
      order.push(top.node);
      stack.pop();
    } else {
      top.next++;
      enter(name, nodeLabel(top.node));
    }
  }
  return order;
}

/** The node that computes each tensor; InputError where a name has two origins. */
export function producers(graph: GraphProto): Map<string, NodeProto> {
  const producer = new Map<string, NodeProto>();
  const taken = new Map<string, string>();
  const claim = (name: string, by: string): void => {
    const other = taken.get(name);
    if (other !== undefined) {
      throw new InputError(`tensor name "${name}" is used twice`, {
        place: by,
        expected: 'every tensor to have one origin',
        found: `also ${other}`,
      });
    }
    taken.set(name, by);
  };
  const initializers = new Set<string>();
  for (const { name } of graph.initializers) {
    claim(name, `initializer "${name}"`);
    initializers.add(name);
  }
  const inputs = new Set<string>();
  for (const { name } of graph.inputs) {
    if (inputs.has(name))
      throw new InputError(`graph input "${name}" is listed twice`, { place: 'graph inputs' });
    inputs.add(name);
    if (!initializers.has(name)) claim(name, `graph input "${name}"`);
  }
  for (const node of graph.nodes) {
    for (const name of node.outputs) {
      if (name === '') continue;
      claim(name, nodeLabel(node));
      producer.set(name, node);
    }
  }
  return producer;
}

function missing(name: string, reader: string): InputError {
  return new InputError(`tensor "${name}" does not exist`, {
    place: reader,
    expected: 'the output of a node, an initializer or a graph input',
    found: 'nothing of that name',
  });
}
