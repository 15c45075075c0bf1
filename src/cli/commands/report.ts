import { appendFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { ReportDocument } from '../../report/documents/report.js';
import { REPORTER_NAMES, type ReporterName } from '../../report/reporters/names.js';
import { reportText } from '../../report/text/report.js';
import { InputError } from '../../util/errors.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { type DatasetFlags, datasetOptions, withOptionalDataset } from '../dataset-options.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

interface Flags extends CommonOptions, Omit<DatasetFlags, 'data'> {
  readonly data?: string;
  readonly model?: readonly string[];
  readonly naps?: readonly string[];
  readonly coverage?: readonly string[];
  readonly gate?: string;
  readonly format?: ReporterName;
  readonly output?: string;
}

export function registerReport(program: Command): void {
  const command = program
    .command('report')
    .description(
      'Check certificates again and show them: as a page for people, or in the formats of CI systems. Exit code 0 if ' +
        'all are valid, 3 if one is incomplete or could not be checked, 4 if one is rejected.',
    )
    .argument('[certificates...]', 'certificates written by `napcert verify`')
    .option('--model <file...>', 'ONNX files; without one, a model of the right name beside the certificate')
    .option('--naps <file...>', 'NAP files whose recall is shown')
    .option('--coverage <file...>', 'documents of `napcert coverage --json` whose recall is shown')
    .option('--gate <file>', 'decision of `napcert gate --json`')
    .addOption(
      new Option(
        '--format <name>',
        'format of the report (default: by the ending of the output file)',
      ).choices(REPORTER_NAMES),
    )
    .option('-o, --output <file>', 'file to write; without one a format goes to stdout');
  withOptionalDataset(
    command,
    'samples: counterexamples are shown beside the nearest one that follows the NAP',
  );
  withCommonOptions(command, [
    'report model.cert.json --model model.onnx -o report.html',
    'report model.cert.json --model model.onnx --data mnist -o report.html',
    'report *.cert.json --model model.onnx --naps model-0.99.nap.json model-1.nap.json -o report.html',
    'report model.cert.json --model model.onnx --format sarif -o napcert.sarif',
    'report model.cert.json --model model.onnx --format github',
  ]).action((certificates: readonly string[], flags: Flags) =>
    run(flags, async ({ progress }) => {
      const { report } = await import('../../api/report.js');
      const { output, gate, data } = flags;
      const format = output === undefined ? flags.format : (flags.format ?? (await formatFor(output)));
      const { document, text, summary, unread } = await report(
        {
          certificates,
          models: flags.model ?? [],
          naps: flags.naps ?? [],
          coverage: flags.coverage ?? [],
          ...(gate === undefined ? {} : { gate }),
          ...(data === undefined ? {} : { data, dataset: datasetOptions(flags) }),
          ...(output === undefined || format === undefined ? {} : { targets: [{ format, file: output }] }),
          ...(output !== undefined || format === undefined ? {} : { format }),
        },
        progress,
      );
      if (summary !== null) appendStepSummary(summary);
      return {
        document,
        text: (shown: ReportDocument) => text ?? reportText(shown, output === undefined ? [] : [output]),
        exitCode: exitCode(document, unread),
      };
    }),
  );
}

async function formatFor(output: string): Promise<ReporterName> {
  const { formatOfFile } = await import('../../api/report.js');
  const format = formatOfFile(output);
  if (format !== null) return format;
  throw new InputError('the name of the output does not say which format is meant', {
    file: output,
    place: '--output',
    expected: `--format, one of ${REPORTER_NAMES.join(', ')}, or an ending such as .html, .sarif, .xml, .json`,
  });
}

/** GitHub shows what a step appends to this file. */
function appendStepSummary(text: string): void {
  const path = process.env['GITHUB_STEP_SUMMARY'] ?? '';
  if (path === '') return;
  try {
    appendFileSync(path, text);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new InputError('the step summary cannot be written', {
      file: path,
      place: 'GITHUB_STEP_SUMMARY',
      found,
    });
  }
}

function exitCode({ certificates }: ReportDocument, unread: number): ExitCode {
  const verdicts = certificates.map(({ check }) => check.verdict);
  if (verdicts.includes('invalid')) return EXIT.rejected;
  return unread === 0 && verdicts.every((verdict) => verdict === 'valid') ? EXIT.ok : EXIT.inconclusive;
}
