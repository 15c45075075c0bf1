/**
 * A model whose one output holds the logits and, behind them, what ReLUs read: for verifiers whose queries cannot name
 * hidden tensors. One output, because many of them read no second one.
 */
import { neuronBlocks } from '../../network/network.js';
import { exposable } from '../../network/oracle.js';
import { appendToGraph } from '../../onnx/append-graph.js';
import { int, type NodeSpec, tensor } from '../../onnx/encode.js';
import { decodeModel } from '../../onnx/load-model.js';
import { InputError } from '../../util/errors.js';
import { lowerAt, type OpenedModel } from '../open-model.js';

export const EXPOSED_OUTPUT = 'napcert_exposed';

export interface ExposedModel {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** Numbers in the output. */
  readonly outputs: number;
  /** Where the neurons of a block begin, by number among the network's blocks. */
  readonly offsets: ReadonlyMap<number, number>;
}

/**
 * @param used blocks of neurons to expose
 * @throws InputError for blocks that are no tensors of the file, and where the result would not be a usable model
 */
export function exposedModel({ path, loaded, network }: OpenedModel, used: readonly number[]): ExposedModel {
  const blocks = neuronBlocks(network);
  const shown = new Set(exposable(loaded.bytes, network));
  const parts = [network.output, ...used.map((number) => blocks[number]!.layer.input)];
  const invented = parts.find((id) => !shown.has(id));
  if (invented !== undefined) {
    throw new InputError('a hidden tensor has no name in the file', {
      file: path,
      expected: 'tensors that nodes of the file put out, in front of every ReLU with literals',
      found: network.tensors[invented]!.name,
    });
  }
  const offsets = new Map<number, number>();
  let outputs = 0;
  const nodes: NodeSpec[] = [];
  const rows = parts.map((id, k) => {
    const { name, size } = network.tensors[id]!;
    if (k > 0) offsets.set(used[k - 1]!, outputs);
    outputs += size;
    const [shape, row] = [`${EXPOSED_OUTPUT}_shape_${k}`, `${EXPOSED_OUTPUT}_row_${k}`];
    nodes.push(
      {
        op: 'Constant',
        inputs: [],
        outputs: [shape],
        attributes: { value: tensor('int64', [2], [-1, size]) },
      },
      { op: 'Reshape', inputs: [name, shape], outputs: [row] },
    );
    return row;
  });
  nodes.push({ op: 'Concat', inputs: rows, outputs: [EXPOSED_OUTPUT], attributes: { axis: int(1) } });
  const named = nodes.map((node, k) => ({ ...node, name: `${EXPOSED_OUTPUT}/${node.op}_${k}` }));
  const type = network.elementType;
  const addition = {
    nodes: named,
    inputs: [],
    outputs: [{ name: EXPOSED_OUTPUT, type, dims: ['batch', outputs] }],
  };
  const bytes = appendToGraph(loaded.bytes, addition, {}, 'replace');
  const result = decodeModel(bytes, path);
  const lowered = lowerAt(path, result);
  if (lowered.tensors[lowered.output]!.size !== outputs)
    throw new Error(`${path}: the exposed model has not ${outputs} outputs`);
  return { bytes, sha256: result.sha256, outputs, offsets };
}
