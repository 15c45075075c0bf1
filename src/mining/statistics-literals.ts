/** What a careful reader asks about literals: which ones cost recall, how sure they are, and how undecided layers are. */
import { cutOffs, type Delta } from '../nap/delta.js';
import { ACTIVE, FREE, type Nap } from '../nap/nap.js';
import { type Network, neuronBlocks } from '../network/network.js';
import { type ActivationCounts, classOf, type GroupingChoice } from './count-activations.js';
import { literalMasks, type PatternTable } from './patterns.js';
import { wilsonLow } from './wilson.js';

/** A literal by its place in the network, with the samples of the class that violate it. */
export interface LiteralCost {
  readonly tensor: string;
  readonly index: number;
  readonly phase: 'active' | 'inactive';
  /** Samples of the class that violate this literal. */
  readonly violated: number;
  /** Those that violate no other: what recall would gain if only this literal were dropped. */
  readonly alone: number;
}

export interface RecallLoss {
  /** Samples of the class that do not follow the NAP. */
  readonly lost: number;
  /** Those of them that violate a single literal. */
  readonly byOneLiteral: number;
  /** The costliest literals, those that are violated alone most often first. */
  readonly literals: readonly LiteralCost[];
}

/** Which literals of a NAP carry its loss of recall on the samples that the choice assigns to its class. */
export function recallLoss(
  network: Network,
  table: PatternTable,
  nap: Nap,
  choice: GroupingChoice,
  most: number,
): RecallLoss {
  const masks = literalMasks(nap.phases);
  const violated = new Int32Array(table.neurons);
  const alone = new Int32Array(table.neurons);
  let lost = 0;
  let byOneLiteral = 0;
  for (let sample = 0; sample < table.count; sample++) {
    if (classOf(table.labels[sample]!, table.predictions[sample]!, choice) !== nap.class) continue;
    let violations = 0;
    let last = -1;
    for (let word = 0; word < table.words; word++) {
      const pattern = table.bits[sample * table.words + word]!;
      let wrong = (masks.active[word]! & ~pattern) | (masks.inactive[word]! & pattern);
      for (; wrong !== 0; wrong &= wrong - 1) {
        last = (word << 5) + 31 - Math.clz32(wrong & -wrong);
        violated[last]!++;
        violations++;
      }
    }
    if (violations > 0) lost++;
    if (violations === 1) {
      byOneLiteral++;
      alone[last]!++;
    }
  }
  const order = [...violated.keys()]
    .filter((neuron) => violated[neuron]! > 0)
    .sort((a, b) => alone[b]! - alone[a]! || violated[b]! - violated[a]! || a - b);
  const blocks = neuronBlocks(network);
  const literals = order.slice(0, most).map((neuron): LiteralCost => {
    const { tensor, offset } = blocks.findLast((block) => block.offset <= neuron)!;
    return {
      tensor: tensor.name,
      index: neuron - offset,
      phase: nap.phases[neuron] === ACTIVE ? 'active' : 'inactive',
      violated: violated[neuron]!,
      alone: alone[neuron]!,
    };
  });
  return { lost, byOneLiteral, literals };
}

export interface LayerEntropy {
  readonly tensor: string;
  readonly neurons: number;
  /** Mean over the neurons, in bits: of the phase of a sample of any class. */
  readonly overall: number;
  /** The same within a class, mean over the classes that have samples: what knowing the class leaves open. */
  readonly withinClass: number;
}

/** Entropy of the phases, layer by layer, from activation counts. 1 bit: on in half of the samples; 0: always the same. */
export function layerEntropy(network: Network, { support, active }: ActivationCounts): LayerEntropy[] {
  const total = support.reduce((sum, samples) => sum + samples, 0);
  const classes = [...support.keys()].filter((label) => support[label]! > 0);
  return neuronBlocks(network).map(({ tensor, offset, size }) => {
    let overall = 0;
    let within = 0;
    for (let neuron = offset; neuron < offset + size; neuron++) {
      let on = 0;
      for (const label of classes) {
        on += active[label]![neuron]!;
        within += binaryEntropy(active[label]![neuron]! / support[label]!);
      }
      overall += binaryEntropy(on / total);
    }
    return {
      tensor: tensor.name,
      neurons: size,
      overall: overall / size,
      withinClass: within / (size * classes.length),
    };
  });
}

