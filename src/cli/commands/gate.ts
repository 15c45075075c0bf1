import type { Command } from 'commander';
import { gateText } from '../../report/text/gate.js';
import { integerOption } from '../arguments.js';
import { type ClusterFlags, clusterChoice, withClusterOptions } from '../cluster-options.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { type ReportFlags, withReportOption } from '../report-options.js';

interface Flags extends CommonOptions, ReportFlags, ClusterFlags {
  readonly jobs?: number;
  readonly output?: string;
  readonly baseline?: string;
  readonly prove: boolean;
  readonly fresh?: true;
  readonly signKey?: string;
  readonly verifyKey?: readonly string[];
  readonly exitZero?: true;
}

export function registerGate(program: Command): void {
  const command = program
    .command('gate')
    .description(
      'Decide whether a release may pass: prove or reuse what a policy asks for, check every certificate, measure recall. ' +
        'Exit code 0 passed, 1 failed, 3 inconclusive, 4 a certificate is rejected.',
    )
    .argument('<policy>', 'policy file (YAML or JSON); `napcert init` writes one')
    .option(
      '-o, --output <folder>',
      'certificates, pictures, decision.json and summary.vsa.json (default: beside the policy, NAME.gate)',
    )
    .option('--baseline <path>', 'decision.json of the last release, or its folder, to compare with')
    .option('--no-prove', 'only check certificates that are there; what is missing is inconclusive')
    .option('--fresh', 'prove everything anew')
    .option('--sign-key <file>', 'private key (`napcert keygen`): sign certificates and the summary')
    .option('--verify-key <file...>', 'public keys: reuse only certificates signed by one of them')
    .option(
      '--exit-zero',
      'exit with 0 whatever the decision is, for a trial; the decision stays what it is',
    );
  withReportOption(command);
  withClusterOptions(command).option(
    '--jobs <n>',
    'threads that decide at once, or with --redis check (default: as many as are of use)',
    integerOption('--jobs', 1, 256),
  );
  withCommonOptions(command, [
    'gate release.yaml',
    'gate release.yaml --report html=release.html --report sarif=release.sarif',
    'gate release.yaml --baseline last-release/decision.json --sign-key release.key.pem',
    'gate release.yaml --no-prove --verify-key release.pub.pem',
  ]).action((policy: string, flags: Flags) =>
    run(flags, async ({ progress, signal }) => {
      progress.step(`reading ${policy}`);
      const { gate } = await import('../../api/gate/gate.js');
      const cluster = clusterChoice(flags, flags.jobs);
      const document = await gate(
        {
          policy,
          ...(flags.output === undefined ? {} : { output: flags.output }),
          ...(flags.baseline === undefined ? {} : { baseline: flags.baseline }),
          prove: flags.prove,
          ...(flags.fresh === undefined ? {} : { fresh: true }),
          ...(flags.signKey === undefined ? {} : { signKey: flags.signKey }),
          ...(flags.verifyKey === undefined ? {} : { verifyKeys: flags.verifyKey }),
          sharing: {
            ...(flags.jobs === undefined ? {} : { jobs: flags.jobs }),
            ...(cluster === null ? {} : { cluster }),
          },
          ...(flags.report === undefined ? {} : { reports: flags.report }),
        },
        progress,
        signal(),
      );
      return {
        document,
        text: gateText,
        exitCode: flags.exitZero === true ? EXIT.ok : document.exitCode,
        isWhole: !document.interrupted || document.outcome === 'passed',
      };
    }),
  );
}
