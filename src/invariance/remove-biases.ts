/** The model with its biases set to 0, found by following the degree analysis from break to break. */
import { decodeModel, type LoadedModel } from '../onnx/load-model.js';
import { zeroTensors } from '../onnx/zero-tensors.js';
import { analyseDegree, type StructuralVerdict } from './degree.js';

export interface RemovedBias {
  /** Initializer. */
  readonly name: string;
  /** Node that adds it. */
  readonly node: string;
  readonly nonZero: number;
  /** Largest magnitude. */
  readonly largest: number;
}

export interface Unbiased {
  readonly model: LoadedModel;
  readonly removed: readonly RemovedBias[];
  /** What is left: scalar- or argmax-invariant, or the break that no stored bias explains. */
  readonly verdict: StructuralVerdict;
}

/** Sets to 0 what acts as a bias and nothing else; weights stay, so the accuracy usually drops. */
export function removeBiases(loaded: LoadedModel): Unbiased {
  let model = loaded;
  const removed: RemovedBias[] = [];
  for (;;) {
    const verdict = analyseDegree(model);
    const biases = verdict.kind === 'not-homogeneous' ? (verdict.at.biases ?? []) : [];
    const { initializers } = model.model.graph;
    const rows = biases.flatMap((name): RemovedBias[] => {
      const data = initializers.find((tensor) => tensor.name === name)?.data;
      if (data?.kind !== 'float' || readers(model, name) > 1) return [];
      const nonZero = data.values.filter((value) => value !== 0);
      const largest = nonZero.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
      return nonZero.length === 0
        ? []
        : [
            {
              name,
              node: verdict.kind === 'not-homogeneous' ? verdict.at.node : '',
              nonZero: nonZero.length,
              largest,
            },
          ];
    });
    if (rows.length === 0) return { model, removed, verdict };
    removed.push(...rows);
    model = decodeModel(zeroTensors(model.bytes, new Set(rows.map(({ name }) => name))), loaded.fileName);
  }
}

/** How many node inputs read a constant: one that is read twice may be a weight elsewhere. */
function readers({ model }: LoadedModel, name: string): number {
  return model.graph.nodes.reduce(
    (sum, { inputs }) => sum + inputs.filter((input) => input === name).length,
    0,
  );
}
