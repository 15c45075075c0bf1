/** The bound of what a depth-first search has left open, against the whole tree worked out by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Frontier } from '../../src/engines/bab/frontier.js';
import type { Leaf } from '../../src/engines/bab/leaf.js';

const leaf = (bound: number, weight = 1): Leaf =>
  ({ bound, step: { rule: 'lin', weights: [weight], pass: [] }, push: null }) as unknown as Leaf;

describe('the bound of a search', () => {
  it('is that of the worst branch that is open: root 5, left 3 done at -1, right 2', () => {
    const frontier = new Frontier();
    const root = frontier.at(leaf(5), Infinity);
    expect(frontier.bound(root, -Infinity)).toBe(5);
    frontier.push(root);
    const left = frontier.at(leaf(3), root);
    expect(frontier.bound(left, -Infinity)).toBe(5);
    frontier.pop();
    const right = frontier.at(leaf(2), root);
    expect(frontier.bound(right, -1)).toBe(2);
    expect(frontier.bound(frontier.at(leaf(-4), right), -1)).toBe(-1);
  });

  it('keeps a leaf that stays open', () => {
    const frontier = new Frontier();
    frontier.leave(0.5);
    expect(frontier.bound(-2, -3)).toBe(0.5);
  });

  it('takes the bound of the parent where a node has none of its own', () => {
    const frontier = new Frontier();
    expect(frontier.at(null, 7)).toBe(7);
    expect(frontier.at(leaf(-1, 0), 7)).toBe(7);
    expect(frontier.at(leaf(9), 7)).toBe(7);
    expect(frontier.bound(Infinity, -Infinity)).toBeNull();
  });

  type Tree = { readonly bound: number; readonly kids: readonly [Tree, Tree] | null };
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.record({
      bound: fc.integer({ min: -9, max: 9 }),
      kids: fc.option(fc.tuple(tie('tree'), tie('tree')), { maxDepth: 5, depthIdentifier: 'tree' }),
    }),
  }));

  it('never lies below any leaf of the tree, and never rises', () => {
    fc.assert(
      fc.property(tree, (root) => {
        const frontier = new Frontier();
        const seen: number[] = [];
        const leaves: number[] = [];
        let closed = -Infinity;
        const walk = (node: Tree, parent: number): void => {
          const own = frontier.at(leaf(node.bound), parent);
          seen.push(frontier.bound(own, closed)!);
          if (node.kids === null) {
            leaves.push(own);
            if (own < 0) closed = Math.max(closed, own);
            else frontier.leave(own);
            return;
          }
          frontier.push(own);
          walk(node.kids[0], own);
          frontier.pop();
          walk(node.kids[1], own);
        };
        walk(root, Infinity);
        expect(Math.min(...seen)).toBeGreaterThanOrEqual(Math.max(...leaves));
        for (const [i, bound] of seen.entries()) if (i > 0) expect(bound).toBeLessThanOrEqual(seen[i - 1]!);
      }),
    );
  });
});
