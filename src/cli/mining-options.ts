/** The options that say which samples make the NAPs and which are kept out; the same for every command that mines. */
import { type Command, Option } from 'commander';
import type { Grouping, SampleChoice } from '../api/choices.js';
import type { HeldOutChoice } from '../api/held-out.js';

export interface HeldOutFlags {
  readonly heldOut?: string;
  readonly heldOutData?: string;
  readonly heldOutLabels?: string;
}

export interface MiningFlags extends HeldOutFlags {
  readonly groupBy: Grouping;
  readonly samples: SampleChoice;
}

/** Adds `--held-out` and its companions. */
export function withHeldOutOptions(command: Command): Command {
  return command
    .option('--held-out <part>', 'part of the same data for statistics only, as for --split')
    .option('--held-out-data <path>', 'other data for statistics only')
    .option('--held-out-labels <path>', 'file of labels of --held-out-data');
}

/** Adds what chooses the samples of a class, and the options of held-out data. */
export function withMiningOptions(command: Command): Command {
  command
    .addOption(
      new Option('--group-by <how>', 'class of a sample: its label, or the prediction of the model')
        .choices(['label', 'prediction'])
        .default('label'),
    )
    .addOption(
      new Option('--samples <which>', 'mine from all samples or only from correctly classified ones')
        .choices(['all', 'correct'])
        .default('all'),
    );
  return withHeldOutOptions(command);
}

/** What the functions of `src/api` take, from the flags. */
export function heldOutChoice({ heldOut, heldOutData, heldOutLabels }: HeldOutFlags): HeldOutChoice {
  return {
    ...(heldOut === undefined ? {} : { split: heldOut }),
    ...(heldOutData === undefined ? {} : { data: heldOutData }),
    ...(heldOutLabels === undefined ? {} : { labels: heldOutLabels }),
  };
}

/** As {@link heldOutChoice}, with the samples of a class. */
export function miningChoices(flags: MiningFlags): {
  readonly heldOut: HeldOutChoice;
  readonly grouping: Grouping;
  readonly samples: SampleChoice;
} {
  return { heldOut: heldOutChoice(flags), grouping: flags.groupBy, samples: flags.samples };
}
