/** Tells how far work on an obligation is, in terms of its margin. */
import type { Obligation } from '../../obligation/obligation.js';
import type { EngineContext, Reach } from '../decision.js';
import type { SearchHooks } from './search.js';

type Work = { readonly context: EngineContext; readonly obligation: Obligation };

/** A stage begins, or has looked at so many of its parts. */
export function enter(
  { context }: Pick<Work, 'context'>,
  stage: Reach['stage'],
  nodes: number | null = null,
): void {
  context.onReach?.({ stage, nodes, closedShare: null, margin: null, nearest: null });
}

/** The hook of a search that tells about it. A bound is a margin only where there is one output constraint. */
export function reachOf(
  { context, obligation }: Work,
  stage: Reach['stage'],
  nearest: () => number = () => Infinity,
): Pick<SearchHooks, 'onReach'> {
  const { onReach } = context;
  if (onReach === undefined) return {};
  const single = obligation.outputs.length === 1;
  return {
    onReach: ({ nodes, closedShare, bound }) => {
      const best = nearest();
      onReach({
        stage,
        nodes,
        closedShare,
        margin: single && bound !== null ? -bound : null,
        nearest: single && Number.isFinite(best) ? best : null,
      });
    },
  };
}

/** The same for domains that are worked on in batches. */
export function reachOfDomains({
  context: { onReach },
}: Work): (nodes: number, closedShare: number, bound: number) => void {
  return (nodes, closedShare, bound) =>
    onReach?.({
      stage: 'search',
      nodes,
      closedShare,
      margin: Number.isFinite(bound) ? -bound : null,
      nearest: null,
    });
}
