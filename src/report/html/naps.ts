/** NAPs as heat maps: one map per layer, a row per class, a column per neuron. */

import { markup } from '../escape.js';
import type { Exhibit } from '../exhibit.js';
import { counted } from '../format.js';
import { dataTable, folded, scrollBox } from './elements.js';

/** More neurons than this share columns; a column then shows the share of its neurons. */
const COLUMNS = 256;
/** Strengths of a column in which only some neurons are literals. */
const LEVELS = 4;
const ROW = 12;
const GAP = 2;
const LABEL = 26;

interface Layer {
  readonly tensor: string;
  readonly neurons: number;
}

/** Null where the certificate has no NAPs. */
export function napMaps({ naps, layers: known }: Exhibit): string | null {
  if (naps.length === 0) return null;
  const layers = known.length > 0 ? known : layersOf(naps);
  const figures = layers.map((layer) => figure(layer, naps));
  const rows = naps.map(({ class: label, literals }) => [
    `${label}`,
    ...layers.map(({ tensor }) => {
      const found = literals.find((list) => list.tensor === tensor);
      return `${found?.active.length ?? 0} on, ${found?.inactive.length ?? 0} off`;
    }),
  ]);
  const columns = [{ title: 'class' }, ...layers.map(({ tensor }) => ({ title: tensor }))];
  return (
    '<p class="legend"><span class="swatch on"></span> required on <span class="swatch off"></span> required off ' +
    '<span class="swatch free"></span> free</p>' +
    `<div class="maps">${figures.join('')}</div>` +
    folded('Literals in numbers', dataTable('Literals per class and layer', columns, rows))
  );
}

function figure({ tensor, neurons }: Layer, naps: Exhibit['naps']): string {
  const per = Math.max(1, Math.ceil(neurons / COLUMNS));
  const columns = Math.ceil(neurons / per);
  const height = naps.length * (ROW + GAP);
  const paths = new Map<string, string[]>();
  naps.forEach(({ literals }, row) => {
    const found = literals.find((list) => list.tensor === tensor);
    if (found === undefined) return;
    const balance = balances(found, columns, per);
    balance.forEach((value, column) => {
      if (value === 0) return;
      const width = Math.min(per, neurons - column * per);
      const level = Math.max(1, Math.ceil((LEVELS * Math.abs(value)) / width));
      const key = `${value > 0 ? 'on' : 'off'} l${level}`;
      const path = paths.get(key) ?? [];
      paths.set(key, path);
      path.push(`M${column} ${row * (ROW + GAP)}h1v${ROW}h-1z`);
    });
  });
  const drawn = [...paths].map(([key, path]) => `<path class="${key}" d="${path.join('')}"/>`);
  const total = naps.reduce((sum, { literals }) => {
    const found = literals.find((list) => list.tensor === tensor);
    return sum + (found === undefined ? 0 : found.active.length + found.inactive.length);
  }, 0);
  const share = (100 * total) / Math.max(1, naps.length * neurons);
  const about = `${tensor}: ${counted(neurons, 'neuron')}, ${share.toFixed(0)} % of them required${per > 1 ? `; ${per} to a column` : ''}`;
  const labels = naps
    .map(
      ({ class: label }, row) => `<text x="${LABEL - 8}" y="${row * (ROW + GAP) + ROW - 2}">${label}</text>`,
    )
    .join('');
  const map =
    `<div class="map"><svg class="labels" width="${LABEL}" height="${height}" aria-hidden="true">${labels}</svg>` +
    `<svg class="cells" viewBox="0 0 ${columns} ${height}" height="${height}" preserveAspectRatio="none" role="img" aria-label="${markup(about)}">` +
    `<rect class="ground" width="${columns}" height="${height}"/>${drawn.join('')}</svg></div>`;
  return `<figure>${scrollBox(about, map)}<figcaption>${markup(about)}</figcaption></figure>`;
}

/** Per column: neurons required on minus neurons required off. */
function balances(
  { active, inactive }: { readonly active: readonly number[]; readonly inactive: readonly number[] },
  columns: number,
  per: number,
): number[] {
  const balance = new Array<number>(columns).fill(0);
  for (const i of active) balance[Math.floor(i / per)]!++;
  for (const i of inactive) balance[Math.floor(i / per)]!--;
  return balance;
}

/** Without the model: as many neurons as the literals name. */
function layersOf(naps: Exhibit['naps']): Layer[] {
  const sizes = new Map<string, number>();
  for (const { tensor, active, inactive } of naps.flatMap(({ literals }) => literals)) {
    const last = Math.max(
      sizes.get(tensor) ?? 0,
      ...[...active.slice(-1), ...inactive.slice(-1)].map((i) => i + 1),
    );
    sizes.set(tensor, last);
  }
  return [...sizes].map(([tensor, neurons]) => ({ tensor, neurons }));
}
