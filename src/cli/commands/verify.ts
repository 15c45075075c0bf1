import { type Command, Option } from 'commander';
import { verifyText } from '../../report/text/verify.js';
import { integerOption, secondsOption, shardOption } from '../arguments.js';
import { type ClaimFlags, claimChoices, withClaimOptions } from '../claim-options.js';
import { type ClusterFlags, clusterChoice, withClusterOptions } from '../cluster-options.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withOptionalDataset } from '../dataset-options.js';
import { exitCodeOf } from '../exit-codes.js';
import { type ReportFlags, withReportOption } from '../report-options.js';
import { withRequiredOption } from '../required-option.js';

interface Flags extends CommonOptions, ReportFlags, ClaimFlags, ClusterFlags, Omit<DatasetFlags, 'data'> {
  readonly data?: string;
  readonly arithmetic: 'real' | 'float32';
  readonly engine: 'auto' | 'bab' | 'milp';
  readonly solver: 'glpk' | 'highs';
  readonly timeout: number;
  readonly maxNodes?: number;
  readonly maxMemory?: number;
  readonly exactMargin?: true;
  readonly maximizeEpsilon?: true;
  readonly jobs?: number;
  readonly shard?: { readonly index: number; readonly count: number };
  readonly output: string;
  readonly fresh?: true;
  readonly pictures?: string;
  readonly signKey?: string;
  readonly counterexamples?: string;
  readonly events?: string;
}

export function registerVerify(program: Command): void {
  const command = program
    .command('verify')
    .description(
      'Decide what the NAPs of a model imply, and write a certificate. Exit code 0 if every property holds, ' +
        '1 if one is violated, else 3 if one stayed unknown or is vacuous. Ctrl-C keeps what was decided.',
    )
    .argument('<model>', 'ONNX classifier');
  withClaimOptions(command)
    .addOption(
      new Option(
        '--arithmetic <kind>',
        'what evaluates the model: exact arithmetic (real), or any float32 runtime (float32)',
      )
        .choices(['real', 'float32'])
        .default('real'),
    )
    .addOption(
      new Option(
        '--engine <name>',
        'branch and bound with proofs (bab), a MILP solver (milp), or both (auto)',
      )
        .choices(['auto', 'bab', 'milp'])
        .default('auto'),
    )
    .addOption(new Option('--solver <name>', 'MILP solver').choices(['glpk', 'highs']).default('glpk'))
    .option('--timeout <seconds>', 'per obligation', secondsOption('--timeout'), 60)
    .option('--max-nodes <n>', 'branch-and-bound nodes per obligation', integerOption('--max-nodes', 1))
    .option(
      '--max-memory <mib>',
      'memory of a thread (heap, buffers and solvers) at which its search gives up (default 4096)',
      integerOption('--max-memory', 1),
    )
    .option(
      '--jobs <n>',
      'threads that decide at once (default: one per core, fewer where more are of no use)',
      integerOption('--jobs', 1, 256),
    )
    .option(
      '--exact-margin',
      'search on for the least margin behind the layer that decides, not just its sign',
    )
    .option(
      '--maximize-epsilon',
      'local robustness: search for the largest epsilon that can be proved per reference, and certify that',
    );
  withRequiredOption(
    command,
    '-o, --output <file>',
    'certificate to write; an earlier one of the same model and at most these claims is re-checked and gone on from, anything else there is refused',
  )
    .option('--fresh', 'decide everything anew, and replace whatever the output file holds')
    .option('--pictures <folder>', 'existing folder for a PNG of every counterexample')
    .option(
      '--sign-key <file>',
      'private key (`napcert keygen`): also write the certificate as a signed envelope',
    )
    .option('--counterexamples <folder>', 'existing folder for a JSON file of every counterexample');
  withClusterOptions(command).option(
    '--shard <i/n>',
    'decide only one of n shares of the obligations; `napcert merge` puts the certificates together',
    shardOption('--shard'),
  );
  withReportOption(command).option('--events <file>', 'JSONL file: a line for everything that is decided');
  withOptionalDataset(command, 'samples to look for counterexamples and witnesses in');
  withCommonOptions(command, [
    'verify model.onnx --naps model.nap.json --data mnist -o model.cert.json',
    'verify model.onnx --naps model.nap.json --property non-misclassification --class 0,3 --competitor 1,2 -o c.json',
    'verify model.onnx --naps model.nap.json --spec release.yaml --solver highs --timeout 300 -o c.json',
    'verify model.onnx --spec balls.yaml --property local-robustness --maximize-epsilon -o c.json',
  ]).action((model: string, flags: Flags) =>
    run(flags, async ({ progress, signal }) => {
      const decide =
        flags.maximizeEpsilon === true
          ? (await import('../../api/epsilon/maximize.js')).verifyLargestEpsilons
          : (await import('../../api/verify-reports.js')).verifyAndReport;
      const cluster = clusterChoice(flags, flags.jobs);
      const document = await decide(
        {
          model,
          ...(flags.naps === undefined ? {} : { naps: flags.naps }),
          claims: claimChoices(flags),
          ...(flags.data === undefined ? {} : { data: flags.data }),
          dataset: datasetOptions(flags),
          arithmetic: flags.arithmetic,
          engine: flags.engine,
          solver: flags.solver,
          timeoutSeconds: flags.timeout,
          ...(flags.maxNodes === undefined ? {} : { maxNodes: flags.maxNodes }),
          ...(flags.maxMemory === undefined ? {} : { maxMemoryBytes: flags.maxMemory * 2 ** 20 }),
          ...(flags.exactMargin === undefined ? {} : { exactMargin: true }),
          ...(flags.jobs === undefined ? {} : { jobs: flags.jobs }),
          ...(cluster === null ? {} : { cluster }),
          ...(flags.shard === undefined ? {} : { shard: flags.shard }),
          output: flags.output,
          ...(flags.fresh === undefined ? {} : { fresh: true }),
          ...(flags.pictures === undefined ? {} : { pictures: flags.pictures }),
          ...(flags.signKey === undefined ? {} : { signKey: flags.signKey }),
          ...(flags.counterexamples === undefined ? {} : { counterexamples: flags.counterexamples }),
          ...(flags.report === undefined ? {} : { reports: flags.report }),
          ...(flags.events === undefined ? {} : { events: flags.events }),
        },
        progress,
        signal(),
      );
      return { document, text: verifyText, exitCode: exitCodeOf(document.counts) };
    }),
  );
}
