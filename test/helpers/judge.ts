/** One obligation, one engine, the truth: is the answer right, and is an unknown one that may be? */
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
  /** An unknown where the network is small enough to decide and nothing excuses it. */
  readonly undecided: boolean;
}

/**
 * `unsat` needs an empty closed region (the contradiction of two NAPs, which is about literals as mined, may leave their
 * common boundary) and a proof that the checker accepts, without holes unless a MILP solver is believed. `sat` needs a
 * point that is genuine in exact arithmetic. `unknown` is excused on boundaries, where no point has room for rounding
 * (`thin`), and on unbounded inputs, where relaxations may have no multipliers that are exactly zero.
 */
export async function judge(
  harness: Harness,
  obligation: Obligation,
  options: HarnessOptions,
  truth: Truth = bruteForce(harness.network, obligation),
): Promise<Judgement> {
  const { decision, engine } = await harness.decide(obligation, options);
  const unbounded = [...obligation.box.lower, ...obligation.box.upper].some((end) => !Number.isFinite(end));
  const judged = { truth: truth.kind, verdict: decision.verdict, undecided: false };
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
    case 'unknown': {
      const clear = truth.kind === 'empty' || (truth.kind === 'open' && truth.depth > 1e-6);
      return { ...judged, fault: null, undecided: clear && !unbounded };
    }
  }
}

export interface Tally {
  readonly triples: number;
  /** Wrong answers, each named by its seed. */
  readonly faults: readonly string[];
  /** Undecided without excuse, each named by its seed. */
  readonly undecided: readonly string[];
  /** `truth -> verdict` to count. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface SeedRange {
  readonly from: number;
  readonly to: number;
  readonly claimsPerNetwork?: number;
}

/** Judges every obligation of the random claims of a range of seeds with each of the engines. */
export async function judgeSeeds(
  { from, to, claimsPerNetwork = 3 }: SeedRange,
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
      const { obligations, text } = randomClaim(random, harness, tiny.classes);
      for (const obligation of obligations) {
        const truth = bruteForce(harness.network, obligation);
        for (const options of engines) {
          const name = `seed ${seed}, claim ${claim}, ${obligation.id}, ${options.engine} ${options.solver ?? ''} (${tiny.text}; ${text})`;
          const result = await judge(harness, obligation, options, truth).catch((error: unknown) => ({
            truth: truth.kind,
            verdict: 'crash',
            fault: `crash: ${String(error)}`,
            undecided: false,
          }));
          triples++;
          if (result.fault !== null) faults.push(`${name}: ${result.fault}`);
          if (result.undecided) undecided.push(`${name}: the region is ${result.truth}`);
          const key = `${result.truth} -> ${result.verdict}`;
          counts[key] = (counts[key] ?? 0) + 1;
        }
      }
    }
    await harness.close();
  }
  await closeSolvers();
  return { triples, faults, undecided, counts };
}
