/**
 * Obligations as input queries of Marabou, in the text format that its `saveQuery` writes and its query loader reads:
 * counts, input and output variables, bounds, equations and piecewise-linear constraints, one a line. Each element of a
 * tensor is a variable. Numbers are the shortest decimals that read back as the same doubles.
 * Source: https://github.com/NeuralNetworkVerification/Marabou, src/query_loader/QueryLoader.cpp.
 */
import { ACTIVE, FREE } from '../../nap/nap.js';
import { forEachTerm } from '../../network/linear-map.js';
import { type Layer, type LinearLayer, type Network, neuronBlocks } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';

/** Numbers of Marabou's relations. */
const EQUAL = 0;
const AT_LEAST = 1;

export interface MarabouQuery {
  readonly text: string;
  readonly variables: number;
  readonly equations: number;
  /** Piecewise-linear ones. */
  readonly constraints: number;
}

interface Lines {
  readonly equations: string[];
  readonly constraints: string[];
}

/** Satisfiable iff the claim can fail, in exact arithmetic: Marabou itself computes in floating point. */
export function marabouQuery(network: Network, obligation: Obligation): MarabouQuery {
  const first: number[] = [];
  let variables = 0;
  for (const { size } of network.tensors) {
    first.push(variables);
    variables += size;
  }
  const numbers = (tensor: number): number[] =>
    Array.from({ length: network.tensors[tensor]!.size }, (_, i) => first[tensor]! + i);
  const { lower, upper } = boundsOf(network, obligation, first);
  const lines: Lines = { equations: [], constraints: [] };
  for (const layer of network.layers) addLayer(lines, layer, numbers, network);
  const inputs = numbers(network.input);
  const outputs = numbers(network.output);
  if (obligation.section !== undefined)
    addEquation(
      lines,
      EQUAL,
      1,
      inputs.flatMap((v) => [v, 1]),
    );
  for (const { terms, bound } of obligation.outputs) {
    const sum = terms.flatMap(({ output, coefficient }) => [outputs[output]!, coefficient]);
    addEquation(lines, AT_LEAST, bound, sum);
  }
  const marked = (list: readonly number[]): string[] => [
    `${list.length}`,
    ...list.map((variable, i) => `${i},${variable}`),
  ];
  const bounds = (map: ReadonlyMap<number, number>): string[] =>
    [...map].map(([variable, bound]) => `${variable},${bound}`);
  const all = [
    ...[variables, lower.size, upper.size, lines.equations.length, lines.constraints.length].map(String),
    ...marked(inputs),
    ...marked(outputs),
    ...bounds(lower),
    ...bounds(upper),
    ...lines.equations,
    ...lines.constraints,
  ];
  return {
    text: `${all.join('\n')}\n`,
    variables,
    equations: lines.equations.length,
    constraints: lines.constraints.length,
  };
}

function boundsOf(network: Network, { box, naps }: Obligation, first: readonly number[]) {
  const lower = new Map<number, number>();
  const upper = new Map<number, number>();
  const raise = (variable: number, bound: number): void => {
    if (bound === -Infinity) return;
    lower.set(variable, Math.max(bound, lower.get(variable) ?? -Infinity));
  };
  const cap = (variable: number, bound: number): void => {
    if (bound === Infinity) return;
    upper.set(variable, Math.min(bound, upper.get(variable) ?? Infinity));
  };
  const input = first[network.input]!;
  box.lower.forEach((bound, i) => {
    raise(input + i, bound);
  });
  box.upper.forEach((bound, i) => {
    cap(input + i, bound);
  });
  for (const { layer, offset, size } of neuronBlocks(network)) {
    for (const phases of naps) {
      for (let i = 0; i < size; i++) {
        const phase = phases[offset + i]!;
        if (phase === FREE) continue;
        if (phase === ACTIVE) raise(first[layer.input]! + i, 0);
        else cap(first[layer.input]! + i, 0);
      }
    }
  }
  return { lower, upper };
}

function addLayer(lines: Lines, layer: Layer, numbers: (tensor: number) => number[], network: Network): void {
  const outputs = numbers(layer.output);
  switch (layer.kind) {
    case 'linear':
      addLinear(lines, layer, layer.inputs.flatMap(numbers), outputs);
      return;
    case 'relu': {
      const inputs = numbers(layer.input);
      outputs.forEach((f, i) => {
        const pair = `${f},${inputs[i]}`;
        addConstraint(lines, layer.slope === 0 ? `relu,${pair}` : `leaky_relu,${pair},${layer.slope}`);
      });
      return;
    }
    case 'max': {
      const inputs = numbers(layer.input);
      for (let row = 0; row < network.tensors[layer.output]!.size; row++) {
        const elements = Array.from(layer.col.subarray(layer.rowStart[row]!, layer.rowStart[row + 1]!)).map(
          (col) => inputs[col]!,
        );
        if (elements.length === 1) addEquation(lines, EQUAL, 0, [elements[0]!, 1, outputs[row]!, -1]);
        // The last two: no element was eliminated.
        else addConstraint(lines, `max,${outputs[row]},${elements.join(',')},e,0,0`);
      }
    }
  }
}

/** divisor * y = W x + bias. */
function addLinear(
  lines: Lines,
  layer: LinearLayer,
  inputs: readonly number[],
  outputs: readonly number[],
): void {
  outputs.forEach((output, row) => {
    const sum: number[] = [];
    forEachTerm(layer.map, row, (col, weight) => sum.push(inputs[col]!, weight));
    sum.push(output, -(layer.divisor?.[row] ?? 1));
    addEquation(lines, EQUAL, -layer.bias[row]!, sum);
  });
}

/** `sum` alternates variables and coefficients. */
function addEquation({ equations }: Lines, type: number, scalar: number, sum: readonly number[]): void {
  equations.push(`${equations.length},${type},${scalar + 0},${sum.join(',')}`);
}

function addConstraint({ constraints }: Lines, text: string): void {
  constraints.push(`${constraints.length},${text}`);
}
