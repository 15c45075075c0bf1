/**
 * Hidden nodes of a query: signs of neurons become literals of a NAP. A query's literal may be strict or not; proofs read it
 * closed, so two opposite literals of one neuron, which share the boundary z = 0, are refused.
 */
import { ACTIVE, FREE, INACTIVE, type Phases } from '../nap/nap.js';
import { type Network, neuronBlocks, type Tensor, type TensorId } from '../network/network.js';
import type { Comparison, DeclaredTensor, Query } from '../spec/vnnlib/query.js';
import { variableName, withoutUnits } from '../spec/vnnlib/query.js';
import { faultAt, type Source } from '../spec/vnnlib/source.js';
import { singleBound } from './query-box.js';

export interface HiddenTensor {
  readonly tensor: TensorId;
  /** Number of its first neuron. */
  readonly offset: number;
  /** Is it what a ReLU reads or what it puts out? */
  readonly kind: 'pre' | 'post';
}

export interface Literals {
  readonly phases: Phases;
  /** 1 where the literal is strict as written. */
  readonly strict: Uint8Array;
}

export interface HiddenTensors {
  /** By number of the declared tensor. */
  readonly byNumber: ReadonlyMap<number, HiddenTensor>;
  /** Neurons of the network. */
  readonly neurons: number;
}

/** @throws InputError for a hidden node that is no neuron's pre-activation or output */
export function hiddenTensors(network: Network, source: Source, query: Query): HiddenTensors {
  const blocks = neuronBlocks(network);
  const byNumber = new Map<number, HiddenTensor>();
  query.tensors.forEach((declared, number) => {
    if (declared.role !== 'hidden') return;
    const pre = blocks.find(({ tensor }) => tensor.name === declared.onnxName);
    const post = blocks.find(({ layer }) => network.tensors[layer.output]!.name === declared.onnxName);
    const block = pre ?? post;
    if (block === undefined || (pre === undefined && block.layer.slope !== 0)) {
      throw faultAt(
        source,
        declared.at,
        'no such hidden node',
        `what a ReLU reads or puts out: ${namesOf(network)}`,
        JSON.stringify(declared.onnxName),
      );
    }
    if (pre === undefined && network.elementType === 'float32' && query.elementType === 'float32') {
      // A runtime may read a subnormal pre-activation as 0: the output's sign is not that of what the ReLU reads.
      throw faultAt(
        source,
        declared.at,
        'outputs of a ReLU are not supported in float32 queries',
        `what a ReLU reads: ${namesOf(network)}`,
        JSON.stringify(declared.onnxName),
      );
    }
    const tensor = pre === undefined ? block.layer.output : block.layer.input;
    requireShape(source, declared, network.tensors[tensor]!);
    byNumber.set(number, {
      tensor,
      offset: block.offset,
      kind: pre === undefined ? 'post' : 'pre',
    });
  });
  return { byNumber, neurons: blocks.reduce((sum, { size }) => sum + size, 0) };
}

function namesOf(network: Network): string {
  const names = neuronBlocks(network).map(({ tensor }) => JSON.stringify(tensor.name));
  return names.length === 0
    ? 'the model has none'
    : names.slice(0, 6).join(', ') + (names.length > 6 ? ', ...' : '');
}

/** Elements are numbered by the declared shape: another order of the same axes would mean another neuron. */
function requireShape(source: Source, declared: DeclaredTensor, { shape }: Tensor): void {
  if (withoutUnits(declared.shape) === withoutUnits(shape)) return;
  throw faultAt(
    source,
    declared.at,
    'the shape does not fit the hidden node',
    `the shape [${shape.join(',')}], up to axes of length 1`,
    `[${declared.shape.join(',')}]`,
  );
}

/**
 * Adds the literal that a comparison of one hidden neuron with 0 is. False if no point can meet it.
 * @throws InputError for any other constraint on a hidden neuron
 */
export function addLiteral(
  source: Source,
  query: Query,
  { offset, kind }: HiddenTensor,
  { phases, strict }: Literals,
  comparison: Comparison,
): boolean {
  const { side, value, strict: isStrict } = singleBound(comparison);
  const variable = comparison.terms[0]!;
  const name = variableName(query, variable);
  if (value.num !== 0n || (side === 'both' && kind === 'pre')) {
    throw faultAt(
      source,
      comparison.at,
      'this constraint on a hidden node is not supported',
      `the sign of a neuron: ${name} >, >=, < or <= 0`,
      'another one',
    );
  }
  // What a ReLU puts out is never negative.
  if (kind === 'post' && side === 'lower' && !isStrict) return true;
  if (kind === 'post' && side === 'upper' && isStrict) return false;
  const neuron = offset + variable.index;
  const phase = side === 'lower' ? ACTIVE : INACTIVE;
  const before = phases[neuron]!;
  if (before !== FREE && before !== phase) {
    if (isStrict || strict[neuron] === 1) return false;
    throw faultAt(
      source,
      comparison.at,
      'a hidden neuron that must be 0 is not supported',
      `${name} >= 0 or ${name} <= 0, not both`,
      'both',
    );
  }
  phases[neuron] = phase;
  if (isStrict) strict[neuron] = 1;
  return true;
}
