/** The network declaration of VNN-LIB 2.0. */
import { asList, headOf, readCount } from './formula.js';
import type { DeclaredTensor, ElementType, Role } from './query.js';
import { sizeOf } from './query.js';
import { describe, type List, type Node } from './s-expression.js';
import { faultAt, quoted, type Source } from './source.js';

export interface NetworkDeclaration {
  readonly name: string;
  readonly elementType: ElementType;
  readonly tensors: readonly DeclaredTensor[];
}

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
const MAX_RANK = 16;
const MAX_SIZE = 50_000_000;
const MAX_TENSORS = 1000;
const ROLES: Readonly<Record<string, Role>> = {
  'declare-input': 'input',
  'declare-hidden': 'hidden',
  'declare-output': 'output',
};
const ORDER: readonly Role[] = ['input', 'hidden', 'output'];
const PARTS = 'declare-input, declare-hidden or declare-output';

/** @throws InputError with line and column for what is wrong, and for declarations that cannot be treated */
export function networkDeclaration(source: Source, list: List): NetworkDeclaration {
  const [, name, ...parts] = list.items;
  const network = nameOf(source, list, name);
  const tensors: DeclaredTensor[] = [];
  const names = new Set([network]);
  let type: { readonly kind: ElementType; readonly text: string } | null = null;
  for (const node of parts) {
    const part = asList(source, node, PARTS);
    const head = headOf(source, part, PARTS);
    if (head.text === 'equal-to' || head.text === 'isomorphic-to')
      throw faultAt(
        source,
        part.at,
        `"${head.text}" is not supported`,
        'a query about one network',
        describe(part),
      );
    const role = ROLES[head.text];
    if (role === undefined || !Object.hasOwn(ROLES, head.text))
      throw faultAt(source, head.at, 'no such declaration', PARTS, quoted(head.text));
    const { tensor, elementType } = readTensor(source, part, role);
    const before = tensors[tensors.length - 1];
    if (before !== undefined && ORDER.indexOf(role) < ORDER.indexOf(before.role))
      throw faultAt(
        source,
        part.at,
        'declarations in a wrong order',
        'inputs, then hidden nodes, then outputs',
        `declare-${role} behind declare-${before.role}`,
      );
    if (role !== 'hidden' && before?.role === role)
      throw faultAt(
        source,
        part.at,
        `several ${role}s are not supported`,
        `one declare-${role}`,
        'a second one',
      );
    if (names.has(tensor.name))
      throw faultAt(source, tensor.at, 'declared twice', 'a new name', quoted(tensor.name));
    if (type !== null && type.kind !== elementType.kind)
      throw faultAt(source, tensor.at, 'element types are mixed', type.text, elementType.text);
    if (tensors.length >= MAX_TENSORS)
      throw faultAt(source, part.at, 'too many tensors', `at most ${MAX_TENSORS}`, 'more');
    type = elementType;
    names.add(tensor.name);
    tensors.push(tensor);
  }
  for (const role of ['input', 'output'] as const) {
    if (!tensors.some((tensor) => tensor.role === role))
      throw faultAt(source, list.at, `no ${role} is declared`, `(declare-${role} NAME TYPE [SHAPE])`, 'none');
  }
  return { name: network, elementType: type!.kind, tensors };
}

function readTensor(
  source: Source,
  list: List,
  role: Role,
): {
  readonly tensor: DeclaredTensor;
  readonly elementType: { readonly kind: ElementType; readonly text: string };
} {
  const [, name, type, shape, onnxName, extra] = list.items;
  const tensor = nameOf(source, list, name);
  const elementType = typeOf(source, list, type);
  if (shape?.kind !== 'index')
    throw faultAt(
      source,
      shape?.at ?? list.at,
      'the shape is missing',
      'for example [1,10]',
      shape === undefined ? 'nothing' : describe(shape),
    );
  if (shape.words.length > MAX_RANK)
    throw faultAt(
      source,
      shape.at,
      'the shape has too many axes',
      `at most ${MAX_RANK}`,
      `${shape.words.length}`,
    );
  const extents = shape.words.map((word) => readCount(source, word, 1));
  if (sizeOf({ shape: extents }) > MAX_SIZE)
    throw faultAt(
      source,
      shape.at,
      'the tensor is too large',
      `at most ${MAX_SIZE} elements`,
      `[${extents.join(',')}]`,
    );
  if (onnxName?.kind === 'word' && onnxName.text === 'initialized')
    throw faultAt(
      source,
      onnxName.at,
      '"initialized" is not supported',
      'inputs that are given for each point',
      '"initialized"',
    );
  if (onnxName !== undefined && onnxName.kind !== 'string')
    throw faultAt(
      source,
      onnxName.at,
      'the name of an ONNX node is a string',
      'a name in double quotes',
      describe(onnxName),
    );
  if (onnxName === undefined && role === 'hidden')
    throw faultAt(
      source,
      list.at,
      'a hidden node needs its name in the ONNX graph',
      'a name in double quotes',
      'none',
    );
  if (extra !== undefined)
    throw faultAt(source, extra.at, 'a declaration goes on too long', '")"', describe(extra));
  return {
    tensor: { name: tensor, role, shape: extents, onnxName: onnxName?.text ?? null, at: name!.at },
    elementType,
  };
}

function nameOf(source: Source, list: List, node: Node | undefined): string {
  if (node?.kind === 'word' && NAME.test(node.text)) return node.text;
  throw faultAt(
    source,
    node?.at ?? list.at,
    'a name is missing',
    'a letter, then letters, digits and underscores',
    node === undefined ? 'nothing' : describe(node),
  );
}

/** Only types whose arithmetic the analysis is sound for; the standard asks for an error otherwise. */
function typeOf(
  source: Source,
  list: List,
  node: Node | undefined,
): { readonly kind: ElementType; readonly text: string } {
  if (node?.kind === 'word') {
    if (/^real$/i.test(node.text)) return { kind: 'real', text: node.text };
    if (node.text === 'float32' || node.text === 'float') return { kind: 'float32', text: node.text };
  }
  throw faultAt(
    source,
    node?.at ?? list.at,
    'this element type cannot be treated soundly',
    'real (real arithmetic) or float32 (every float32 evaluation)',
    node === undefined ? 'nothing' : describe(node),
  );
}
