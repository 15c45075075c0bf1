import chalk from 'chalk';
import type { ConeDocument } from '../documents/cone.js';
import { counted, integer } from '../format.js';
import { heading, sections, table } from '../table.js';

export function coneText(document: ConeDocument): string {
  const { cones, combinations, patterns, shared, dataset, certificate, matrix } = document;
  const rows = cones.map(({ name, class: label, samples, holds, contained }) => [
    holds ? chalk.green('holds') : chalk.yellow('not shown'),
    String(label),
    integer(samples.length),
    holds ? integer(contained) : '-',
    name,
  ]);
  const reasons = cones.flatMap(({ name, reason }) => (reason === null ? [] : [`${name}: ${reason}`]));
  return sections([
    `${heading(combinations === 'conic' ? 'Cones' : 'Convex hulls')}  every ${combinations} combination of the points has their class`,
    table(
      [
        { title: 'verdict' },
        { title: 'class', align: 'right' },
        { title: 'points', align: 'right' },
        { title: 'samples inside', align: 'right' },
        { title: 'points are' },
      ],
      rows,
    ),
    reasons.length === 0 ? null : reasons.join('\n'),
    `${counted(patterns, 'pattern')} among ${integer(dataset.samples)} samples; ${counted(shared, 'pattern')} shared by two or more.`,
    'Inside: every neuron z >= 0 or z <= 0 as at the points, boundary included, and the class wins.',
    certificate === null ? null : `Certificate: ${certificate.file}`,
    matrix === null ? null : `Matrices: ${matrix}`,
  ]);
}