function binaryEntropy(p: number): number {
  return p > 0 && p < 1 ? -(p * Math.log2(p) + (1 - p) * Math.log2(1 - p)) : 0;
}

/** How far the literals of one delta speak about more than the samples they were mined from. */
export interface LiteralConfidence {
  /** Neuron and class pairs that were tested for being a literal. */
  readonly tests: number;
  readonly literals: number;
  /**
   * Literals whose frequency is at least delta with 95 % confidence for all of them together: one-sided Wilson bounds
   * at the level 5 % / tests (Bonferroni). None can be at delta 1.
   */
  readonly confirmed: number;
  /** Literals whose frequency in the held-out samples of the class is below delta; null without held-out samples. */
  readonly belowOnHeldOut: number | null;
}

/** Tests all neurons of all NAPs; see {@link LiteralConfidence}. */
export function literalConfidence(
  naps: readonly Nap[],
  delta: Delta,
  mining: ActivationCounts,
  heldOut: ActivationCounts | null,
): LiteralConfidence {
  const tests = naps.reduce((sum, { phases }) => sum + phases.length, 0);
  const z = normalQuantile(1 - 0.05 / Math.max(1, tests));
  const required = Number(delta.numerator) / Number(delta.denominator);
  let literals = 0;
  let confirmed = 0;
  let below = 0;
  for (const { class: label, phases } of naps) {
    const samples = mining.support[label]!;
    const fresh = heldOut?.support[label] ?? 0;
    const needed = fresh === 0 ? 0 : cutOffs(delta, fresh).activeFrom;
    phases.forEach((phase, neuron) => {
      if (phase === FREE) return;
      literals++;
      const agreeing = (counts: ActivationCounts, of: number): number =>
        phase === ACTIVE ? counts.active[label]![neuron]! : of - counts.active[label]![neuron]!;
      if (wilsonLow(agreeing(mining, samples), samples, z) >= required) confirmed++;
      if (heldOut !== null && fresh > 0 && agreeing(heldOut, fresh) < needed) below++;
    });
  }
  return { tests, literals, confirmed, belowOnHeldOut: heldOut === null ? null : below };
}

/**
 * Upper quantile of the standard normal distribution for p > 1/2, by bisection of its tail, which is integrated with
 * the continued fraction of Laplace (accurate to more digits than a confidence level deserves).
 */
export function normalQuantile(p: number): number {
  const tail = 1 - p;
  let low = 0;
  let high = 40;
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (normalTail(middle) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function normalTail(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x < 2) {
    // Series of the integral from 0 to x.
    let term = x;
    let sum = x;
    for (let n = 1; n < 60; n++) {
      term *= (x * x) / (2 * n + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / (x + fraction);
  return density / (x + fraction);
}

/** Followers of one NAP whose label or prediction is not its class. */
export interface ConfusionFollowers {
  readonly class: number;
  readonly label: number;
  readonly prediction: number;
  readonly count: number;
}

/** Followers by NAP, label and prediction, without those for whom all three agree; the most frequent first. */
export function confusionFollowers(
  table: PatternTable,
  naps: readonly Nap[],
  follows: readonly Uint8Array[],
): ConfusionFollowers[] {
  const counts = new Map<number, number>();
  naps.forEach((nap, position) => {
    follows[position]!.forEach((follower, sample) => {
      const label = table.labels[sample]!;
      const prediction = table.predictions[sample]!;
      if (follower === 0 || (label === nap.class && prediction === nap.class)) return;
      const key = (nap.class * table.classes + label) * table.classes + prediction;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    });
  });
  return [...counts]
    .map(([key, count]) => ({
      class: Math.floor(key / table.classes ** 2),
      label: Math.floor(key / table.classes) % table.classes,
      prediction: key % table.classes,
      count,
    }))
    .sort(
      (a, b) => b.count - a.count || a.class - b.class || a.label - b.label || a.prediction - b.prediction,
    );
}
