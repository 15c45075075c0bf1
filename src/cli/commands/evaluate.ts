import type { Command } from 'commander';
import { evaluateText } from '../../report/text/evaluate.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withDatasetOptions } from '../dataset-options.js';
import { EXIT } from '../exit-codes.js';

export function registerEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description('Accuracy of a model on labelled samples: overall, per class, and the confusion matrix.')
    .argument('<model>', 'ONNX classifier');
  withDatasetOptions(command);
  withCommonOptions(command, [
    'evaluate model.onnx --data mnist --split heldout',
    'evaluate model.onnx --data t10k-images-idx3-ubyte.gz --labels t10k-labels-idx1-ubyte.gz',
    'evaluate iris.onnx --data iris.csv --label-column species --json',
  ]).action((model: string, options: CommonOptions & DatasetFlags) =>
    run(options, async ({ progress }) => {
      const { evaluate } = await import('../../api/evaluate.js');
      const { data } = options;
      const document = await evaluate({ model, data, dataset: datasetOptions(options) }, progress);
      return { document, text: evaluateText, exitCode: EXIT.ok };
    }),
  );
}
