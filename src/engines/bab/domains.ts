/**
 * Branch and bound on dual ascent alone, many domains at once: for regions that are bounded from the input, where an LP of the
 * whole network costs more than thousands of ascents.
 *
 * Requires: one output constraint, bounds tightened before. Returns: a closed tree, or null at the limits. Method: the
 * newest domains are taken together; the neuron to split is the one of a few candidates whose two halves have the best
 * bounds after one step (filtered smart branching); both halves go on from the multipliers of their parent. Sound: a
 * domain closes by the float64 bound of the numbers that the proof lists. References: Wang et al. 2021 (beta-CROWN),
 * De Palma et al. 2021 (filtered smart branching).
 */
import type { Ascent, Warm } from '../../bounds/ascent/ascent.js';
import type { Bounds } from '../../bounds/interval.js';
import { type LinearForm, pushBack } from '../../bounds/push-back.js';
import type { LinStep } from '../../certificate/proof.js';
import { type Network, reluLayers, type TensorId } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import { threadMemoryBytes } from '../../util/thread-memory.js';
import type { Branch } from './branching.js';
import { childBounds, emptyLeaf, restrict } from './children.js';
import { outputForm, passList } from './leaf.js';
import type { ProofTree } from './tree.js';

export interface DomainSearch {
  readonly network: Network;
  readonly ascent: Ascent;
  readonly obligation: Obligation;
  /** performance.now() value. */
  readonly deadline: number;
  readonly maxMemoryBytes: number;
  readonly maxNodes: number;
  readonly signal: AbortSignal;
  /** After each batch: domains looked at, share closed if a domain counts half of its parent, largest bound still open. */
  readonly onBatch: (nodes: number, closedShare: number, bound: number) => void;
}

/** Domains split together. */
const WIDTH = 32;
const ITERATIONS = 40;
/** Candidates per domain, and steps that each half of one is given. */
const PAYING = 6;
const OTHERS = 2;
const TRIAL_ITERATIONS = 3;

/** A float32 bound this far below 0, in widths of the form, is one in float64 too. */
const CLEARLY = 1e-4;

/** What becomes of a domain. */
interface Slot {
  readonly branch: Branch;
  readonly low: Place;
  readonly high: Place;
}
interface Place {
  leaf: ProofTree | null;
  slot: Slot | null;
}

interface Domain {
  readonly bounds: Bounds;
  readonly depth: number;
  readonly place: Place;
  readonly warm: Warm | null;
}

/** A domain that ascent has left open. */
interface Open extends Domain {
  readonly bound: number;
  readonly candidates: readonly Branch[];
}

/** Null where limits, or a domain without open neurons, leave the tree unfinished. */
export async function searchDomains(run: DomainSearch, root: Bounds): Promise<ProofTree | null> {
  const form = outputForm(run.network, run.obligation, 1);
  const range = rangeOf(form, root);
  const top: Place = { leaf: null, slot: null };
  const evaluate = (domains: readonly Domain[]): Promise<readonly Open[] | null> =>
    closeOrRank(run, form, range, domains);
  const open = await evaluate([{ bounds: root, depth: 0, place: top, warm: null }]);
  if (open === null) return null;
  const stack: Open[] = [...open];
  let nodes = 1;
  let closedShare = 0;
  while (stack.length > 0) {
    if (ended(run, nodes)) return null;
    const batch = stack.splice(-WIDTH);
    if (batch.some(({ candidates }) => candidates.length === 0)) return null;
    const branches = await chooseBranches(run, form, range, batch);
    if (branches === null) return null;
    const children: Domain[] = [];
    batch.forEach((parent, k) => {
      const { low, high, empty } = halves(run.network, parent, branches[k]!);
      children.push(...[low, high].filter((child) => child !== null));
      nodes += 2;
      closedShare += empty * 2 ** -(parent.depth + 1);
    });
    const left = await evaluate(children);
    if (left === null) return null;
    const stillOpen = new Set(left.map(({ place }) => place));
    for (const { place, depth } of children) if (!stillOpen.has(place)) closedShare += 2 ** -depth;
    stack.push(...left);
    run.onBatch(
      nodes,
      closedShare,
      stack.reduce((worst, { bound }) => Math.max(worst, bound), -Infinity),
    );
  }
  return treeOf(run.network, top);
}

function ended({ deadline, signal, maxMemoryBytes, maxNodes }: DomainSearch, nodes: number): boolean {
  return (
    performance.now() > deadline || signal.aborted || nodes > maxNodes || threadMemoryBytes() > maxMemoryBytes
  );
}

/** Both halves; one whose interval vanished is closed at once. */
function halves(
  network: Network,
  parent: Open,
  branch: Branch,
): { readonly low: Domain | null; readonly high: Domain | null; readonly empty: number } {
  const places = { low: { leaf: null, slot: null }, high: { leaf: null, slot: null } } as Record<
    'low' | 'high',
    Place
  >;
  parent.place.slot = { branch, ...places };
  const half = (side: 'low' | 'high'): Domain | null => {
    const { bounds, empty } = childBounds(network, parent.bounds, branch, side);
    const place = places[side];
    if (empty !== null) {
      place.leaf = emptyLeaf(network, empty);
      return null;
    }
    return { bounds, depth: parent.depth + 1, place, warm: parent.warm };
  };
  const [low, high] = [half('low'), half('high')];
  return { low, high, empty: Number(low === null) + Number(high === null) };
}

