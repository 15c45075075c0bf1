/** Decides obligations in this thread, one after the other. */
import type { Reach } from '../../engines/decision.js';
import type { DecideOptions, DecideSettings, Executor } from '../../engines/executor.js';
import { scannedFrom } from '../../engines/falsify/region-sample.js';
import type { Decided } from '../../engines/portfolio.js';
import { undecided } from '../../engines/undecided.js';
import type { Obligation } from '../../obligation/obligation.js';
import { type DecidedModel, Decider } from './decider.js';
import { sampleOf } from './sample.js';

export async function localExecutor(model: DecidedModel): Promise<Executor> {
  const decider = await Decider.open(model);
  let last: Promise<unknown> = Promise.resolve();
  const decide = (
    obligations: readonly Obligation[],
    settings: DecideSettings,
    options: DecideOptions,
  ): Promise<Decided>[] => {
    let starts: ReturnType<typeof scannedFrom> | null | undefined;
    return obligations.map((obligation) => {
      const run = async (): Promise<Decided> => {
        if (options.signal.aborted) return notReached();
        options.onBegin?.(obligation);
        if (starts === undefined) {
          const sample = sampleOf(options.data, obligation);
          starts = sample === null ? null : scannedFrom(model.network, sample);
        }
        const { onReach } = options;
        const told = onReach && ((reach: Reach): void => onReach(obligation, reach));
        return decider.decide(obligation, settings, starts, options.signal, told);
      };
      const result = last.then(run);
      last = result.catch(() => {});
      return result;
    });
  };
  return { lanes: 1, decide, close: () => decider.close() };
}

/** An obligation that an abort came before. */
export function notReached(): Decided {
  const decision = undecided('interrupted', 'stopped before this obligation was reached');
  return { decision, engine: 'none', seconds: 0 };
}
