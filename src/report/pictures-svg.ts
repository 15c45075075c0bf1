/** Line pictures as SVG text. */

export interface Line {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Band {
  readonly from: number;
  readonly to: number;
  readonly colour: string;
  readonly label: string;
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly Line[];
  /** Coloured stretches of the x axis. */
  readonly bands?: readonly Band[];
  /** Logarithmic x axis: all x > 0. */
  readonly logX?: boolean;
}

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 64;
const RIGHT = 96;
const TOP = 40;
const BOTTOM = 52;

/** One colour per class, and again from the start after ten. */
export function classColour(label: number): string {
  const colours = [
    '#1f77b4',
    '#ff7f0e',
    '#2ca02c',
    '#d62728',
    '#9467bd',
    '#8c564b',
    '#e377c2',
    '#7f7f7f',
    '#bcbd22',
    '#17becf',
  ];
  return colours[label % colours.length]!;
}

export function lineChart(chart: Chart): string {
  const map = (x: number): number => (chart.logX === true ? Math.log10(x) : x);
  const points = chart.lines.flatMap((line) => line.points);
  const xs = points.map(([x]) => map(x));
  const ys = points.map(([, y]) => y);
  const [x0, x1] = range(xs);
  const [y0, y1] = range(ys);
  const px = (x: number): string => (LEFT + ((map(x) - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const py = (y: number): string =>
    (HEIGHT - BOTTOM - ((y - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const bands = (chart.bands ?? []).map(({ from, to, colour, label }) => {
    const width = (Number(px(to)) - Number(px(from))).toFixed(1);
    return `<rect x="${px(from)}" y="${TOP}" width="${width}" height="${HEIGHT - TOP - BOTTOM}" fill="${colour}" fill-opacity="0.15"><title>${escaped(label)}</title></rect>`;
  });
  const lines = chart.lines.map(({ name, colour, points: list }) => {
    const path = list.map(([x, y]) => `${px(x)},${py(y)}`).join(' ');
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"><title>${escaped(name)}</title></polyline>`;
  });
  const legend = chart.lines.map(
    ({ name, colour }, i) =>
      `<text x="${WIDTH - RIGHT + 8}" y="${TOP + 14 * (i + 1)}" fill="${colour}">${escaped(name)}</text>`,
  );
  const xTicks = (chart.logX === true ? logTicks : ticks)(x0, x1).map((at) => {
    const x = chart.logX === true ? 10 ** at : at;
    return `<text x="${px(x)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${Number(x.toPrecision(3))}</text>`;
  });
  const yTicks = ticks(y0, y1).map(
    (y) => `<text x="${LEFT - 6}" y="${py(y)}" text-anchor="end" dy="4">${Number(y.toPrecision(3))}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="${LEFT}" y="22" font-size="14">${escaped(chart.title)}</text>`,
    ...bands,
    `<path d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}" fill="none" stroke="#444"/>`,
    ...xTicks,
    ...yTicks,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${escaped(chart.xLabel)}</text>`,
    `<text transform="translate(16 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${escaped(chart.yLabel)}</text>`,
    ...lines,
    ...legend,
    '</svg>',
    '',
  ].join('\n');
}

function range(values: readonly number[]): readonly [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return low < high ? [low, high] : [low - 1, high + 1];
}

/** About five round numbers from low to high: 1, 2 or 5 times a power of ten apart. */
export function ticks(low: number, high: number): number[] {
  const raw = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= raw * (1 - 1e-9)) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Once more through decimals: 3 * 0.1 is not 0.3.
  return Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** Powers of ten from 10^low to 10^high as their exponents; of less than a decade round numbers in between. */
function logTicks(low: number, high: number): number[] {
  const exponents = ticks(low, high).filter(Number.isInteger);
  return exponents.length > 1
    ? exponents
    : ticks(10 ** low, 10 ** high)
        .filter((x) => x > 0)
        .map(Math.log10);
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
