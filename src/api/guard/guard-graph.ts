/**
 * The nodes that a guarded model has beyond the original ones.
 *
 * A neuron is on iff its post-activation is > 0, also in floating point, so the signs are read behind the ReLU: a runtime
 * can still merge it with the layer before it. One product of all signs with a matrix of literals gives all Hamming
 * distances; sums of fewer than 2^24 ones are exact in float32. Few nodes, because at batch size 1 each one costs about
 * as much as a small layer.
 */
import { ACTIVE, literalCount, type Phases } from '../../nap/nap.js';
import { type Network, neuronBlocks } from '../../network/network.js';
import {
  type AttributeSpec,
  type GraphSpec,
  int,
  ints,
  type NodeSpec,
  type TensorSpec,
  tensor,
} from '../../onnx/encode.js';
import type { LoadedModel } from '../../onnx/load-model.js';
import { InputError } from '../../util/errors.js';
import type { GuardedBox } from './domain.js';
import { inputShape, isMatrix } from './tensor-ranks.js';

export const OUTPUTS = {
  follows: 'napcert_follows',
  distance: 'napcert_distance',
  certified: 'napcert_certified',
} as const;

/** Distance shown for a class without NAP; more than any NAP has literals. */
export const NO_NAP = 2 ** 24;

/** ONNX numbers of element types, for Cast. */
const FLOAT = 1;
const INT32 = 6;

export interface GuardRequest {
  readonly network: Network;
  readonly loaded: LoadedModel;
  /** Literals by class of the model. */
  readonly naps: ReadonlyMap<number, Phases>;
  /** Classes whose flag may be raised. */
  readonly proved: ReadonlySet<number>;
  readonly box: GuardedBox;
}

/** @throws InputError for more neurons than float32 counts exactly */
export function guardGraph(request: GuardRequest): GraphSpec {
  const parts = new Parts(request.loaded);
  const classes = request.network.tensors[request.network.output]!.size;
  const distance = addDistances(parts, request, classes);
  parts.node('Cast', [distance], { to: int(INT32) }, OUTPUTS.distance);
  const half = parts.constant('half', tensor('float32', [], [0.5]));
  parts.node('Less', [distance, half], {}, OUTPUTS.follows);
  const own = addOwnDistance(parts, request, distance, classes);
  const follows = parts.node('Less', [own, half]);
  parts.node('And', [follows, addInside(parts, request)], {}, OUTPUTS.certified);
  const batch = inputShape(request)?.[0] ?? 'batch';
  const rows = batch === '' ? 'batch' : batch;
  return {
    nodes: parts.nodes,
    initializers: parts.initializers,
    inputs: [],
    outputs: [
      { name: OUTPUTS.follows, type: 'bool', dims: [rows, classes] },
      { name: OUTPUTS.distance, type: 'int32', dims: [rows, classes] },
      { name: OUTPUTS.certified, type: 'bool', dims: [rows] },
    ],
  };
}

/** `batch x classes` in float32: violated literals of each NAP. */
function addDistances(parts: Parts, { network, naps }: GuardRequest, classes: number): string {
  const blocks = neuronBlocks(network);
  const all = [...naps.values()];
  const inUse = blocks.filter(({ offset, size }) =>
    all.some((phases) => phases.subarray(offset, offset + size).some((phase) => phase !== 0)),
  );
  // NAPs without literals are followed by everything; some block still has to give the size of the batch.
  const used = inUse.length > 0 ? inUse : blocks.slice(0, 1);
  const neurons = used.reduce((sum, { size }) => sum + size, 0);
  if (neurons >= NO_NAP) throw new InputError('too many neurons for exact sums', { found: `${neurons}` });
  const weight = new Float32Array(neurons * classes);
  let row = 0;
  for (const { offset, size } of used) {
    for (let i = 0; i < size; i++, row++) {
      for (const [label, phases] of naps) weight[row * classes + label] = -phases[offset + i]!;
    }
  }
  const bias = Float32Array.from({ length: classes }, (_, label) => {
    const phases = naps.get(label);
    return phases === undefined ? NO_NAP : literalCount(phases.filter((phase) => phase === ACTIVE));
  });
  // Signs are joined as bools, a byte each, and widened once.
  const on = used.map(({ layer, tensor: { size } }) =>
    parts.node('Greater', [
      parts.matrix(network.tensors[layer.output]!.name, size),
      parts.constant('origin', tensor(network.elementType, [], [0])),
    ]),
  );
  const joined = on.length === 1 ? on[0]! : parts.node('Concat', on, { axis: int(1) });
  return parts.node('Gemm', [
    parts.node('Cast', [joined], { to: int(FLOAT) }),
    parts.constant('literals', tensor('float32', [neurons, classes], weight)),
    parts.constant('active', tensor('float32', [classes], bias)),
  ]);
}

/** One number per row: the distance to the NAP of the predicted class; more than 0 if that one is not proved. */
function addOwnDistance(
  parts: Parts,
  { network, proved }: GuardRequest,
  distance: string,
  classes: number,
): string {
  const logits = parts.matrix(network.tensors[network.output]!.name, classes);
  let sum = parts.node('Add', [distance, addOthers(parts, logits, classes)]);
  if (proved.size < classes) {
    const penalty = Array.from({ length: classes }, (_, label) => (proved.has(label) ? 0 : 1));
    sum = parts.node('Add', [sum, parts.constant('unproved', tensor('float32', [1, classes], penalty))]);
  }
  return parts.reduce('ReduceMin', sum, [1]);
}

