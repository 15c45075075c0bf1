/** Literals of all NAPs as a picture: a panel per class, a row per layer, a column per neuron (or group of neurons). */
import { markup } from '../escape.js';

export interface MappedLayer {
  readonly tensor: string;
  readonly neurons: number;
}

export interface MappedNap {
  readonly class: number;
  /** By layer, in order: flat indices of neurons. */
  readonly layers: readonly { readonly active: readonly number[]; readonly inactive: readonly number[] }[];
  /** Beside the class: recall, for example. */
  readonly note: string;
}

/** More neurons than this share columns; a column is as strong as the share of its neurons that are literals. */
const COLUMNS = 256;
const CELL = 3;
const ROW = 14;
const GAP = 3;
const NAMES = 150;
const COUNTS = 150;
const HEAD = 20;
const TOP = 62;
const MARGIN = 16;
const ON = '#2b6cb0';
const OFF = '#d08a2e';

/** SVG text. */
export function literalMapSvg(
  title: string,
  layers: readonly MappedLayer[],
  naps: readonly MappedNap[],
): string {
  const columns = layers.reduce((most, { neurons }) => Math.max(most, columnsOf(neurons)), 1);
  const width = NAMES + columns * CELL + COUNTS + MARGIN;
  const panel = HEAD + layers.length * (ROW + GAP) + 10;
  const height = TOP + naps.length * panel + MARGIN;
  const legend = [
    swatch(MARGIN, ON, 'required on'),
    swatch(MARGIN + 110, OFF, 'required off'),
    swatch(MARGIN + 225, '#eceae4', 'free'),
    ...(layers.some(({ neurons }) => neurons > COLUMNS)
      ? [
          `<text x="${MARGIN + 300}" y="49">wide layers: several neurons to a column, paler where fewer are literals</text>`,
        ]
      : []),
  ];
  const panels = naps.map((nap, i) => panelOf(nap, layers, TOP + i * panel));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    `<text x="${MARGIN}" y="24" font-size="14">${markup(title)}</text>`,
    ...legend,
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}

function swatch(x: number, colour: string, text: string): string {
  return `<rect x="${x}" y="40" width="11" height="11" fill="${colour}"/><text x="${x + 16}" y="49">${text}</text>`;
}

function panelOf(nap: MappedNap, layers: readonly MappedLayer[], top: number): string {
  const rows = layers.map(({ tensor, neurons }, i) => {
    const { active, inactive } = nap.layers[i]!;
    const y = top + HEAD + i * (ROW + GAP);
    const name = tensor.length > 24 ? `${tensor.slice(0, 23)}…` : tensor;
    return (
      `<text x="${NAMES - 8}" y="${y + 11}" text-anchor="end" fill="#555">${markup(name)}</text>` +
      `<rect x="${NAMES}" y="${y}" width="${columnsOf(neurons) * CELL}" height="${ROW}" fill="#eceae4"/>` +
      cells(active, inactive, neurons, y) +
      `<text x="${NAMES + columnsOf(neurons) * CELL + 8}" y="${y + 11}" fill="#555">${active.length} on, ${inactive.length} off of ${neurons}</text>`
    );
  });
  const head = `<text x="${MARGIN}" y="${top + 13}" font-weight="bold">class ${nap.class}</text><text x="${NAMES}" y="${top + 13}" fill="#555">${markup(nap.note)}</text>`;
  return [`<g>${head}`, ...rows, '</g>'].join('\n');
}

function columnsOf(neurons: number): number {
  return Math.ceil(neurons / perColumn(neurons));
}

function perColumn(neurons: number): number {
  return Math.max(1, Math.ceil(neurons / COLUMNS));
}

/** A path per colour and strength. Of a column with literals of both kinds, what remains of their difference is drawn. */
function cells(active: readonly number[], inactive: readonly number[], neurons: number, y: number): string {
  const per = perColumn(neurons);
  const balance = new Int32Array(columnsOf(neurons));
  for (const i of active) balance[Math.floor(i / per)]!++;
  for (const i of inactive) balance[Math.floor(i / per)]!--;
  const paths = new Map<string, string[]>();
  balance.forEach((value, column) => {
    if (value === 0) return;
    const share = Math.abs(value) / Math.min(per, neurons - column * per);
    const key = `fill="${value > 0 ? ON : OFF}" fill-opacity="${(Math.ceil(4 * share) / 4).toFixed(2)}"`;
    const path = paths.get(key) ?? [];
    paths.set(key, path);
    path.push(`M${NAMES + column * CELL} ${y}h${CELL}v${ROW}h-${CELL}z`);
  });
  return [...paths].map(([key, path]) => `<path ${key} d="${path.join('')}"/>`).join('');
}