/** Closes what ascent closes; the rest, with the neurons that cost its bound most. Null if the network does not fit. */
async function closeOrRank(
  run: DomainSearch,
  form: LinearForm,
  range: number,
  domains: readonly Domain[],
): Promise<readonly Open[] | null> {
  const { network, ascent } = run;
  const open: Open[] = [];
  for (let from = 0; from < domains.length; from += WIDTH) {
    const part = domains.slice(from, from + WIDTH);
    const result = await ascent.run(
      part.map(({ bounds }) => bounds),
      network.output,
      network.input,
      forms(form, range, part.length),
      {
        iterations: ITERATIONS,
        goal: -form.constant - CLEARLY * range,
        warm: part.map(({ warm }) => warm),
      },
    );
    if (result === null) return null;
    part.forEach((domain, q) => {
      const numbers = result.passes(q);
      const listed = new Map<TensorId, Float64Array>();
      const push = pushBack(network, domain.bounds, form, network.input, (layer, a, already) => {
        const p = numbers(layer, a, already);
        if (p !== undefined) listed.set(layer.output, p);
        return p;
      });
      if (push.bound < 0) {
        const step: LinStep = { rule: 'lin', weights: [1], pass: passList(network, listed) };
        domain.place.leaf = { kind: 'leaf', step };
        return;
      }
      const candidates = costliest(network, domain.bounds, push.coefficients);
      open.push({ ...domain, bound: push.bound, warm: result.warm(q), candidates });
    });
  }
  return open;
}

function forms({ coefficients }: LinearForm, range: number, count: number) {
  const rows = new Float32Array(count * coefficients.length);
  for (let q = 0; q < count; q++) rows.set(coefficients, q * coefficients.length);
  return { count, rows, range: new Float32Array(count).fill(range) };
}

/**
 * Open neurons by the height of their relaxation times the coefficient there: those that the bound pays for now (above 0),
 * then others, whose slope was chosen so that it pays nothing and whose split still frees the slope.
 */
function costliest(
  network: Network,
  bounds: Bounds,
  coefficients: readonly (Float64Array | null)[],
): readonly Branch[] {
  const paying: Branch[] = [];
  const others: Branch[] = [];
  for (const { input, output } of reluLayers(network)) {
    const [lower, upper, a] = [bounds.lower[input]!, bounds.upper[input]!, coefficients[output]];
    for (let index = 0; index < lower.length; index++) {
      const l = lower[index]!;
      const u = upper[index]!;
      if (l >= 0 || u <= 0) continue;
      const c = a?.[index] ?? 0;
      const score = Math.abs(c) * ((-l * u) / (u - l));
      (c > 0 ? paying : others).push({ tensor: input, index, at: 0, score });
    }
  }
  const best = (list: Branch[], count: number) => list.sort((p, q) => q.score - p.score).slice(0, count);
  return [...best(paying, PAYING), ...best(others, OTHERS)];
}

/** Of each domain's candidates the one whose halves gain most (product of gains), judged by a few steps of ascent. */
async function chooseBranches(
  { network, ascent }: DomainSearch,
  form: LinearForm,
  range: number,
  batch: readonly Open[],
): Promise<readonly Branch[] | null> {
  const trials = batch.flatMap(({ bounds, candidates, warm }) =>
    candidates.flatMap((branch) =>
      (['low', 'high'] as const).map((side) => {
        const half = withOwn(bounds, branch.tensor);
        restrict(half, branch, side);
        return { half, warm };
      }),
    ),
  );
  const result = await ascent.run(
    trials.map(({ half }) => half),
    network.output,
    network.input,
    forms(form, range, trials.length),
    { iterations: TRIAL_ITERATIONS, warm: trials.map(({ warm }) => warm) },
  );
  if (result === null) return null;
  let q = 0;
  return batch.map(({ bound, candidates }) => {
    let best: { readonly branch: Branch; readonly gain: number } | null = null;
    for (const branch of candidates) {
      const gains = [q, q + 1].map((at) =>
        Math.max(1e-6 * range, bound - Math.max(0, result.bound[at]! + form.constant)),
      );
      q += 2;
      const gain = gains[0]! * gains[1]!;
      if (best === null || gain > best.gain) best = { branch, gain };
    }
    return best!.branch;
  });
}

/** The same bounds, with arrays of their own for one tensor. */
function withOwn({ lower, upper }: Bounds, tensor: TensorId): Bounds {
  const own = (all: readonly Float64Array[]) => all.map((v, id) => (id === tensor ? v.slice() : v));
  return { lower: own(lower), upper: own(upper) };
}

/** Width of the form's interval: the unit of its multipliers' steps. */
function rangeOf({ tensor, coefficients }: LinearForm, bounds: Bounds): number {
  let width = 0;
  coefficients.forEach((c, i) => {
    if (c !== 0) width += Math.abs(c) * (bounds.upper[tensor]![i]! - bounds.lower[tensor]![i]!);
  });
  return Number.isFinite(width) && width > 0 ? width : 1;
}

/** Iterative, since trees may be deep. Every place is filled once no domain is open. */
function treeOf(network: Network, top: Place): ProofTree {
  const order: Place[] = [];
  const open: Place[] = [top];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    order.push(place);
    if (place.slot !== null) open.push(place.slot.low, place.slot.high);
  }
  for (const place of order.reverse()) {
    if (place.slot === null) continue;
    const { branch, low, high } = place.slot;
    const { tensor, index, at } = branch;
    const step = { rule: 'split', tensor: network.tensors[tensor]!.name, index, at } as const;
    place.leaf = { kind: 'split', step, low: low.leaf!, high: high.leaf! };
  }
  return top.leaf!;
}