/** 0 for the class of the largest logit (of equal ones the first), 1 for the others. */
function addOthers(parts: Parts, logits: string, classes: number): string {
  if (parts.opset >= 9) {
    const best = parts.node('ArgMax', [logits], { axis: int(1), keepdims: int(0) });
    const depth = parts.constant('classes', tensor('int64', [], [classes]));
    return parts.node('OneHot', [best, depth, parts.constant('others', tensor('float32', [2], [1, 0]))]);
  }
  const best = parts.node('ArgMax', [logits], { axis: int(1), keepdims: int(1) });
  const labels = Array.from({ length: classes }, (_, label) => label);
  const isBest = parts.node('Equal', [best, parts.constant('labels', tensor('int64', [1, classes], labels))]);
  return parts.node('Cast', [parts.node('Not', [isBest])], { to: int(FLOAT) });
}

/**
 * One bool per row: the input lies in the box. Reductions of NaN are not defined, except that a sum with a NaN is one,
 * and no comparison with NaN is true; infinite numbers lie in no box.
 */
function addInside(parts: Parts, request: GuardRequest): string {
  const { network, box } = request;
  const { name, size } = network.tensors[network.input]!;
  const shape = inputShape(request);
  const known = shape !== null && shape.length > 1;
  const input = known ? name : parts.reshaped(name, size);
  const sides = known ? (shape.slice(1) as number[]) : [size];
  const axes = sides.map((_, i) => i + 1);
  const type = network.elementType;
  const bound = (key: string, value: number | readonly number[]): string =>
    typeof value === 'number'
      ? parts.constant(key, tensor(type, [], [value]))
      : parts.constant(key, tensor(type, [1, ...sides], value));
  const { lower, upper } = box;
  const extreme = (op: 'ReduceMin' | 'ReduceMax', end: string, value: typeof lower): string =>
    parts.reduce(op, typeof value === 'number' ? input : parts.node('Sub', [input, bound(end, value)]), axes);
  // Subtracting unequal numbers never gives 0 in IEEE arithmetic, so the sign of a difference is exact.
  const low = extreme('ReduceMin', 'lower', lower);
  const high = extreme('ReduceMax', 'upper', upper);
  const outside = parts.node('Or', [
    parts.node('Less', [low, bound('least', typeof lower === 'number' ? lower : 0)]),
    parts.node('Greater', [high, bound('most', typeof upper === 'number' ? upper : 0)]),
  ]);
  const finite = parts.node('Less', [parts.reduce('ReduceSum', input, axes), bound('huge', HUGE[type])]);
  const inside = parts.node('And', [parts.node('Not', [outside]), finite]);
  if (!box.nonZero) return inside;
  return parts.node('And', [inside, parts.node('Greater', [high, bound('origin', 0)])]);
}

/** More than any sum of the inputs of a guarded box. */
const HUGE = { float32: 2 ** 127, float64: 2 ** 1023 } as const;

/** Nodes and constants under names that the model does not have. */
class Parts {
  readonly nodes: NodeSpec[] = [];
  readonly initializers: Record<string, TensorSpec> = {};
  readonly opset: number;
  readonly #loaded: LoadedModel;
  readonly #constants = new Set<string>();

  constructor(loaded: LoadedModel) {
    this.#loaded = loaded;
    this.opset =
      loaded.model.opsets.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 1;
  }

  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeSpec>> = {},
    output = `napcert_guard_${this.nodes.length}`,
  ): string {
    this.nodes.push({
      op,
      inputs,
      outputs: [output],
      name: `napcert_guard/${op}_${this.nodes.length}`,
      attributes,
    });
    return output;
  }

  /** Old files must list every initializer among the inputs, which callers would see: there, a node holds the constant. */
  constant(key: string, value: TensorSpec): string {
    const name = `napcert_guard_${key}`;
    if (this.#constants.has(name)) return name;
    this.#constants.add(name);
    if (this.#loaded.model.irVersion >= 4) this.initializers[name] = value;
    else this.node('Constant', [], { value }, name);
    return name;
  }

  /** The tensor as `batch x size`. */
  matrix(name: string, size: number): string {
    return isMatrix(this.#loaded.model.graph, name) ? name : this.reshaped(name, size);
  }

  reshaped(name: string, size: number): string {
    return this.node('Reshape', [name, this.constant(`shape_${size}`, tensor('int64', [2], [-1, size]))]);
  }

  /** One number per row. */
  reduce(op: 'ReduceSum' | 'ReduceMin' | 'ReduceMax', values: string, axes: readonly number[]): string {
    // The axes became an input, of sums before that of the others.
    if (this.opset < (op === 'ReduceSum' ? 13 : 18))
      return this.node(op, [values], { axes: ints(...axes), keepdims: int(0) });
    const list = this.constant(`axes_${axes.length}`, tensor('int64', [axes.length], axes));
    return this.node(op, [values, list], { keepdims: int(0) });
  }
}
