/** Which key a misspelt one was meant to be. */
import { z } from 'zod';

interface Node {
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

/** More changed letters than this make another word. */
const MAX_CHANGES = 3;

/**
 * The key that the schema allows in the place of the unknown key at the end of `path`, if one is near; null else.
 * Alternatives whose fixed values (`kind`) differ from the data do not count.
 */
export function nearestKey(schema: z.ZodType, data: unknown, path: readonly PropertyKey[]): string | null {
  const wrong = String(path.at(-1));
  let value = data;
  let nodes = alternatives(z.toJSONSchema(schema, { io: 'input' }) as Node, value);
  for (const part of path.slice(0, -1)) {
    value = (value as Readonly<Record<PropertyKey, unknown>> | undefined)?.[part];
    nodes = nodes
      .flatMap((node) => (typeof part === 'number' ? node.items : node.properties?.[String(part)]) ?? [])
      .flatMap((node) => alternatives(node, value));
  }
  const ranked = [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))]
    .map((key) => ({ key, changes: distance(wrong.toLowerCase(), key.toLowerCase()) }))
    .filter(({ key, changes }) => changes <= Math.min(MAX_CHANGES, key.length - 1))
    .sort((a, b) => a.changes - b.changes);
  return ranked[0]?.key ?? null;
}

function alternatives(node: Node, value: unknown): Node[] {
  const inner = node.anyOf ?? node.oneOf;
  if (inner !== undefined) return inner.flatMap((one) => alternatives(one, value));
  const fixed = Object.entries(node.properties ?? {}).filter(([, { const: word }]) => word !== undefined);
  const given = value as Readonly<Record<string, unknown>> | null | undefined;
  return fixed.every(([key, { const: word }]) => given?.[key] === undefined || given[key] === word)
    ? [node]
    : [];
}

/** Levenshtein distance; words beyond 100 letters are far from everything. */
function distance(a: string, b: string): number {
  if (Math.max(a.length, b.length) > 100) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
