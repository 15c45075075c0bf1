/** One obligation, one engine, the truth: is the answer right, and is an unknown one that may be? */
import { intervalBounds } from '../../src/bounds/interval.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { closeSolvers } from '../../src/solvers/solve.js';
import { bruteForce, type Truth } from './brute-force.js';
import { type Harness, type HarnessOptions, openHarness, pointIsGenuine } from './engine-harness.js';
import { seeded } from './random.js';
import { randomClaim } from './random-claims.js';
import { type NetworkOptions, tinyNetwork } from './random-networks.js';

export interface Judgement {
  readonly truth: Truth['kind'];
  readonly verdict: 'unsat' | 'sat' | 'unknown';
  /** Null if the answer is right. */
  readonly fault: string | null;
  /** Why an unknown is in order here; `none` if it is not. Null for verdicts. */
  readonly excuse: Excuse | 'none' | null;
}

/**
 * `boundary`: all points are on the boundary of an active literal. `thin`: no point has room for rounding. `unbounded`:
 * relaxations over unbounded inputs may have no multipliers that are exactly zero. `max layer`: its relaxation is weak
 * and splitting by value slow. `magnitude`: bounds beyond 1e9, where LP tolerances hide everything.
 */
export type Excuse = 'boundary' | 'thin' | 'unbounded' | 'max layer' | 'magnitude';

/**
 * `unsat` needs an empty closed region (the contradiction of two NAPs, which is about literals as mined, may leave their
 * common boundary) and a proof that the checker accepts, without holes unless a MILP solver is believed. `sat` needs a
 * point that is genuine in exact arithmetic. `unknown` needs an excuse.
 */
export async function judge(
  harness: Harness,
  obligation: Obligation,
  options: HarnessOptions,
  truth: Truth = bruteForce(harness.network, obligation),
): Promise<Judgement> {
  const { decision, engine } = await harness.decide(obligation, options);
  const judged = { truth: truth.kind, verdict: decision.verdict, excuse: null };
  switch (decision.verdict) {
    case 'unsat': {
      const mayBe = truth.kind === 'empty' || (engine === 'syntactic' && truth.kind === 'boundary');
      if (!mayBe) return { ...judged, fault: `unsat by ${engine}, but the region is ${truth.kind}` };
      const { rejected, holes } = harness.check(obligation, decision);
      if (rejected !== null) return { ...judged, fault: `the checker rejects the proof: ${rejected}` };
      const trusted = options.engine === 'milp' ? 1 : 0;
      return { ...judged, fault: holes > trusted ? `a proof with ${holes} holes` : null };
    }
    case 'sat': {
      const genuine = pointIsGenuine(harness.network, obligation, decision.confirmed.point);
      if (!genuine) return { ...judged, fault: 'sat with a point outside the region' };
      const exists = truth.kind === 'thin' || truth.kind === 'open';
      return { ...judged, fault: exists ? null : `sat, but the region is ${truth.kind}` };
    }
    case 'unknown':
      return { ...judged, fault: null, excuse: excuseFor(harness, obligation, truth) };
  }
}

function excuseFor({ network }: Harness, { box, naps }: Obligation, truth: Truth): Excuse | 'none' {
  if (truth.kind === 'boundary') return 'boundary';
  if (truth.kind === 'thin' || (truth.kind === 'open' && truth.depth <= 1e-6)) return 'thin';
  if ([...box.lower, ...box.upper].some((end) => !Number.isFinite(end))) return 'unbounded';
  const { bounds } = intervalBounds(network, box, naps);
  const ends = [...bounds.lower, ...bounds.upper].flatMap((values) => [...values]);
  if (ends.some((end) => Math.abs(end) > 1e9)) return 'magnitude';
  return network.layers.some(({ kind }) => kind === 'max') ? 'max layer' : 'none';
}

export interface Tally {
  readonly triples: number;
  /** Wrong answers, each named by its seed. */
  readonly faults: readonly string[];
  /** Unknown without excuse, each named by its seed. */
  readonly undecided: readonly string[];
  /** `truth -> verdict (excuse)` to count. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface SeedRange {
  readonly from: number;
  readonly to: number;
  readonly claimsPerNetwork?: number;
  /** Claims about the orthant, for networks without biases. */
  readonly orthant?: boolean;
}

/** Judges every obligation of the random claims of a range of seeds with each of the engines. */
export async function judgeSeeds(
  { from, to, claimsPerNetwork = 3, orthant = false }: SeedRange,
  network: NetworkOptions,
  engines: readonly HarnessOptions[],
): Promise<Tally> {
  const faults: string[] = [];
  const undecided: string[] = [];
  const counts: Record<string, number> = {};
  let triples = 0;
  for (let seed = from; seed < to; seed++) {
    const random = seeded(seed);
    const tiny = tinyNetwork(random, network);
    const harness = await openHarness(tiny.bytes);
    for (let claim = 0; claim < claimsPerNetwork; claim++) {
      const { obligations, text } = randomClaim(random, harness, tiny.classes, orthant);
      for (const obligation of obligations) {
        const truth = bruteForce(harness.network, obligation);
        for (const options of engines) {
          const name = `seed ${seed}, claim ${claim}, ${obligation.id}, ${options.engine} ${options.solver ?? ''} (${tiny.text}; ${text})`;
          const result = await judge(harness, obligation, options, truth).catch((error: unknown) => ({
            truth: truth.kind,
            verdict: 'crash',
            fault: `crash: ${String(error)}`,
            excuse: null,
          }));
          triples++;
          if (result.fault !== null) faults.push(`${name}: ${result.fault}`);
          if (result.excuse === 'none') undecided.push(`${name}: the region is ${result.truth}`);
          const key = `${result.truth} -> ${result.verdict}${result.excuse === null ? '' : ` (${result.excuse})`}`;
          counts[key] = (counts[key] ?? 0) + 1;
        }
      }
    }
    await harness.close();
  }
  await closeSolvers();
  return { triples, faults, undecided, counts };
}
