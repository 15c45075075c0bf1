import type { VnncompDocument } from '../documents/vnncomp.js';
import { counted, integer } from '../format.js';
import { sections, table } from '../table.js';

export function vnncompText({ rows, counts, kept, instances, results }: VnncompDocument): string {
  const words = Object.entries(counts).map(([word, n]) => `${integer(n)} ${word}`);
  const left = instances - kept - rows.length;
  const before = kept === 0 ? '' : ` (${integer(kept)} answered before)`;
  const open = left === 0 ? '' : `, ${integer(left)} not run`;
  const summary = `${counted(instances, 'instance')}${before}: ${words.join(', ')}${open}. Results: ${results}`;
  if (rows.length === 0) return summary;
  return sections([
    table(
      [{ title: 'network' }, { title: 'query' }, { title: 'result' }, { title: 'seconds', align: 'right' }],
      rows.map(({ onnx, vnnlib, result, seconds }) => [onnx, vnnlib, result, seconds.toFixed(3)]),
    ),
    summary,
  ]);
}
