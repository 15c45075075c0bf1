/**
 * VNN-LIB queries to obligations: one per alternative of the query's disjunctive normal form. The query describes the
 * unsafe inputs, so nothing is negated; everything is closed and rounded outwards, which only enlarges the regions.
 * Whether a point satisfies the query as it is written is asked elsewhere, exactly (checker/query.ts).
 */

import type { Phases } from '../nap/nap.js';
import type { Network, TensorId } from '../network/network.js';
import type { QueryProperty } from '../spec/property.js';
import { disjunctsOf } from '../spec/vnnlib/disjuncts.js';
import { parseQuery } from '../spec/vnnlib/parse-query.js';
import type { Comparison, Query } from '../spec/vnnlib/query.js';
import { variableName, withoutUnits } from '../spec/vnnlib/query.js';
import { faultAt, type Source } from '../spec/vnnlib/source.js';
import type { Box, OutputConstraint } from './obligation.js';
import {
  constantMayHold,
  type ExactBox,
  intersectInput,
  roundedInwards,
  roundedOutwards,
  wholeBox,
} from './query-box.js';
import { type CopiedNeurons, copiedNeurons, signOfCopy } from './query-copies.js';
import {
  addLiteral,
  type HiddenTensor,
  type HiddenTensors,
  hiddenTensors,
  type Literals,
} from './query-hidden.js';
import { outputConstraints } from './query-outputs.js';

/** One alternative; obligations are made of them. */
export interface Question {
  readonly box: Box;
  /** Points of the box that the query's own decimals allow, up to strict ends. */
  readonly inner: Box;
  readonly naps: readonly Phases[];
  readonly outputs: readonly OutputConstraint[];
}

/** What the boxes and literals of all alternatives may take. */
const MAX_BYTES = 512 * 2 ** 20;
/** Two boxes of doubles. */
const BYTES_PER_INPUT = 32;
/** Phase and strictness. */
const BYTES_PER_NEURON = 2;

/**
 * The alternatives that the query's text alone does not show to be empty, in order.
 * @throws InputError with line and column for a query that does not fit the network, and for constraints that
 * obligations cannot express
 */
function questionsOf(
  network: Network,
  source: Source,
  query: Query,
  hidden: HiddenTensors,
  maxBytes: number,
): readonly Question[] {
  requireFit(network, source, query);
  const { base, alternatives } = disjunctsOf(source, query);
  const size = network.tensors[network.input]!.size;
  // In float32 a copy may be another number than what the ReLU reads (a subnormal as 0): only over the reals.
  const copied = query.elementType === 'real' && hidden.byNumber.size === 0 ? copiedNeurons(network) : null;
  const context = { source, query, hidden, copied };
  const common = region(context, emptyParts(size, query.elementType), base);
  if (common === null) return [];
  const boxesOf = (box: ExactBox) => ({
    box: roundedOutwards(box, query.elementType),
    inner: roundedInwards(box, query.elementType),
  });
  let bytes = 0;
  const commonBoxes = boxesOf(common.box);
  return alternatives.flatMap((own) => {
    const whole = own.length === 0 ? common : region(context, common, own);
    if (whole === null) return [];
    if (whole.box !== common.box) bytes += BYTES_PER_INPUT * size;
    if (whole.literals !== common.literals) bytes += BYTES_PER_NEURON * hidden.neurons;
    if (bytes > maxBytes) {
      throw faultAt(
        source,
        own[0]!.at,
        'the alternatives of the query are too large',
        `${size} inputs and ${hidden.neurons} neurons for each, ${maxBytes / 2 ** 20} MiB together`,
        `${alternatives.length} alternatives`,
      );
    }
    const boxes = whole.box === common.box ? commonBoxes : boxesOf(whole.box);
    return [{ ...boxes, naps: napsOf(whole), outputs: whole.outputs }];
  });
}

export interface CompiledQuery {
  readonly query: Query;
  /** Tensors of the network by number of the declared tensor. */
  readonly tensors: readonly TensorId[];
  readonly questions: readonly Question[];
}

/** The last query of each network: a property is compiled several times. */
const last = new WeakMap<Network, { readonly property: QueryProperty; readonly compiled: CompiledQuery }>();

