/** Pictures of samples in rows, a row per class: who follows its NAP. */
import { type ImageLayout, pictureToPng } from '../../dataset/png.js';
import { markup } from '../escape.js';

export interface MontagePicture {
  readonly values: ArrayLike<number>;
  /** Shown when the pointer rests on the picture. */
  readonly text: string;
  /** `wrong`: classified otherwise, so a counterexample; `stranger`: labelled otherwise. */
  readonly mark: 'none' | 'wrong' | 'stranger';
}

export interface MontageRow {
  readonly title: string;
  readonly note: string;
  readonly pictures: readonly MontagePicture[];
}

const SIDE = 56;
const GAP = 10;
const NAMES = 150;
const TOP = 66;
const MARGIN = 16;
const MARKS: Readonly<Record<MontagePicture['mark'], string>> = {
  none: 'stroke="none"',
  wrong: 'stroke="#b3261e" stroke-width="3"',
  stranger: 'stroke="#b0780a" stroke-width="3" stroke-dasharray="6 4"',
};

/** SVG text; every picture is inside. */
export function montageSvg(title: string, layout: ImageLayout, rows: readonly MontageRow[]): string {
  const most = rows.reduce((count, { pictures }) => Math.max(count, pictures.length), 1);
  const scale = SIDE / Math.max(layout.width, layout.height);
  const [wide, high] = [layout.width * scale, layout.height * scale];
  const width = Math.max(620, NAMES + most * (SIDE + GAP) + MARGIN);
  const height = TOP + rows.length * (SIDE + GAP) + MARGIN;
  const drawn = rows.flatMap(({ title: name, note, pictures }, row) => {
    const y = TOP + row * (SIDE + GAP);
    return [
      `<text x="${MARGIN}" y="${y + 24}" font-weight="bold">${markup(name)}</text>`,
      `<text x="${MARGIN}" y="${y + 40}" fill="#555">${markup(note)}</text>`,
      ...pictures.map(({ values, text, mark }, i) => {
        const x = NAMES + i * (SIDE + GAP);
        const png = Buffer.from(pictureToPng({ values, layout }, 1)).toString('base64');
        return (
          `<g><title>${markup(text)}</title><image x="${x}" y="${y}" width="${wide}" height="${high}" ` +
          `style="image-rendering:pixelated" preserveAspectRatio="none" href="data:image/png;base64,${png}"/>` +
          `<rect x="${x - 1.5}" y="${y - 1.5}" width="${wide + 3}" height="${high + 3}" fill="none" ${MARKS[mark]}/></g>`
        );
      }),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    `<text x="${MARGIN}" y="24" font-size="14">${markup(title)}</text>`,
    legend('wrong', MARGIN, 'follows, but is classified otherwise: a counterexample'),
    legend('stranger', MARGIN + 345, 'follows, but is labelled otherwise'),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function legend(mark: MontagePicture['mark'], x: number, text: string): string {
  return `<rect x="${x}" y="38" width="12" height="12" fill="none" ${MARKS[mark]}/><text x="${x + 20}" y="48">${text}</text>`;
}
