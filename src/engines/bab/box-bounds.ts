/**
 * Bounds of one box for splitting inputs: forward forms settle most neurons, CROWN tightens the rest; and the leaf of a
 * proof, with the lemmas from which the checker gets bounds that are about as tight.
 */
import { CrownChain } from '../../bounds/crown-chain.js';
import { type DenseStep, ForwardForms, type InputForm } from '../../bounds/forward-forms.js';
import type { LemmaStep } from '../../certificate/proof.js';
import { type Network, reluLayers } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import { combinedWeights, largestOn } from './input-weights.js';
import { weightedForm } from './leaf.js';
import type { ProofTree } from './tree.js';

/** What rounding may cost a leaf before the checker sees it. */
const LEAST_MARGIN = 1e-9;

type Chain = Extract<ProofTree, { kind: 'chain' }>;

/** One box at a time: `leaf` is about the box that `of` was asked for last. */
export class BoxBounds {
  readonly #forms: ForwardForms;
  readonly #crown: CrownChain;
  /** What the checker will know: intervals, improved by lemmas. */
  readonly #checker: CrownChain;
  /** Names of the pre-activations, by hidden layer. */
  readonly #names: readonly string[];
  readonly #outputs: readonly { readonly coefficients: Float64Array; readonly constant: number }[];

  constructor(
    chain: readonly DenseStep[],
    readonly network: Network,
    readonly obligation: Obligation,
  ) {
    const inputs = obligation.box.lower.length;
    this.#forms = new ForwardForms(chain, inputs);
    this.#crown = new CrownChain(chain, inputs);
    this.#checker = new CrownChain(chain, inputs);
    this.#names = reluLayers(network).map(({ input }) => network.tensors[input]!.name);
    this.#outputs = obligation.outputs.map((_, k) =>
      weightedForm(
        network,
        obligation,
        obligation.outputs.map((_, other) => (other === k ? 1 : 0)),
      ),
    );
  }

  /** An upper bound of a weighted sum of the output constraints, with weights for which it is small. */
  of(
    low: Float64Array,
    high: Float64Array,
  ): { readonly form: InputForm; readonly weights: readonly number[] } {
    this.#forms.setBox(low, high);
    this.#crown.setBox(low, high);
    for (let n = 0; n < this.#names.length; n++) {
      const [lower, upper] = [this.#crown.lower[n]!, this.#crown.upper[n]!];
      lower.set(this.#forms.lower[n]!);
      upper.set(this.#forms.upper[n]!);
      for (let j = 0; n > 0 && j < lower.length; j++) {
        if (lower[j]! >= 0 || upper[j]! <= 0) continue;
        upper[j] = Math.min(upper[j]!, this.#crown.neuron(n, j, 1));
        if (upper[j]! > 0) lower[j] = Math.max(lower[j]!, -this.#crown.neuron(n, j, -1));
      }
    }
    const singles = this.#outputs.map(({ coefficients, constant }) =>
      this.#crown.form(coefficients, constant),
    );
    const weights = combinedWeights(singles, low, high);
    const only = weights.indexOf(1);
    if (only >= 0) return { form: singles[only]!, weights };
    const { coefficients, constant } = weightedForm(this.network, this.obligation, weights);
    return { form: this.#crown.form(coefficients, constant), weights };
  }

  /** Null if lemmas of open neurons do not close the box. */
  leaf(low: Float64Array, high: Float64Array, weights: readonly number[]): Chain | null {
    const checker = this.#checker;
    const lemmas: LemmaStep[] = [];
    checker.setBox(low, high);
    for (let n = 0; n < this.#names.length; n++) {
      checker.intervals(n);
      if (n > 0) this.#lemmas(n, lemmas);
    }
    const { coefficients, constant } = weightedForm(this.network, this.obligation, weights);
    if (!(largestOn(checker.form(coefficients, constant), low, high) < -LEAST_MARGIN)) return null;
    const then: ProofTree = { kind: 'leaf', step: { rule: 'lin', weights: [...weights], pass: [] } };
    return { kind: 'chain', steps: lemmas, then };
  }

  /** A neuron whose phase is settled needs the one side that settles it. */
  #lemmas(n: number, lemmas: LemmaStep[]): void {
    const checker = this.#checker;
    const [lower, upper] = [checker.lower[n]!, checker.upper[n]!];
    const tensor = this.#names[n]!;
    for (let index = 0; index < lower.length; index++) {
      if (lower[index]! >= 0 || upper[index]! <= 0) continue;
      if (this.#crown.lower[n]![index]! < 0) {
        const bound = checker.neuron(n, index, 1);
        if (bound < upper[index]!) {
          upper[index] = bound;
          lemmas.push({ rule: 'lemma', tensor, index, side: 'upper', pass: [] });
        }
      }
      if (this.#crown.upper[n]![index]! > 0 && upper[index]! > 0) {
        const bound = -checker.neuron(n, index, -1);
        if (bound > lower[index]!) {
          lower[index] = bound;
          lemmas.push({ rule: 'lemma', tensor, index, side: 'lower', pass: [] });
        }
      }
    }
  }
}
