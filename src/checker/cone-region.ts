/**
 * The polyhedron on which a network is the one affine map of some points: every neuron's sign as at the points (closed:
 * z >= 0 or z <= 0; a neuron that is 0 at all of them counts as off), and of each maximum the candidate that is the largest
 * at all of them. Exact. For networks without constants it is a cone, and the map is a matrix M.
 */
import { type MaxLayer, type Network, neuronBlocks } from '../network/network.js';
import { assertNever } from '../util/errors.js';
import {
  addVectors,
  compareAt,
  dotVectors,
  type ExactVector,
  elementAt,
  exactVector,
  fromDoubles,
  fromRationals,
  signAt,
  sliceVector,
} from './exact/dyadic-vector.js';
import { evaluateExact, exactClass, exactLogits } from './exact/evaluate.js';
import { pullBack } from './exact/linear-exact.js';
import { add, equals, fromDouble, multiply, type Rational, ZERO } from './exact/rational.js';

export interface ConeRegion {
  /** By the tensor that a ReLU reads: 1 on, -1 off. */
  readonly signs: ReadonlyMap<number, Int8Array>;
  /** By the output tensor of a max layer: for each output the entry of `col` that wins. */
  readonly winners: ReadonlyMap<number, Int32Array>;
}

/** The region of points that coneHolds accepts (check-cone.ts). */
export function coneRegion(network: Network, points: readonly (readonly number[])[]): ConeRegion {
  const signs = new Map<number, Int8Array>();
  const losers = new Map<MaxLayer, Uint8Array>();
  for (const point of points) {
    const { values } = evaluateExact(network, Float64Array.from(point));
    for (const { layer, size } of neuronBlocks(network)) {
      const known = signs.get(layer.input) ?? new Int8Array(size).fill(-1);
      for (let i = 0; i < size; i++) if (signAt(values[layer.input]!, i) > 0) known[i] = 1;
      signs.set(layer.input, known);
    }
    for (const layer of network.layers) {
      if (layer.kind !== 'max') continue;
      const lost = losers.get(layer) ?? new Uint8Array(layer.col.length);
      strikeLosers(layer, values[layer.input]!, lost);
      losers.set(layer, lost);
    }
  }
  const winners = new Map<number, Int32Array>();
  for (const [{ output, rowStart }, lost] of losers) {
    winners.set(
      output,
      Int32Array.from({ length: rowStart.length - 1 }, (_, i) => lost.indexOf(0, rowStart[i]!)),
    );
  }
  return { signs, winners };
}

function strikeLosers({ rowStart, col }: MaxLayer, x: ExactVector, lost: Uint8Array): void {
  for (let i = 0; i + 1 < rowStart.length; i++) {
    let best = rowStart[i]!;
    for (let k = best; k < rowStart[i + 1]!; k++) if (compareAt(x, col[k]!, col[best]!) > 0) best = k;
    for (let k = rowStart[i]!; k < rowStart[i + 1]!; k++)
      if (compareAt(x, col[k]!, col[best]!) < 0) lost[k] = 1;
  }
}

/** Is the point in the closed polyhedron, and does the class win strictly there? Exact. */
export function inConeRegion(
  network: Network,
  { signs, winners }: ConeRegion,
  label: number,
  point: Float64Array,
): boolean {
  const tensors = evaluateExact(network, point);
  for (const [tensor, wanted] of signs) {
    const z = tensors.values[tensor]!;
    for (let i = 0; i < wanted.length; i++) if (signAt(z, i) * wanted[i]! < 0) return false;
  }
  for (const { kind, ...layer } of network.layers) {
    if (kind !== 'max') continue;
    const { input, output, rowStart, col } = layer as MaxLayer;
    const x = tensors.values[input]!;
    for (const [i, winner] of winners.get(output)!.entries()) {
      for (let k = rowStart[i]!; k < rowStart[i + 1]!; k++) {
        if (compareAt(x, col[k]!, col[winner]!) > 0) return false;
      }
    }
  }
  const best = exactClass(exactLogits(network, tensors)).winners;
  return best.length === 1 && best[0] === label;
}

/** logit k = row . x + constant on the region. */
export interface LogitForm {
  readonly row: ExactVector;
  readonly constant: Rational;
}

/** The affine map of the region, one form per logit, over the rationals. */
export function regionMatrix(network: Network, region: ConeRegion): readonly LogitForm[] {
  const { size } = network.tensors[network.output]!;
  return Array.from({ length: size }, (_, k) => logitForm(network, region, k));
}

function logitForm(network: Network, { signs, winners }: ConeRegion, logit: number): LogitForm {
  const forms: (ExactVector | null)[] = network.tensors.map(() => null);
  forms[network.output] = exactVector(unit(network.tensors[network.output]!.size, logit));
  let constant: Rational = ZERO;
  const pass = (tensor: number, part: ExactVector): void => {
    const before = forms[tensor] ?? null;
    forms[tensor] = before === null ? part : addVectors(before, part);
  };
  for (const layer of [...network.layers].reverse()) {
    const form = forms[layer.output] ?? null;
    if (form === null) continue;
    switch (layer.kind) {
      case 'linear': {
        const pulled = pullBack(layer, form);
        constant = add(constant, pulled.constant);
        let start = 0;
        for (const id of layer.inputs) {
          const end = start + network.tensors[id]!.size;
          pass(id, sliceVector(pulled.coefficients, start, end));
          start = end;
        }
        break;
      }
      case 'relu': {
        const on = signs.get(layer.input)!;
        const slope = fromDouble(layer.slope);
        pass(
          layer.input,
          fromRationals(
            form.num.map((_, i) => (on[i]! > 0 ? elementAt(form, i) : multiply(slope, elementAt(form, i)))),
          ),
        );
        break;
      }
      case 'max': {
        const sums = new Array<Rational>(network.tensors[layer.input]!.size).fill(ZERO);
        for (const [i, winner] of winners.get(layer.output)!.entries()) {
          const at = layer.col[winner]!;
          sums[at] = add(sums[at]!, elementAt(form, i));
        }
        pass(layer.input, fromRationals(sums));
        break;
      }
      default:
        assertNever(layer, 'layer');
    }
  }
  const row = forms[network.input] ?? exactVector(unit(network.tensors[network.input]!.size, -1));
  return { row, constant };
}

function unit(size: number, at: number): bigint[] {
  return Array.from({ length: size }, (_, i) => (i === at ? 1n : 0n));
}

/** Does the map give the network's exact logits at the point? */
export function mapsPoint(network: Network, forms: readonly LogitForm[], point: Float64Array): boolean {
  const logits = exactLogits(network, evaluateExact(network, point));
  const x = fromDoubles(point, 'point');
  return forms.every(({ row, constant }, k) =>
    equals(add(dotVectors(row, x), constant), elementAt(logits, k)),
  );
}
