/**
 * "Whoever follows A follows B" as a VNN-LIB query for an input that does not: it follows A, and violates a literal of B.
 * Literals are read as mined (z > 0, z <= 0). Proofs close them, so they hold for the closed regions as well.
 */
import { ACTIVE, FREE, type Phases, toTensorLiterals } from '../../nap/nap.js';
import { type Network, neuronBlocks } from '../../network/network.js';
import { domainBox } from '../../obligation/compile.js';
import type { Domain, QueryProperty } from '../../spec/property.js';
import { printQuery } from '../../spec/vnnlib/print-query.js';
import type { Comparison, DeclaredTensor, LinearTerm, Query } from '../../spec/vnnlib/query.js';
import { sha256 } from '../../util/digest.js';
import { fromDouble, negate, ONE, type Rational, ZERO } from '../../util/exact/rational.js';

export interface Inclusion {
  /** For people and for the id of the property, for example `class 3: A in B`. */
  readonly name: string;
  readonly inner: Phases;
  readonly outer: Phases;
}

/** Neurons with a literal of the outer NAP that the inner one lacks, ascending: what is to be shown. */
export function missingLiterals({ inner, outer }: Pick<Inclusion, 'inner' | 'outer'>): readonly number[] {
  const missing: number[] = [];
  outer.forEach((phase, neuron) => {
    if (phase !== FREE && inner[neuron] !== phase) missing.push(neuron);
  });
  return missing;
}

/** Requires: at least one missing literal, and a domain with a box. The property holds iff the inclusion does. */
export function inclusionProperty(network: Network, domain: Domain, inclusion: Inclusion): QueryProperty {
  const { name, inner, outer } = inclusion;
  const blocks = neuronBlocks(network);
  const declared = (id: string, role: DeclaredTensor['role'], tensor: number): DeclaredTensor => ({
    name: id,
    role,
    shape: [1, ...network.tensors[tensor]!.shape],
    onnxName: role === 'hidden' ? network.tensors[tensor]!.name : null,
    at: 0,
  });
  const variable = (neuron: number): LinearTerm => {
    const block = blocks.findLastIndex(({ offset }) => offset <= neuron);
    return { tensor: 1 + block, index: neuron - blocks[block]!.offset, coefficient: ONE };
  };
  const assertions: Query['assertions'][number][] = [];
  const { lower, upper } = domainBox(domain, network.tensors[network.input]!.size);
  for (let index = 0; index < lower.length; index++) {
    const input = { tensor: 0, index, coefficient: ONE };
    if (lower[index] !== -Infinity) assertions.push(atLeast(input, fromDouble(lower[index]!), '<='));
    if (upper[index] !== Infinity) assertions.push(atMost(input, fromDouble(upper[index]!)));
  }
  inner.forEach((phase, neuron) => {
    if (phase !== FREE) assertions.push(literal(variable(neuron), phase === ACTIVE));
  });
  const parts = missingLiterals(inclusion).map((n) => literal(variable(n), outer[n] !== ACTIVE));
  assertions.push({ kind: 'or', parts });
  const query: Query = {
    kind: 'vnnlib-query',
    version: '2.0',
    network: 'f',
    elementType: 'real',
    tensors: [
      declared('X', 'input', network.input),
      ...blocks.map(({ layer }, number) => declared(`H${number}`, 'hidden', layer.input)),
      declared('Y', 'output', network.output),
    ],
    assertions,
  };
  const digest = (phases: Phases) => sha256(JSON.stringify(toTensorLiterals(network, phases)));
  const comment = [
    `${name}: an input that follows the first NAP and violates a literal of the second.`,
    `SHA-256 of their literals as JSON: ${digest(inner)}, ${digest(outer)}`,
  ];
  return { kind: 'query', name, text: printQuery(query, comment) };
}

/** z > 0 or z <= 0. */
function literal(variable: LinearTerm, active: boolean): Comparison {
  return active ? atLeast(variable, ZERO, '<') : atMost(variable, ZERO);
}

function atMost(variable: LinearTerm, bound: Rational): Comparison {
  return { kind: 'comparison', terms: [variable], relation: '<=', bound, plain: true, at: 0 };
}

/** variable >= bound, or > bound for '<', as -variable <= -bound. */
function atLeast(variable: LinearTerm, bound: Rational, relation: '<=' | '<'): Comparison {
  const terms = [{ ...variable, coefficient: negate(variable.coefficient) }];
  return { kind: 'comparison', terms, relation, bound: negate(bound), plain: true, at: 0 };
}
