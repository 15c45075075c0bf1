/** The standard's output: the verdict alone on the first line, then the assignment. */
import type { VnnlibDocument } from '../documents/vnnlib.js';

export function vnnlibText({ verdict, assignment, query }: VnnlibDocument): string {
  if (assignment === null) return verdict;
  return [verdict, assignmentText(query.version, assignment)].join('\n');
}

/** Version 1.0: one list of names and values, X then Y. Version 2.0: per variable a header, then one value a line. */
export function assignmentText(
  version: VnnlibDocument['query']['version'],
  assignment: NonNullable<VnnlibDocument['assignment']>,
): string {
  if (version === '1.0') {
    const rows = assignment.flatMap(({ name, values }) =>
      values.map((value, i) => `(${name}_${i}  ${value})`),
    );
    return `(${rows.join('\n')})`;
  }
  return assignment
    .flatMap(({ name, elementType, shape, values }) => [
      `${name} ${elementType} [${shape.join(',')}]`,
      ...values,
    ])
    .join('\n');
}
