import { type Command, Option } from 'commander';
import { CAPABILITIES, type Capability } from '../../api/vnnlib/supports.js';
import { vnnlibText } from '../../report/text/vnnlib.js';
import { InputError } from '../../util/errors.js';
import { secondsOption } from '../arguments.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { withRequiredOption } from '../required-option.js';

interface VerifyFlags extends CommonOptions {
  readonly network: string;
  readonly timeout: number;
  readonly serialiseAssignments?: string;
  readonly output?: string;
}

const EXAMPLES = [
  'vnnlib verify prop.vnnlib --network f=model.onnx --timeout 60',
  'vnnlib verify prop.vnnlib --network f=model.onnx -o prop.cert.json',
];

/** The command line of the VNN-LIB standard. */
export function registerVnnlib(program: Command): void {
  const group = withCommonOptions(
    program.command('vnnlib').description('Decide VNN-LIB queries, with the command line of the standard.'),
    [...EXAMPLES, 'vnnlib supports --onnx-operators'],
  );
  registerVerifyQuery(group);
  registerSupports(group);
}

function registerVerifyQuery(group: Command): void {
  const command = group
    .command('verify')
    .description(
      'Decide a query: prints sat, unsat, unknown or timed-out, then the assignment. Exit code 0 for unsat, 1 for sat, else 3.',
    )
    .argument('<query>', 'VNN-LIB file, version 1.0 or 2.0, or its .gz');
  withRequiredOption(command, '--network <name=model>', 'ONNX file of the network that the query declares');
  command
    .option('--timeout <seconds>', 'for the query as a whole', secondsOption('--timeout'), 60)
    .option('--serialise-assignments <folder>', 'existing folder for one ONNX TensorProto per variable')
    .option('-o, --output <file>', 'certificate to write, for `napcert check`');
  withCommonOptions(command, EXAMPLES).action((query: string, flags: VerifyFlags) =>
    run({ ...group.opts<CommonOptions>(), ...flags }, async ({ progress, signal }) => {
      const { verifyQuery } = await import('../../api/vnnlib/verify-query.js');
      const { network, timeout, serialiseAssignments, output } = flags;
      const options = {
        query,
        network,
        timeoutSeconds: timeout,
        ...(serialiseAssignments === undefined ? {} : { assignments: serialiseAssignments }),
        ...(output === undefined ? {} : { output }),
      };
      const document = await verifyQuery(options, progress, signal());
      const exitCode =
        document.verdict === 'unsat'
          ? EXIT.ok
          : document.verdict === 'sat'
            ? EXIT.violated
            : EXIT.inconclusive;
      return { document, text: vnnlibText, exitCode };
    }),
  );
}

function registerSupports(group: Command): void {
  const command = group
    .command('supports')
    .description('Print what queries and networks are supported, one line each; `*` marks partial support.');
  for (const capability of CAPABILITIES) command.addOption(new Option(`--${capability}`));
  command.action((flags: Record<string, true | undefined>) =>
    run({}, async () => {
      const { supports } = await import('../../api/vnnlib/supports.js');
      const asked = CAPABILITIES.filter((capability) => flags[camelCase(capability)] === true);
      if (asked.length !== 1) {
        throw new InputError('one capability at a time', {
          place: 'vnnlib supports',
          expected: CAPABILITIES.map((capability) => `--${capability}`).join(', '),
          found: asked.length === 0 ? 'none' : asked.join(', '),
        });
      }
      const lines = supports(asked[0]!);
      return { document: lines, text: () => lines.join('\n'), exitCode: EXIT.ok };
    }),
  );
}

function camelCase(capability: Capability): string {
  return capability.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
