/** In words: from which layer on proofs argue, and so what they say about inputs outside the domain. */
import type { ProofReach } from './documents/proof-reach.js';
import { counted, integer } from './format.js';
import { inQuotes } from './stated.js';

/** A sentence per place that proofs argue from. */
export function reachSentences(reaches: readonly ProofReach[]): string[] {
  const total = proofsOf(reaches);
  return reaches.map((reach) => `${share(reach.obligations.length, total)} ${explained(reach)}.`);
}

/** The same in one line; null if there are no proofs. */
export function reachLine(reaches: readonly ProofReach[]): string | null {
  if (reaches.length === 0) return null;
  const total = proofsOf(reaches);
  const parts = reaches.map((reach, i) => {
    const { length } = reach.obligations;
    const verb = brief(reach)[length === 1 ? 0 : 1];
    return `${i === 0 ? share(length, total) : integer(length)} ${verb}`;
  });
  return `Reach: ${parts.join('; ')}.`;
}

function proofsOf(reaches: readonly ProofReach[]): number {
  return reaches.reduce((sum, { obligations }) => sum + obligations.length, 0);
}

function share(own: number, total: number): string {
  return total === 1 ? 'the one proof' : `${integer(own)} of ${counted(total, 'proof')}`;
}

function explained(reach: ProofReach): string {
  const verb = brief(reach)[reach.obligations.length === 1 ? 0 : 1];
  switch (reach.from) {
    case 'layer':
      return `${verb}: what is proved holds for every input of that layer that meets the literals, whatever the layers before compute`;
    case 'bounded-layer':
      return `${verb}: what is proved holds for every input of that layer that meets the literals and lies within the bounds that the input domain implies there`;
    case 'every-input':
      return `${verb}: what is proved holds for every input that meets the literals, in the domain or not`;
    case 'input':
      return `${verb}: what is proved is about the inputs meant and no others`;
    case 'literals':
      return `${verb}: two patterns ask for opposite phases of a neuron, whatever the network computes`;
  }
}

function brief({ from, layer }: ProofReach): readonly [one: string, many: string] {
  const name = layer === null ? '' : inQuotes(layer);
  switch (from) {
    case 'layer':
      return [`argues from layer ${name} on`, `argue from layer ${name} on`];
    case 'bounded-layer':
      return [
        `argues from layer ${name} on and uses the input domain for bounds there`,
        `argue from layer ${name} on and use the input domain for bounds there`,
      ];
    case 'every-input':
      return ['argues through all layers, from any input', 'argue through all layers, from any input'];
    case 'input':
      return ['uses the input domain, through all layers', 'use the input domain, through all layers'];
    case 'literals':
      return ['needs the literals alone', 'need the literals alone'];
  }
}
