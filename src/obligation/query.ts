/**
 * VNN-LIB queries to obligations: one per alternative of the query's disjunctive normal form. The query describes the
 * unsafe inputs, so nothing is negated; everything is closed and rounded outwards, which only enlarges the regions.
 * Whether a point satisfies the query as it is written is asked elsewhere, exactly (checker/query.ts).
 */

import type { Phases } from '../nap/nap.js';
import type { Network } from '../network/network.js';
import type { QueryProperty } from '../spec/property.js';
import { disjunctsOf } from '../spec/vnnlib/disjuncts.js';
import { parseQuery } from '../spec/vnnlib/parse-query.js';
import type { Comparison, Query } from '../spec/vnnlib/query.js';
import { variableName } from '../spec/vnnlib/query.js';
import { faultAt, type Source } from '../spec/vnnlib/source.js';
import { compare, ZERO } from '../util/exact/rational.js';
import type { Box, OutputConstraint } from './obligation.js';
import { type ExactBox, intersectInput, roundedOutwards, wholeBox } from './query-box.js';
import { addLiteral, type HiddenTensor, hiddenTensors, type Literals } from './query-hidden.js';
import { outputConstraints } from './query-outputs.js';

/** One alternative; obligations are made of them. */
export interface Question {
  readonly box: Box;
  readonly naps: readonly Phases[];
  readonly outputs: readonly OutputConstraint[];
}

/**
 * The alternatives that the query's text alone does not show to be empty, in order.
 * @throws InputError with line and column for a query that does not fit the network, and for constraints that
 * obligations cannot express
 */
export function questionsOf(network: Network, source: Source, query: Query): readonly Question[] {
  const hidden = hiddenTensors(network, source, query);
  requireFit(network, source, query);
  const { base, alternatives } = disjunctsOf(source, query);
  const size = network.tensors[network.input]!.size;
  const context = { network, source, query, hidden, neurons: hidden.neurons };
  const common = region(context, emptyParts(size), base);
  if (common === null) return [];
  const commonBox = roundedOutwards(common.box, query.elementType);
  return alternatives.flatMap((own) => {
    const whole = own.length === 0 ? common : region(context, common, own);
    if (whole === null) return [];
    const box = whole.box === common.box ? commonBox : roundedOutwards(whole.box, query.elementType);
    return [{ box, naps: whole.literals === null ? [] : [whole.literals.phases], outputs: whole.outputs }];
  });
}

export interface CompiledQuery {
  readonly query: Query;
  readonly questions: readonly Question[];
}

/** The last query of each network: a property is compiled several times. */
const last = new WeakMap<Network, { readonly property: QueryProperty; readonly compiled: CompiledQuery }>();

/** @throws InputError as {@link questionsOf}, and for text that is no query */
export function compiledQuery(network: Network, property: QueryProperty): CompiledQuery {
  const before = last.get(network);
  if (before?.property.text === property.text && before.property.name === property.name)
    return before.compiled;
  const query = parseQuery(property.text, property.name);
  const source = { text: property.text, file: property.name };
  const compiled = { query, questions: questionsOf(network, source, query) };
  last.set(network, { property, compiled });
  return compiled;
}

interface Context {
  readonly network: Network;
  readonly source: Source;
  readonly query: Query;
  readonly hidden: ReturnType<typeof hiddenTensors>;
  readonly neurons: number;
}

interface Parts {
  readonly box: ExactBox;
  readonly literals: Literals | null;
  readonly outputs: readonly OutputConstraint[];
}

function emptyParts(size: number): Parts {
  return { box: wholeBox(size), literals: null, outputs: [] };
}

/** What the comparisons leave of a region; null if no point can meet them, by their text alone. */
function region(context: Context, before: Parts, comparisons: readonly Comparison[]): Parts | null {
  const { source, query } = context;
  let { box, literals } = before;
  const outputs = [...before.outputs];
  for (const comparison of comparisons) {
    const [first] = comparison.terms;
    if (first === undefined) {
      if (!constantHolds(comparison)) return null;
      continue;
    }
    const roles = new Set(comparison.terms.map(({ tensor }) => query.tensors[tensor]!.role));
    const only = roles.size === 1 ? query.tensors[first.tensor]!.role : null;
    if (only === 'output') outputs.push(...outputConstraints(source, query, comparison));
    else if (only === 'input' && comparison.terms.length === 1) {
      const changed = intersectInput(box, before.box, comparison);
      if (changed === null) return null;
      box = changed;
    } else if (only === 'hidden' && comparison.terms.length === 1) {
      literals ??= { phases: new Int8Array(context.neurons), strict: new Uint8Array(context.neurons) };
      if (literals === before.literals)
        literals = { phases: literals.phases.slice(), strict: literals.strict.slice() };
      const tensor: HiddenTensor = context.hidden.byNumber.get(first.tensor)!;
      if (!addLiteral(source, query, tensor, literals, comparison)) return null;
    } else throw unsupported(source, query, comparison);
  }
  return { box, literals, outputs };
}

function constantHolds({ relation, bound }: Comparison): boolean {
  const sign = compare(ZERO, bound);
  return relation === '<' ? sign < 0 : relation === '<=' ? sign <= 0 : sign === 0;
}

function unsupported(source: Source, query: Query, { terms, at }: Comparison): Error {
  const names = terms.slice(0, 3).map((term) => variableName(query, term));
  return faultAt(
    source,
    at,
    'this constraint is not supported',
    'bounds of single inputs, linear constraints on outputs, or the sign of a hidden neuron',
    `a constraint on ${names.join(', ')}${terms.length > 3 ? ', ...' : ''} together`,
  );
}

function requireFit(network: Network, source: Source, query: Query): void {
  for (const tensor of query.tensors) {
    if (tensor.role === 'hidden') continue;
    const own = network.tensors[tensor.role === 'input' ? network.input : network.output]!;
    const size = tensor.shape.reduce((product, extent) => product * extent, 1);
    const squeezed = (shape: readonly number[]): string => shape.filter((extent) => extent !== 1).join(',');
    const same = query.version === '1.0' ? size === own.size : squeezed(tensor.shape) === squeezed(own.shape);
    if (!same) {
      throw faultAt(
        source,
        tensor.at,
        `the ${tensor.role} does not fit the model`,
        query.version === '1.0'
          ? `${own.size} ${tensor.role}s`
          : `the shape [${own.shape.join(',')}], up to axes of length 1`,
        query.version === '1.0' ? `${size}` : `[${tensor.shape.join(',')}]`,
      );
    }
    if (tensor.onnxName !== null && tensor.onnxName !== own.name)
      throw faultAt(
        source,
        tensor.at,
        `no such ${tensor.role} of the model`,
        JSON.stringify(own.name),
        JSON.stringify(tensor.onnxName),
      );
  }
  const output = query.tensors.find(({ role }) => role === 'output')!;
  if (network.leftOut !== undefined)
    throw faultAt(
      source,
      output.at,
      'the query is about outputs that the analysis does not compute',
      'a model that ends with its logits',
      network.leftOut,
    );
  if (query.elementType === 'float32' && network.elementType !== 'float32')
    throw faultAt(
      source,
      output.at,
      'the element type is not the one of the model',
      `real`,
      `float32 for a model of ${network.elementType}`,
    );
}
