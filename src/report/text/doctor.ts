import chalk from 'chalk';
import type { DoctorDocument } from '../documents/doctor.js';
import { seconds } from '../format.js';
import { heading, sections, table } from '../table.js';

export function doctorText(document: DoctorDocument): string {
  const { platform } = document;
  const gibibytes = (platform.memoryBytes / 2 ** 30).toFixed(1);
  const rows = document.checks.map((check) => [
    check.ok ? chalk.green('ok') : chalk.red('fails'),
    check.name,
    check.version ?? '-',
    check.purpose,
    seconds(check.seconds),
  ]);
  const failures = document.checks.filter((check) => !check.ok);
  return sections([
    `${heading(`napcert ${document.napcert}`)}  Node.js ${platform.node}, ${platform.system}, ${platform.cpus} CPUs, ${gibibytes} GiB`,
    table(
      [
        { title: 'status' },
        { title: 'part' },
        { title: 'version' },
        { title: 'purpose' },
        { title: 'time', align: 'right' },
      ],
      rows,
    ),
    failures.length === 0
      ? 'All parts work.'
      : failures.map((check) => `${check.name}: ${check.detail}`).join('\n'),
  ]);
}
