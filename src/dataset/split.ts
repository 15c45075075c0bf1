/** Deterministic selections of samples: `--split`, `--limit`, and subsets by index. */
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import { type Dataset, indexRange } from './dataset.js';

/**
 * The samples with these indices, in this order. The digest is the SHA-256 of the text
 * `napcert-subset-1`, the parent's digest and the SHA-256 of the indices (decimal, joined by commas), one
 * line each ending in a newline: how the selection was named does not enter.
 *
 * @param selection the selection in words, for reports
 * @throws InputError when empty, or an index is out of range or repeated
 */
export function subset(dataset: Dataset, indices: ArrayLike<number>, selection: string): Dataset {
  const chosen = checkedIndices(dataset, indices, selection);
  const gather = (rows: ArrayLike<number>): Float64Array =>
    dataset.gather(Int32Array.from(rows, (row) => within(chosen, row)));
  return Object.freeze({
    ...dataset,
    count: chosen.length,
    digest: sha256(`napcert-subset-1\n${dataset.digest}\n${sha256(chosen.join(','))}\n`),
    selection: dataset.selection === 'all' ? selection : `${dataset.selection}, ${selection}`,
    labels: chosen.map((index) => dataset.labels[index]!),
    gather,
    batch: (from: number, to: number) => dataset.gather(chosen.subarray(...checkedRange(from, to, chosen))),
  });
}

/** At most the first `limit` samples; the dataset itself when it has no more. */
export function limitSamples(dataset: Dataset, limit: number): Dataset {
  if (!Number.isInteger(limit) || limit <= 0) {
    throw new InputError('the limit selects no samples', {
      place: '--limit',
      expected: 'an integer of at least 1',
      found: String(limit),
    });
  }
  if (limit >= dataset.count) return dataset;
  return subset(dataset, indexRange(0, limit, dataset.count), `limit ${limit}`);
}

/**
 * The part of a dataset that `--split` names: `first:N`, `last:N`, `FROM:TO` (indices from 0, TO
 * exclusive), `mine` or `heldout` (see `heldoutIndices`).
 * @throws InputError on other text and on more samples than there are
 */
export function splitSamples(dataset: Dataset, text: string): Dataset {
  return subset(dataset, splitIndices(dataset, text), `split ${text}`);
}

/** Indices that a split names, ascending. Errors as `splitSamples`. */
export function splitIndices(dataset: Dataset, text: string): Int32Array {
  if (text === 'mine' || text === 'heldout') {
    const heldout = new Set(heldoutIndices(dataset.labels));
    return indexRange(0, dataset.count, dataset.count).filter((i) => heldout.has(i) === (text === 'heldout'));
  }
  const match = /^(first|last|\d{1,9}):(\d{1,9})$/.exec(text);
  if (match === null) {
    throw new InputError('the split is not understood', {
      place: '--split',
      expected: 'first:N, last:N, FROM:TO, mine or heldout',
      found: JSON.stringify(text),
    });
  }
  const { count } = dataset;
  const end = Number(match[2]);
  const [from, to] =
    match[1] === 'first' ? [0, end] : match[1] === 'last' ? [count - end, count] : [Number(match[1]), end];
  if (from < 0 || to > count || from >= to) {
    throw new InputError('the split selects samples that do not exist, or none', {
      place: '--split',
      expected: `a part of the ${count} samples of ${dataset.name}`,
      found: text,
    });
  }
  return indexRange(from, to, count);
}

/**
 * The fixed stratified fifth that `heldout` names; `mine` is all the rest. Within each class the samples
 * are ordered by `mix(index)`, and the first floor(n / 5) of its n samples are held out: an exact integer
 * rule that depends only on labels and their order. Both parts keep the dataset's order.
 *
 * @returns ascending indices
 */
export function heldoutIndices(labels: Int32Array): Int32Array {
  const byClass = new Map<number, number[]>();
  labels.forEach((label, index) => {
    const list = byClass.get(label);
    if (list === undefined) byClass.set(label, [index]);
    else list.push(index);
  });
  const chosen = [...byClass.values()].flatMap((list) =>
    list.sort((a, b) => mix(a) - mix(b)).slice(0, Math.floor(list.length / 5)),
  );
  return Int32Array.from(chosen).sort();
}

/**
 * A fixed bijection of 32-bit integers (MurmurHash3's finalizer after adding the seed 0x9e3779b9), so
 * that two indices never tie.
 */
export function mix(index: number): number {
  let h = (index + 0x9e3779b9) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function checkedIndices(dataset: Dataset, indices: ArrayLike<number>, selection: string): Int32Array {
  if (indices.length === 0) {
    throw new InputError('the selection is empty', {
      file: dataset.name,
      place: selection,
      expected: 'at least one sample',
      found: 'none',
    });
  }
  const seen = new Set<number>();
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= dataset.count || seen.has(index)) {
      throw new InputError('the selection names a sample that does not exist or names it twice', {
        file: dataset.name,
        place: selection,
        expected: `different indices from 0 to ${dataset.count - 1}`,
        found: String(index),
      });
    }
    seen.add(index);
  }
  return Int32Array.from(indices);
}

function within(chosen: Int32Array, row: number): number {
  const index = chosen[row];
  if (index === undefined) throw new RangeError(`sample ${row} of ${chosen.length}`);
  return index;
}

function checkedRange(from: number, to: number, chosen: Int32Array): [number, number] {
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= chosen.length)) {
    throw new RangeError(`batch ${from}..${to} of ${chosen.length} samples`);
  }
  return [from, to];
}
