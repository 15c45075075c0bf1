/** How many inputs follow the NAPs: per class with 95 % intervals, and against delta where there are several. */
import { markup } from '../escape.js';
import type { RecallPoint, RecallSeries } from '../exhibit.js';
import { percent } from '../format.js';
import { dataTable, folded } from './elements.js';

const WIDTH = 440;
const LEFT = 52;
const RIGHT = 16;
const ROW = 20;
const CURVE_HEIGHT = 230;
const STEPS = 5;

export function recallFigures(series: readonly RecallSeries[]): string {
  const groups = grouped(series, ({ napsSha256, delta }) => `${napsSha256} ${delta}`);
  const list = [...groups.values()].sort((a, b) => Number(a[0]!.delta) - Number(b[0]!.delta));
  return (
    '<p>Statistics on samples, not a proof: the share of samples of a class that follow its NAP. Only inputs that follow ' +
    'a NAP are covered by what is proved about it.</p>' +
    `<div class="charts">${curves(series) ?? ''}${list.map(perClass).join('')}</div>`
  );
}

/** One NAP file: a dot per class with its interval for held-out data, a ring for the data it was mined from. */
function perClass(series: readonly RecallSeries[]): string {
  const main = series.find(({ heldOut }) => heldOut) ?? series[0]!;
  const others = series.filter((item) => item !== main);
  const low = axisStart(
    series.flatMap(({ points }) => points.map((point) => (point.value === null ? 1 : point.low))),
  );
  const x = (value: number): string =>
    (LEFT + ((value - low) / (1 - low)) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const height = main.points.length * ROW + 34;
  const rows = main.points.map((point, i) => {
    const y = i * ROW + 12;
    const rings = others.map((item) => ring(item.points, point.class, x, y)).join('');
    return `<text class="end" x="${LEFT - 10}" y="${y + 4}">${point.class}</text>${rings}${dot(point, x, y)}`;
  });
  const title = `Recall per class, delta ${main.delta}`;
  const keys = [
    `<span>● ${markup(`${kind(main)}: ${main.data}`)}, with 95 % intervals</span>`,
    ...others.map((item) => `<span>○ ${markup(`${kind(item)}: ${item.data}`)}</span>`),
  ];
  return chart(
    title,
    height,
    `${grid(low, x, height - 24)}${rows.join('')}`,
    series.map(numbers).join(''),
    keys,
  );
}

function dot({ value, low, high }: RecallPoint, x: (value: number) => string, y: number): string {
  if (value === null) return '';
  return (
    `<line class="interval" x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}"/>` +
    `<circle cx="${x(value)}" cy="${y}" r="4"/>`
  );
}

function ring(
  points: readonly RecallPoint[],
  label: number,
  x: (value: number) => string,
  y: number,
): string {
  const value = points.find((point) => point.class === label)?.value ?? null;
  return value === null ? '' : `<circle class="other" cx="${x(value)}" cy="${y}" r="4.5"/>`;
}

function numbers(series: RecallSeries): string {
  return dataTable(
    `Recall, delta ${series.delta}, ${kind(series)}: ${series.data}`,
    [
      { title: 'class' },
      { title: 'recall', number: true },
      { title: '95 % interval', number: true },
      { title: 'samples', number: true },
    ],
    series.points.map(({ class: label, count, of, value, low, high }) => [
      `${label}`,
      percent(value),
      `${percent(low)} to ${percent(high)}`,
      `${count} of ${of}`,
    ]),
  );
}

/** Recall of all classes together against delta; null with fewer than two deltas on the same data. */
function curves(series: readonly RecallSeries[]): string | null {
  const groups = grouped(series, (item) => `${kind(item)}: ${item.data}`);
  const lines = [...groups].flatMap(([name, list]) => {
    const points = list
      .map((item) => ({ delta: Number(item.delta), recall: overall(item) }))
      .sort((a, b) => a.delta - b.delta);
    return new Set(points.map(({ delta }) => delta)).size < 2 ? [] : [{ name, points }];
  });
  if (lines.length === 0) return null;
  const all = lines.flatMap(({ points }) => points);
  const low = axisStart(all.map(({ recall }) => recall));
  const deltas = [...new Set(all.map(({ delta }) => delta))].sort((a, b) => a - b);
  const [first, last] = [deltas[0]!, deltas[deltas.length - 1]!];
  const bottom = CURVE_HEIGHT - 44;
  const x = (delta: number): number =>
    LEFT + 20 + ((delta - first) / (last - first)) * (WIDTH - LEFT - RIGHT - 40);
  const y = (value: number): number => 10 + ((1 - value) / (1 - low)) * (bottom - 10);
  const horizontal = levels(low).map(
    (level) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(level).toFixed(1)}" y2="${y(level).toFixed(1)}"/>` +
      `<text class="end" x="${LEFT - 6}" y="${(y(level) + 4).toFixed(1)}">${Math.round(100 * level)} %</text>`,
  );
  const ticks = deltas.map(
    (delta) => `<text class="middle" x="${x(delta).toFixed(1)}" y="${bottom + 18}">${delta}</text>`,
  );
  const drawn = lines.map(({ points }, i) => {
    const path = points.map(({ delta, recall }) => [x(delta).toFixed(1), y(recall).toFixed(1)] as const);
    const dots = path.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="4"/>`);
    return `<g class="line${i % 3}"><polyline points="${path.map((at) => at.join(',')).join(' ')}"/>${dots.join('')}</g>`;
  });
  const title = 'Recall of all classes together against delta';
  return chart(
    title,
    CURVE_HEIGHT,
    `${horizontal.join('')}${ticks.join('')}<text class="middle" x="${WIDTH / 2}" y="${bottom + 36}">delta</text>${drawn.join('')}`,
    dataTable(
      title,
      [{ title: 'data' }, ...deltas.map((delta) => ({ title: `delta ${delta}`, number: true as const }))],
      lines.map(({ name, points }) => [
        markup(name),
        ...deltas.map((delta) => percent(points.find((point) => point.delta === delta)?.recall ?? null)),
      ]),
    ),
    lines.map(({ name }, i) => `<span class="key line${i % 3}">${markup(name)}</span>`),
  );
}

function kind({ heldOut }: RecallSeries): string {
  return heldOut ? 'held-out data' : 'mined from';
}

function overall({ points }: RecallSeries): number {
  const of = points.reduce((sum, point) => sum + point.of, 0);
  return of === 0 ? 0 : points.reduce((sum, point) => sum + point.count, 0) / of;
}

/** The axis starts at a round tenth below the data, and says so by its labels. */
function axisStart(values: readonly number[]): number {
  const least = values.reduce((a, b) => Math.min(a, b), 1);
  return Math.max(0, Math.min(0.9, Math.floor(least * 10) / 10));
}

/** Whole percents: the start is a multiple of a tenth. */
function levels(low: number): number[] {
  return Array.from({ length: STEPS + 1 }, (_, i) => low + (i * (1 - low)) / STEPS);
}

function grid(low: number, x: (value: number) => string, bottom: number): string {
  return levels(low)
    .map((level, i) => {
      const at = x(level);
      const anchor = i === STEPS ? 'end' : 'middle';
      return `<line class="grid" x1="${at}" x2="${at}" y1="0" y2="${bottom}"/><text class="${anchor}" x="${at}" y="${bottom + 18}">${Math.round(100 * level)} %</text>`;
    })
    .join('');
}

function chart(title: string, height: number, svg: string, tables: string, keys: readonly string[]): string {
  return (
    `<figure class="chart"><figcaption><strong>${markup(title)}</strong><span class="keys">${keys.join('')}</span></figcaption>` +
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${markup(`${title}; numbers below`)}">${svg}</svg>` +
    `${folded('Numbers', tables)}</figure>`
  );
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
