import type { Command } from 'commander';
import { inspectText } from '../../report/text/inspect.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT } from '../exit-codes.js';

export function registerInspect(program: Command): void {
  const command = program
    .command('inspect')
    .description(
      'What a model consists of, whether napcert reads it, and suspicious weights. A model that is refused ' +
        'is still listed by operator; the exit code is 2.',
    )
    .argument('<model>', 'ONNX classifier');
  withCommonOptions(command, ['inspect model.onnx', 'inspect model.onnx --json | jq .operators']).action(
    (model: string, options: CommonOptions) =>
      run(options, async ({ progress }) => {
        const { inspect } = await import('../../api/inspect.js');
        const { document, refusal } = await inspect(model, progress);
        if (refusal === null) return { document, text: inspectText, exitCode: EXIT.ok };
        return { document, text: inspectText, exitCode: EXIT.usage, failure: refusal };
      }),
  );
}
