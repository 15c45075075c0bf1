/**
 * Obligations as VNN-LIB queries. Both describe inputs where a claim fails, over the reals, with closed comparisons; every
 * number is written exactly, so the query's set of inputs is the obligation's region, no more and no less.
 */
import { ACTIVE, FREE } from '../../nap/nap.js';
import { type Network, neuronBlocks, type Tensor } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import type { Comparison, DeclaredTensor, LinearTerm, Query } from '../../spec/vnnlib/query.js';
import { fromDouble, negate, ONE, type Rational, ZERO } from '../../util/exact/rational.js';
import type { ExposedModel } from './exposed-model.js';

/** Where a query finds the sign of a neuron: an element of a declared tensor. */
export interface SignPlace {
  readonly tensor: number;
  readonly index: number;
}

const INPUT = 0;

/** Blocks of neurons with literals, by number among the network's blocks. */
export function usedBlocks(network: Network, obligations: readonly Obligation[]): readonly number[] {
  return neuronBlocks(network).flatMap(({ offset, size }, number) =>
    obligations.some(({ naps }) =>
      naps.some((phases) => phases.subarray(offset, offset + size).some((phase) => phase !== FREE)),
    )
      ? [number]
      : [],
  );
}

/** Version 2.0: hidden tensors are declared by their names in the ONNX file. */
export function tensorQuery(network: Network, obligation: Obligation): Query {
  const used = usedBlocks(network, [obligation]);
  const blocks = neuronBlocks(network);
  const declared = (name: string, role: DeclaredTensor['role'], tensor: Tensor): DeclaredTensor => ({
    name,
    role,
    shape: [1, ...tensor.shape],
    onnxName: role === 'hidden' ? tensor.name : null,
    at: 0,
  });
  const tensors = [
    declared('X', 'input', network.tensors[network.input]!),
    ...used.map((number) => declared(`H${number}`, 'hidden', blocks[number]!.tensor)),
    declared('Y', 'output', network.tensors[network.output]!),
  ];
  const at = signPlaces(network, (block, index) => ({ tensor: 1 + used.indexOf(block), index }));
  return {
    kind: 'vnnlib-query',
    version: '2.0',
    network: 'f',
    elementType: 'real',
    tensors,
    assertions: assertions(obligation, tensors.length - 1, at),
  };
}

/** Version 1.0 knows no hidden tensors: their neurons are outputs of the exposed model, behind the logits. */
export function flatQuery(network: Network, exposed: ExposedModel | null, obligation: Obligation): Query {
  const size = (tensor: number): number => network.tensors[tensor]!.size;
  const outputs = exposed?.outputs ?? size(network.output);
  const at = signPlaces(network, (block, index) => ({
    tensor: 1,
    index: exposed!.offsets.get(block)! + index,
  }));
  return {
    kind: 'vnnlib-query',
    version: '1.0',
    network: null,
    elementType: 'real',
    tensors: [
      { name: 'X', role: 'input', shape: [size(network.input)], onnxName: null, at: 0 },
      { name: 'Y', role: 'output', shape: [outputs], onnxName: null, at: 0 },
    ],
    assertions: assertions(obligation, 1, at),
  };
}

function signPlaces(
  network: Network,
  place: (block: number, index: number) => SignPlace,
): (neuron: number) => SignPlace {
  const blocks = neuronBlocks(network);
  return (neuron) => {
    const number = blocks.findIndex(({ offset, size }) => neuron >= offset && neuron < offset + size);
    return place(number, neuron - blocks[number]!.offset);
  };
}

function assertions(
  { box, naps, outputs, section }: Obligation,
  output: number,
  placeOf: (neuron: number) => SignPlace,
): Comparison[] {
  const all: Comparison[] = [];
  const variable = (tensor: number, index: number): LinearTerm => ({ tensor, index, coefficient: ONE });
  for (let i = 0; i < box.lower.length; i++) {
    const [lower, upper] = [box.lower[i]!, box.upper[i]!];
    if (lower !== -Infinity) all.push(atLeast([variable(INPUT, i)], fromDouble(lower), true));
    if (upper !== Infinity) all.push(atMost([variable(INPUT, i)], fromDouble(upper), true));
  }
  if (section !== undefined) {
    const sum = Array.from(box.lower, (_, i) => variable(INPUT, i));
    all.push({ ...atMost(sum, ONE, false), relation: '=' });
  }
  const written = new Set<string>();
  for (const phases of naps) {
    phases.forEach((phase, neuron) => {
      if (phase === FREE || written.has(`${neuron} ${phase}`)) return;
      written.add(`${neuron} ${phase}`);
      const { tensor, index } = placeOf(neuron);
      all.push((phase === ACTIVE ? atLeast : atMost)([variable(tensor, index)], ZERO, true));
    });
  }
  for (const { terms, bound } of outputs) {
    const sum = [...terms]
      .sort((a, b) => a.output - b.output)
      .map((term) => ({ tensor: output, index: term.output, coefficient: fromDouble(term.coefficient) }));
    all.push(atLeast(sum, fromDouble(bound), bound === 0 && terms.length === 2));
  }
  return all;
}

function atMost(terms: readonly LinearTerm[], bound: Rational, plain: boolean): Comparison {
  return { kind: 'comparison', terms, relation: '<=', bound, plain, at: 0 };
}

/** sum >= bound as -sum <= -bound. */
function atLeast(terms: readonly LinearTerm[], bound: Rational, plain: boolean): Comparison {
  const turned = terms.map((term) => ({ ...term, coefficient: negate(term.coefficient) }));
  return atMost(turned, negate(bound), plain);
}
