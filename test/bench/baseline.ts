/**
 * The recorded baseline: times as multiples of what this machine's matrix products take, so that machines of different
 * speed, and busy ones, compare. A loss of more than 20 % is named.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rounded } from './prove-and-check.js';

const PATH = fileURLToPath(new URL('baseline.json', import.meta.url));
const LOSS = 1.2;

export interface Baseline {
  readonly format: 'napcert-bench-baseline/1';
  readonly machine: { readonly cpu: string; readonly cpus: number; readonly node: string };
  /** GFLOP/s of the float32 product of two 512 x 512 matrices, one thread. */
  readonly matMulGflops: number;
  /** Seconds times GFLOP/s: how many GFLOP of products would have taken as long. */
  readonly work: Readonly<Record<string, number>>;
}

export function calibrated(
  seconds: Readonly<Record<string, number>>,
  gflops: number,
): Record<string, number> {
  return Object.fromEntries(Object.entries(seconds).map(([name, value]) => [name, rounded(value * gflops)]));
}

export function recordBaseline(baseline: Baseline): void {
  writeFileSync(PATH, `${JSON.stringify(baseline, null, 2)}\n`);
}

/** One row per measurement, with its ratio to the baseline; empty without a baseline. */
export function compareWithBaseline(work: Readonly<Record<string, number>>): {
  readonly name: string;
  readonly now: number;
  readonly baseline: number;
  readonly ratio: number;
  readonly note: string;
}[] {
  if (!existsSync(PATH)) return [];
  const baseline = JSON.parse(readFileSync(PATH, 'utf8')) as Baseline;
  return Object.entries(work).flatMap(([name, now]) => {
    const before = baseline.work[name];
    if (before === undefined || before === 0) return [];
    const ratio = rounded(now / before);
    return [{ name, now, baseline: before, ratio, note: ratio > LOSS ? 'SLOWER' : '' }];
  });
}
