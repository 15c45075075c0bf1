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
  const reasons = reasonLines(cones);
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
    combinations === 'conic' && cones.some(({ holds }) => !holds)
      ? 'With --convex, convex hulls of the same points: they need no homogeneity, so biases do not stand in the way.'
      : null,
    `${counted(patterns, 'pattern')} among ${integer(dataset.samples)} samples; ${counted(shared, 'pattern')} shared by two or more.`,
    'Inside: every neuron z >= 0 or z <= 0 as at the points, boundary included, and the class wins.',
    certificate === null ? null : `Certificate: ${certificate.file}`,
    matrix === null ? null : `Matrices: ${matrix}`,
  ]);
}

/** Each reason once, with the cones that it is about. */
function reasonLines(cones: ConeDocument['cones']): string[] {
  const names = new Map<string, string[]>();
  for (const { name, reason } of cones) {
    if (reason !== null) names.set(reason, [...(names.get(reason) ?? []), name]);
  }
  return [...names].map(([reason, [first, ...rest]]) =>
    rest.length === 0 ? `${first}: ${reason}` : `${counted(rest.length + 1, 'cone')}: ${reason}`,
  );
}
