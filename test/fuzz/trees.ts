/**
 * JSON documents as trees that can hold what JSON.stringify cannot write: repeated keys, numbers of any length, junk.
 * Mutations move, repeat and remove whole values, so that readers are reached behind their parsers.
 */
import type { Random } from '../helpers/random.js';

export type Tree =
  | { readonly kind: 'raw'; text: string }
  | { readonly kind: 'list'; items: Tree[] }
  | { readonly kind: 'map'; entries: [key: string, value: Tree][] };

export function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(treeOf) };
  if (value !== null && typeof value === 'object') {
    return { kind: 'map', entries: Object.entries(value).map(([key, item]) => [key, treeOf(item)]) };
  }
  return { kind: 'raw', text: JSON.stringify(value) };
}

export function render(tree: Tree): string {
  switch (tree.kind) {
    case 'raw':
      return tree.text;
    case 'list':
      return `[${tree.items.map(render).join(',')}]`;
    case 'map':
      return `{${tree.entries.map(([key, value]) => `${JSON.stringify(key)}:${render(value)}`).join(',')}}`;
  }
}

const NUMBERS = [
  '0',
  '-0',
  '1',
  '-1',
  '2',
  '0.5',
  '1e308',
  '-1e308',
  '1e309',
  '-1e999',
  '5e-324',
  '1e-999',
  '2147483647',
  '2147483648',
  '-2147483649',
  '4294967295',
  '4294967296',
  '9007199254740991',
  '9007199254740993',
  '18446744073709551616',
  '1e15',
  '0.1',
  '1.0000000000000002',
  '100000',
  '100001',
  '16777217',
  '1e21',
  '123456789012345678901234567890',
  '3.5',
  '-3',
  `0.${'3'.repeat(400)}`,
  `${'9'.repeat(400)}`,
]; // prettier-ignore
const OTHERS = [
  'null',
  'true',
  'false',
  '""',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '"x"',
  '"0"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"\\u0000"',
  '"\\ud800"',
  '"NaN"',
  'NaN',
  'Infinity',
  '{"__proto__":{}}',
  '{"kind":"box"}',
  '"inline"',
  '"hole"',
  '"unbounded"',
  '"holds"',
  '"unsat"',
  '"vacuous"',
  '"real"',
  '"float32"',
  '0x10',
  '01',
  '1.',
  '.5',
  '+1',
  '1e',
  '-',
  `"${'a'.repeat(5000)}"`,
]; // prettier-ignore

type Slot = { readonly get: () => Tree; readonly set: (tree: Tree) => void; readonly remove: () => void };

/** A uniformly drawn place of the tree. */
function slotIn(random: Random, root: { tree: Tree }): Slot {
  let chosen: Slot = { get: () => root.tree, set: (tree) => (root.tree = tree), remove: () => {} };
  let seen = 0;
  const offer = (slot: Slot): void => {
    seen++;
    if (random.next() < 1 / seen) chosen = slot;
  };
  const visit = (tree: Tree): void => {
    if (tree.kind === 'list') {
      for (const [i, item] of tree.items.entries()) {
        offer({
          get: () => item,
          set: (next) => (tree.items[i] = next),
          remove: () => tree.items.splice(i, 1),
        });
        visit(item);
      }
    } else if (tree.kind === 'map') {
      for (const [i, entry] of tree.entries.entries()) {
        offer({
          get: () => entry[1],
          set: (next) => (entry[1] = next),
          remove: () => tree.entries.splice(i, 1),
        });
        visit(entry[1]);
      }
    }
  };
  visit(root.tree);
  return chosen;
}

const copied = (tree: Tree): Tree => structuredClone(tree);
const raw = (text: string): Tree => ({ kind: 'raw', text });

/** One change of the document, in place. */
export function mutateTree(random: Random, root: { tree: Tree }): void {
  const slot = slotIn(random, root);
  const tree = slot.get();
  switch (random.int(0, 9)) {
    case 0:
      slot.set(raw(random.pick(random.chance(0.6) ? NUMBERS : OTHERS)));
      return;
    case 1:
      slot.remove();
      return;
    case 2:
      slot.set(copied(slotIn(random, root).get()));
      return;
    case 3:
      repeat(random, tree);
      return;
    case 4:
      nest(random, slot);
      return;
    case 5:
      renameKey(random, tree);
      return;
    case 6:
      reorder(random, tree);
      return;
    default:
      slot.set(tree.kind === 'raw' ? raw(changedScalar(random, tree.text)) : raw(random.pick(OTHERS)));
  }
}

function repeat(random: Random, tree: Tree): void {
  const times = random.chance(0.1) ? random.int(2, 3000) : 1;
  if (tree.kind === 'list' && tree.items.length > 0) {
    const at = random.int(0, tree.items.length - 1);
    const copies = Array.from({ length: times }, () => copied(tree.items[at]!));
    tree.items.splice(at, 0, ...copies);
  } else if (tree.kind === 'map' && tree.entries.length > 0) {
    const [key, value] = random.pick(tree.entries);
    tree.entries.splice(random.int(0, tree.entries.length), 0, [key, copied(value)]);
  } else if (tree.kind === 'raw') {
    tree.text = random.pick(NUMBERS);
  }
}

function nest(random: Random, slot: Slot): void {
  const depth = random.chance(0.3) ? random.int(150, 60_000) : random.int(1, 5);
  const inner = render(slot.get());
  const [open, close] = random.chance(0.5) ? ['[', ']'] : ['{"a":', '}'];
  slot.set(raw(`${open.repeat(depth)}${inner}${random.chance(0.9) ? close.repeat(depth) : ''}`));
}

function renameKey(random: Random, tree: Tree): void {
  if (tree.kind !== 'map' || tree.entries.length === 0) return;
  const entry = random.pick(tree.entries);
  entry[0] = random.pick([
    '__proto__',
    'constructor',
    'kind',
    `${entry[0]}s`,
    '',
    random.pick(tree.entries)[0],
  ]);
}

function reorder(random: Random, tree: Tree): void {
  if (tree.kind === 'list') {
    if (random.chance(0.5)) tree.items.reverse();
    else tree.items.length = random.int(0, tree.items.length);
  } else if (tree.kind === 'map') {
    tree.entries.reverse();
  }
}

function changedScalar(random: Random, text: string): string {
  const value = Number(text);
  if (text.startsWith('"') || !Number.isFinite(value)) {
    if (text.length < 3 || random.chance(0.3)) return random.pick(OTHERS);
    const at = random.int(1, text.length - 2);
    return text.slice(0, at) + random.pick(['0', 'a', 'f', '\\n', '/', '\\u2028', '']) + text.slice(at + 1);
  }
  const near = [
    value + 1,
    value - 1,
    -value,
    value * (1 + 2 ** -52),
    value * (1 - 2 ** -53),
    value * 2,
    value / 2,
  ];
  return random.chance(0.3) ? random.pick(NUMBERS) : JSON.stringify(random.pick(near)) || '0';
}
