/** The curve as a picture: recall against delta, a line per class, the mean in black, verdicts as marks. */
import type { CurveDocument } from '../../report/documents/curve.js';
import { classColour, type Line, lineChart } from '../../report/pictures-svg.js';

/** SVG text. Recall is that on held-out data where there are any. The x axis is the share of samples that may disagree. */
export function curvePicture(document: CurveDocument): string {
  const { points } = document;
  const heldOut = document.heldOut !== null;
  const exceptions = (delta: string): number => Number((100 * (1 - Number(delta))).toPrecision(6));
  const labels = points[0]?.classes.map((row) => row.class) ?? [];
  const lines = labels.map((label): Line => {
    const own = points.flatMap((point) => {
      const row = point.classes.find((candidate) => candidate.class === label);
      return row === undefined ? [] : [{ point, row }];
    });
    const proved = own.filter(({ row }) => row.verdict === 'holds').map(({ point }) => point.delta);
    return {
      name: proved.length === 0 ? `class ${label}` : `class ${label} (proved: ${proved.length})`,
      colour: classColour(label),
      points: own.map(({ point, row }) => [
        exceptions(point.delta),
        100 * ((heldOut ? row.heldOutRecall : row.recall)?.value ?? 0),
      ]),
    };
  });
  const mean: Line = {
    name: 'all',
    colour: '#000000',
    points: points.map((point) => [
      exceptions(point.delta),
      100 * ((heldOut ? point.heldOutRecall : point.recall)?.value ?? 0),
    ]),
  };
  return lineChart({
    title: 'Share of the samples of a class that follow its NAP',
    xLabel: '100 (1 - delta): samples in % that may disagree with a literal',
    yLabel: `recall in %, ${heldOut ? 'held-out' : 'mining'} data`,
    lines: [...lines, mean],
  });
}