/** @throws InputError as {@link questionsOf}, and for text that is no query */
export function compiledQuery(
  network: Network,
  property: QueryProperty,
  maxBytes = MAX_BYTES,
): CompiledQuery {
  const before = last.get(network);
  if (before?.property.text === property.text && before.property.name === property.name)
    return before.compiled;
  const query = parseQuery(property.text, property.name);
  const source = { text: property.text, file: property.name };
  const hidden = hiddenTensors(network, source, query);
  const tensors = query.tensors.map(({ role }, number) =>
    role === 'input'
      ? network.input
      : role === 'output'
        ? network.output
        : hidden.byNumber.get(number)!.tensor,
  );
  const compiled = { query, tensors, questions: questionsOf(network, source, query, hidden, maxBytes) };
  last.set(network, { property, compiled });
  return compiled;
}

/** Where candidates for counterexamples of an alternative are to lie; null for an obligation of another query. */
export function innerBox(network: Network, property: QueryProperty, obligation: string): Box | null {
  const { questions } = compiledQuery(network, property);
  const number = Number(obligation.slice(obligation.lastIndexOf('/') + 1));
  return questions[number]?.inner ?? null;
}

interface Context {
  readonly source: Source;
  readonly query: Query;
  readonly hidden: HiddenTensors;
  /** Null where signs of outputs are not to be read as literals. */
  readonly copied: CopiedNeurons | null;
}

interface Parts {
  readonly box: ExactBox;
  readonly literals: Literals | null;
  readonly outputs: readonly OutputConstraint[];
}

/** The same array for the same literals: regions are told apart by it. */
const napLists = new WeakMap<Literals, readonly Phases[]>();
const NO_NAPS: readonly Phases[] = [];

function napsOf({ literals }: Parts): readonly Phases[] {
  if (literals === null) return NO_NAPS;
  const known = napLists.get(literals) ?? [literals.phases];
  napLists.set(literals, known);
  return known;
}

function emptyParts(size: number, elementType: Query['elementType']): Parts {
  return { box: wholeBox(size, elementType), literals: null, outputs: [] };
}

/** What the comparisons leave of a region; null if no point can meet them, by their text alone. */
function region(context: Context, before: Parts, comparisons: readonly Comparison[]): Parts | null {
  const { source, query } = context;
  let { box, literals } = before;
  const outputs = [...before.outputs];
  for (const comparison of comparisons) {
    const [first] = comparison.terms;
    if (first === undefined) {
      if (!constantMayHold(comparison, query.elementType)) return null;
      continue;
    }
    const roles = new Set(comparison.terms.map(({ tensor }) => query.tensors[tensor]!.role));
    const only = roles.size === 1 ? query.tensors[first.tensor]!.role : null;
    if (only === 'output') {
      const sign =
        context.copied === null ? null : signOfCopy(context.copied, literals?.phases ?? null, comparison);
      if (sign === null) outputs.push(...outputConstraints(source, query, comparison));
      else {
        literals = ownLiterals(context, before, literals);
        literals.phases[sign.neuron] = sign.phase;
        if (sign.strict) literals.strict[sign.neuron] = 1;
      }
    } else if (only === 'input' && comparison.terms.length === 1) {
      const changed = intersectInput(box, before.box, comparison);
      if (changed === null) return null;
      box = changed;
    } else if (only === 'hidden' && comparison.terms.length === 1) {
      literals = ownLiterals(context, before, literals);
      const tensor: HiddenTensor = context.hidden.byNumber.get(first.tensor)!;
      if (!addLiteral(source, query, tensor, literals, comparison)) return null;
    } else throw unsupported(source, query, comparison);
  }
  return { box, literals, outputs };
}

/** Literals that may be changed: new ones, or a copy of those that other alternatives share. */
function ownLiterals({ hidden }: Context, before: Parts, literals: Literals | null): Literals {
  if (literals === null)
    return { phases: new Int8Array(hidden.neurons), strict: new Uint8Array(hidden.neurons) };
  return literals === before.literals
    ? { phases: literals.phases.slice(), strict: literals.strict.slice() }
    : literals;
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
    const same =
      query.version === '1.0' ? size === own.size : withoutUnits(tensor.shape) === withoutUnits(own.shape);
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
