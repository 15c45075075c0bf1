/** What a depth-first search has proved so far about the whole of its region, node by node. */
import type { Leaf } from './leaf.js';

/** Where a search stands, for people who wait for it; nothing is decided by it. */
export interface SearchReach {
  readonly nodes: number;
  /** Share of the tree that is closed, if a node counts half of its parent. */
  readonly closedShare: number;
  /** Upper bound of the output constraint wherever it is not refuted yet; null before there is one. */
  readonly bound: number | null;
}

/**
 * The bound of what is open: the largest over the node at work, the branches that wait for it, and those that stay open.
 * It falls from the root's bound whenever the branch with the largest one is done.
 */
export class Frontier {
  readonly #waiting: number[] = [];
  #left = -Infinity;

  /** The bound at a node: its own if its leaf weighs the constraints, and never more than that of its parent. */
  at(leaf: Leaf | null, parent: number): number {
    const weighs = leaf?.step.weights.some((weight) => weight > 0) === true;
    return weighs ? Math.min(leaf!.bound, parent) : parent;
  }

  /** The other branch of a split waits. */
  push(bound: number): void {
    this.#waiting.push(bound);
  }

  pop(): void {
    this.#waiting.pop();
  }

  /** A leaf stays open. */
  leave(bound: number): void {
    this.#left = Math.max(this.#left, bound);
  }

  /** @param closed largest bound of a closed leaf; -Infinity if none is */
  bound(current: number, closed: number): number | null {
    const largest = Math.max(current, closed, this.#left, ...this.#waiting);
    return Number.isFinite(largest) ? largest : null;
  }
}
