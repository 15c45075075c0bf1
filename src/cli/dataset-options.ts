/** The options that say which samples to read; the same for every command with a dataset. */
import { type Command, Option } from 'commander';
import type { OpenDatasetOptions } from '../api/choices.js';
import { integerOption } from './arguments.js';
import { withRequiredOption } from './required-option.js';

export interface DatasetFlags {
  readonly data: string;
  readonly labels?: string;
  readonly labelColumn?: string;
  readonly header?: boolean;
  readonly limit?: number;
  readonly split?: string;
  readonly scale?: 'unit' | 'raw';
  readonly labelGaps?: true;
}

const DATA_HELP =
  'dataset: an IDX, CSV, NPY or NPZ file, a folder of one folder of PNGs per class, or `mnist`';

/** Adds `--data`, which must be given, and its companions. */
export function withDatasetOptions(command: Command): Command {
  return withReadingOptions(withRequiredOption(command, '--data <path>', DATA_HELP));
}

/** Adds `--data`, which may be left out, and its companions. */
export function withOptionalDataset(command: Command, purpose: string): Command {
  return withReadingOptions(command.option('--data <path>', `${purpose}; ${DATA_HELP}`));
}

function withReadingOptions(command: Command): Command {
  return command
    .option('--labels <path>', 'file of labels, for IDX and NPY images')
    .option(
      '--label-column <name>',
      'CSV: name of the label column, or its number from 0, -1 being the last (default: one named label, class, target or species, else the last)',
    )
    .option('--header', 'CSV: the first row names the columns (default: recognised)')
    .option('--no-header', 'CSV: the first row is a sample')
    .option('--split <part>', 'part of the samples: first:N, last:N, FROM:TO, mine or heldout')
    .option('--limit <n>', 'use at most so many samples, after --split', integerOption('--limit', 1))
    .addOption(
      new Option('--scale <how>', 'integer pixels as k / 255 (unit) or as stored (raw)').choices([
        'unit',
        'raw',
      ]),
    )
    .option(
      '--label-gaps',
      'accept labels that leave out a class below the largest one, as in a part of the data (default: an error)',
    );
}

/** What `openDataset` takes, from the flags. */
export function datasetOptions(flags: Omit<DatasetFlags, 'data'>): OpenDatasetOptions {
  return {
    ...(flags.labels === undefined ? {} : { labels: flags.labels }),
    ...(flags.labelColumn === undefined ? {} : { labelColumn: flags.labelColumn }),
    ...(flags.header === undefined ? {} : { header: flags.header }),
    ...(flags.limit === undefined ? {} : { limit: flags.limit }),
    ...(flags.split === undefined ? {} : { split: flags.split }),
    ...(flags.scale === undefined ? {} : { scale: flags.scale }),
    ...(flags.labelGaps === undefined ? {} : { allowGaps: true }),
  };
}
