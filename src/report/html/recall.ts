/** How many inputs follow the NAPs: per class with 95 % intervals, and against delta where there are several. */
import { markup } from '../escape.js';
import type { RecallSeries } from '../exhibit.js';
import { percent } from '../format.js';
import { dataTable, folded } from './elements.js';

const WIDTH = 640;
const LEFT = 44;
const RIGHT = 16;
const ROW = 22;
const CURVE_HEIGHT = 240;
const STEPS = 4;

export function recallFigures(series: readonly RecallSeries[]): string {
  const curve = curves(series);
  return (
    '<p>Statistics on samples, not a proof: the share of samples of a class that follow its NAP. Only inputs that follow ' +
    'a NAP are covered by what is proved about it.</p>' +
    `<div class="charts">${curve ?? ''}${series.map(perClass).join('')}</div>`
  );
}

/** A dot per class with the Wilson interval as a line. */
function perClass(series: RecallSeries): string {
  const { points, delta, data, heldOut } = series;
  const low = axisStart(points.map((point) => point.low));
  const x = (value: number): string =>
    (LEFT + ((value - low) / (1 - low)) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const height = points.length * ROW + 34;
  const rows = points.map(({ class: label, value, low: from, high: to }, i) => {
    const y = i * ROW + 14;
    const name = `<text class="end" x="${LEFT - 10}" y="${y + 4}">${label}</text>`;
    if (value === null) return name;
    return (
      `${name}<line class="interval" x1="${x(from)}" x2="${x(to)}" y1="${y}" y2="${y}"/>` +
      `<circle cx="${x(value)}" cy="${y}" r="4.5"/>`
    );
  });
  const title = `Recall per class, delta ${delta}, ${heldOut ? 'held-out' : 'mining'} data: ${data}`;
  return chart(
    title,
    height,
    `${grid(low, x, height - 24)}${rows.join('')}`,
    dataTable(
      title,
      [
        { title: 'class' },
        { title: 'recall', number: true },
        { title: '95 %', number: true },
        { title: 'samples', number: true },
      ],
      points.map(({ class: label, count, of, value, low: from, high: to }) => [
        `${label}`,
        percent(value),
        `${percent(from)} to ${percent(to)}`,
        `${count} of ${of}`,
      ]),
    ),
  );
}

/** Recall of all classes together against delta; null with fewer than two deltas on the same data. */
function curves(series: readonly RecallSeries[]): string | null {
  const groups = new Map<string, RecallSeries[]>();
  for (const item of series) {
    const key = `${item.heldOut ? 'held-out' : 'mining'} data: ${item.data}`;
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
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
  const bottom = CURVE_HEIGHT - 40;
  const x = (delta: number): number =>
    LEFT + 20 + ((delta - first) / (last - first)) * (WIDTH - LEFT - RIGHT - 40);
  const y = (value: number): number => 10 + ((1 - value) / (1 - low)) * (bottom - 10);
  const levels = Array.from({ length: STEPS + 1 }, (_, i) => low + (i * (1 - low)) / STEPS);
  const horizontal = levels.map(
    (level) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(level).toFixed(1)}" y2="${y(level).toFixed(1)}"/>` +
      `<text class="end" x="${LEFT - 6}" y="${(y(level) + 4).toFixed(1)}">${Math.round(100 * level)} %</text>`,
  );
  const ticks = deltas.map(
    (delta) => `<text class="middle" x="${x(delta).toFixed(1)}" y="${bottom + 18}">${delta}</text>`,
  );
  const drawn = lines.map(({ points }, i) => {
    const path = points.map(({ delta, recall }) => `${x(delta).toFixed(1)},${y(recall).toFixed(1)}`);
    const dots = path.map((at) => `<circle cx="${at.split(',')[0]}" cy="${at.split(',')[1]}" r="4.5"/>`);
    return `<g class="line${i % 3}"><polyline points="${path.join(' ')}"/>${dots.join('')}</g>`;
  });
  const legend = lines
    .map(({ name }, i) => `<span class="key line${i % 3}">${markup(name)}</span>`)
    .join(' ');
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
    legend,
  );
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

function grid(low: number, x: (value: number) => string, bottom: number): string {
  return Array.from({ length: STEPS + 1 }, (_, i) => {
    const value = low + (i * (1 - low)) / STEPS;
    const at = x(value);
    const anchor = i === STEPS ? 'end' : 'middle';
    return `<line class="grid" x1="${at}" x2="${at}" y1="0" y2="${bottom}"/><text class="${anchor}" x="${at}" y="${bottom + 18}">${(100 * value).toFixed(0)} %</text>`;
  }).join('');
}

function chart(title: string, height: number, svg: string, table: string, legend = ''): string {
  return (
    `<figure class="chart"><figcaption>${markup(title)} ${legend}</figcaption>` +
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${markup(`${title}; numbers below`)}">${svg}</svg>` +
    `${folded('Numbers', table)}</figure>`
  );
}
