import type { Command } from 'commander';
import { demoText } from '../../report/text/demo.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT } from '../exit-codes.js';

interface Flags extends CommonOptions {
  readonly output: string;
}

export function registerDemo(program: Command): void {
  const command = program
    .command('demo')
    .description(
      'Mine a shipped classifier on real digits, decide properties that hold and some that do not, and re-check ' +
        'all certificates. Exit code 0 although some properties are violated by design.',
    )
    .option('-o, --output <folder>', 'folder to write to; made if there is none', 'napcert-demo');
  withCommonOptions(command, ['demo', 'demo -o first-look']).action((flags: Flags) =>
    run(flags, async ({ progress }) => {
      const { demo } = await import('../../api/demo/demo.js');
      const document = await demo(flags.output, progress);
      const rejected = document.checks.some(({ verdict }) => verdict === 'invalid');
      return { document, text: demoText, exitCode: rejected ? EXIT.rejected : EXIT.ok };
    }),
  );
}
