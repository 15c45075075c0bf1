/** Random NAPs, domains and properties for a tiny network, compiled to obligations. */
import type { Phases } from '../../src/nap/nap.js';
import { forward } from '../../src/network/forward.js';
import { type Network, neuronBlocks, neuronCount } from '../../src/network/network.js';
import { type ClaimContext, compileProperty } from '../../src/obligation/compile.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { witnessRegions } from '../../src/obligation/regions.js';
import type { Domain, Property } from '../../src/spec/property.js';
import type { Harness } from './engine-harness.js';
import type { Random } from './random.js';

export interface RandomClaim {
  readonly context: ClaimContext;
  readonly property: Property;
  readonly obligations: readonly Obligation[];
  readonly text: string;
}

export function randomClaim(
  random: Random,
  harness: Pick<Harness, 'network' | 'claimContext'>,
  classes: number,
  orthant = false,
): RandomClaim {
  const { network } = harness;
  const { domain, text: domainText } = orthant
    ? ({ domain: { kind: 'orthant' }, text: 'orthant' } as const)
    : randomDomain(random, network);
  const naps = new Map<number, Phases>();
  const first = randomNap(random, network, domain);
  naps.set(0, first.phases);
  const second = randomNap(random, network, domain);
  naps.set(1, second.phases);
  const context = harness.claimContext({ domain, naps });
  const property = randomProperty(random, network, classes, domain);
  const texts = property.kind === 'non-ambiguity' ? `${first.text} and ${second.text}` : first.text;
  const obligations = [
    ...compileProperty(context, property),
    ...(random.chance(0.3) ? witnessRegions(context, property).map(({ region }) => region) : []),
  ];
  return { context, property, obligations, text: `${property.kind}, ${domainText}, NAP ${texts}` };
}

function randomDomain(random: Random, network: Network): { readonly domain: Domain; readonly text: string } {
  const size = network.tensors[network.input]!.size;
  const kind = random.pick(['unit', 'dyadic', 'dyadic', 'decimal', 'point', 'flat', 'tiny', 'unbounded']);
  const box = (side: (i: number) => readonly [number, number]): Domain => {
    const sides = Array.from({ length: size }, (_, i) => side(i));
    return { kind: 'box', lower: sides.map(([l]) => l), upper: sides.map(([, u]) => u) };
  };
  const dyadic = (): number => random.int(-16, 16) / 8;
  switch (kind) {
    case 'unit':
      return { domain: { kind: 'box', lower: 0, upper: 1 }, text: kind };
    case 'decimal':
      return {
        domain: { kind: 'box', lower: -random.int(0, 9) / 10, upper: random.int(0, 20) / 10 },
        text: kind,
      };
    case 'point': {
      return { domain: box(() => pair(dyadic(), 0)), text: kind };
    }
    case 'flat': {
      const fixed = random.int(0, size - 1);
      return { domain: box((i) => pair(dyadic(), i === fixed ? 0 : 1)), text: kind };
    }
    case 'tiny':
      return { domain: box(() => pair(dyadic(), 2 ** -random.int(5, 12))), text: kind };
    case 'unbounded':
      return { domain: { kind: 'unbounded' }, text: kind };
    default:
      return { domain: box(() => pair(dyadic(), random.int(1, 24) / 8)), text: kind };
  }
}

const pair = (low: number, width: number): readonly [number, number] => [low, low + width];

function randomNap(
  random: Random,
  network: Network,
  domain: Domain,
): { readonly phases: Phases; readonly text: string } {
  const phases = new Int8Array(neuronCount(network));
  const kind = random.pick(['free', 'point', 'point', 'some', 'some', 'random', 'active', 'inactive']);
  if (kind === 'active') phases.fill(1);
  else if (kind === 'inactive') phases.fill(-1);
  else if (kind === 'random') phases.set(Array.from(phases, () => random.pick([-1, 0, 0, 0, 1])));
  else if (kind === 'point' || kind === 'some') {
    const { tensors } = forward(network, pointOf(random, network, domain));
    for (const { layer, offset, size } of neuronBlocks(network)) {
      for (let i = 0; i < size; i++) {
        if (kind === 'some' && random.chance(0.6)) continue;
        phases[offset + i] = tensors[layer.input]![i]! > 0 ? 1 : -1;
      }
    }
  }
  return { phases, text: kind };
}

function pointOf(random: Random, network: Network, domain: Domain): Float64Array {
  const size = network.tensors[network.input]!.size;
  return Float64Array.from({ length: size }, (_, i) => {
    if (domain.kind === 'unbounded') return Math.fround(2 * random.normal());
    if (domain.kind === 'orthant') return Math.fround(Math.abs(random.normal()));
    const [l, u] = [domain.lower, domain.upper].map((side) => (typeof side === 'number' ? side : side[i]!));
    return Math.min(u!, Math.max(l!, Math.fround(l! + random.next() * (u! - l!))));
  });
}

function randomProperty(random: Random, network: Network, classes: number, domain: Domain): Property {
  const label = 0;
  const competitors = Array.from({ length: classes - 1 }, (_, i) => i + 1);
  if (domain.kind === 'orthant' && random.chance(0.7)) {
    return { kind: 'non-misclassification', class: label, competitors };
  }
  if (domain.kind === 'orthant') return { kind: 'non-ambiguity', classes: [0, 1] };
  switch (
    random.pick(['non-misclassification', 'non-misclassification', 'non-ambiguity', 'local-robustness'])
  ) {
    case 'non-ambiguity':
      return { kind: 'non-ambiguity', classes: [0, 1] };
    case 'local-robustness':
      return {
        kind: 'local-robustness',
        class: label,
        competitors,
        referenceName: 'point',
        reference: [...pointOf(random, network, domain)],
        epsilon: random.pick([0.5, 0.25, 0.1, 0.01, 2 ** -20]),
        nap: random.chance(0.5),
      };
    default:
      return { kind: 'non-misclassification', class: label, competitors };
  }
}
