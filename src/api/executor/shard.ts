/** A share of the obligations, for runs that are spread without a queue and merged afterwards. */
import type { Executor } from '../../engines/executor.js';
import type { Decided } from '../../engines/portfolio.js';
import { undecided } from '../../engines/undecided.js';
import type { Obligation } from '../../obligation/obligation.js';

export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
}

/** An obligation belongs to the shard that its digest says, so shards need not know of each other. */
export function inShard({ digest }: Pick<Obligation, 'digest'>, { index, count }: Shard): boolean {
  return Number.parseInt(digest.slice(0, 12), 16) % count === index - 1;
}

export function shardExecutor(inner: Executor, shard: Shard): Executor {
  return {
    lanes: inner.lanes,
    decide: (obligations, settings, options) => {
      const own = obligations.filter((obligation) => inShard(obligation, shard));
      const decided = inner.decide(own, settings, options);
      return obligations.map((obligation) => {
        const at = own.indexOf(obligation);
        return at >= 0 ? decided[at]! : Promise.resolve(elsewhere(shard));
      });
    },
    close: inner.close,
  };
}

function elsewhere({ index, count }: Shard): Decided {
  const decision = undecided('interrupted', `left to another shard; this is ${index} of ${count}`);
  return { decision: { ...decision, suggestion: 'merge it with the others' }, engine: 'none', seconds: 0 };
}

/** Decides nothing: what earlier certificates do not show stays open. */
export function nothingExecutor(): Executor {
  return {
    lanes: 1,
    decide: (obligations) =>
      obligations.map(async () => {
        const decision = undecided('interrupted', 'no certificate that was merged decides it');
        return { decision, engine: 'none', seconds: 0 };
      }),
    close: async () => {},
  };
}
