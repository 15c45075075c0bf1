/**
 * Convex cones and hulls of points, without a solver (zero-bias networks, interpolation).
 *
 * If no neuron is positive at one point and negative at another, and every maximum has a candidate that is the largest at
 * all points, then the network is one affine map on all convex combinations, layer by layer: by induction a neuron's value
 * is the combination of its values at the points, so it has their sign, and the common candidate stays the largest. A
 * lead of the class at all points is then a lead everywhere. If the network is also homogeneous up to constants that
 * no ReLU and no comparison sees (homogeneity.ts), the same holds for its homogeneous part and all conic combinations.
 */
import type { PropertyResult } from '../certificate/certificate.js';
import { type MaxLayer, type Network, neuronBlocks } from '../network/network.js';
import type { Cone } from '../spec/property.js';
import { compareAt, signAt } from './exact/dyadic-vector.js';
import { evaluateExact, exactClass, exactLogits } from './exact/evaluate.js';
import { decimalText } from './exact/rational-text.js';
import { homogeneity } from './homogeneity.js';
import { incomplete, invalid, type Outcome, VALID } from './report.js';

const RULE = 'cone';

/** Re-derives the claim from the points and the network; there is no other evidence. */
export function checkCone(network: Network, result: PropertyResult, cone: Cone, place: string): Outcome {
  if (result.obligations.length + result.witnesses.length > 0 || result.scaling !== undefined) {
    return invalid(place, 'structure', 'no obligations, witnesses or pairs for a cone', 'some');
  }
  if (result.verdict === 'unknown') return incomplete(`${place}: ${result.id} is not decided`);
  if (result.verdict !== 'holds')
    return invalid(`${place}.verdict`, 'closure', 'holds or unknown', result.verdict);
  return coneHolds(network, cone, `${place}.property`);
}

/** Valid iff the rule shows the claim. */
export function coneHolds(network: Network, cone: Cone, place: string): Outcome {
  if (cone.points.length === 0) return invalid(`${place}.points`, RULE, 'at least one point', 'none');
  if (cone.combinations === 'conic') {
    const found = homogeneity(network);
    if (found.kind === 'broken') {
      const at = `${found.tensor}[${found.index}] (${found.node})`;
      return invalid(place, RULE, 'a network without constants', `${decimalText(found.constant)} in ${at}`);
    }
  }
  const { size } = network.tensors[network.input]!;
  const blocks = neuronBlocks(network).map((block) => ({ ...block, signs: new Int8Array(block.size) }));
  const maxima = network.layers
    .filter((layer) => layer.kind === 'max')
    .map((layer) => ({ layer, open: new Uint8Array(layer.col.length).fill(1) }));
  for (const [number, point] of cone.points.entries()) {
    const at = `${place}.points[${number}]`;
    if (point.length !== size) return invalid(at, RULE, `${size} numbers`, `${point.length}`);
    const tensors = evaluateExact(network, Float64Array.from(point));
    for (const { tensor, layer, signs } of blocks) {
      const z = tensors.values[layer.input]!;
      for (let i = 0; i < signs.length; i++) {
        const sign = signAt(z, i);
        if (sign === 0) continue;
        if (signs[i] === -sign) {
          return invalid(
            at,
            RULE,
            `${tensor.name}[${i}] ${sign > 0 ? '<= 0' : '>= 0'} as at an earlier point`,
            `${sign > 0 ? '> 0' : '< 0'}`,
          );
        }
        signs[i] = sign;
      }
    }
    for (const { layer, open } of maxima) {
      const row = closeLosers(layer, tensors.values[layer.input]!, open);
      if (row !== null)
        return invalid(at, RULE, `a common largest candidate of output ${row} of ${layer.node}`, 'none');
    }
    const { winners } = exactClass(exactLogits(network, tensors));
    if (winners.length !== 1 || winners[0] !== cone.class) {
      return invalid(at, RULE, `class ${cone.class}`, `class ${winners.join(' and ')}`);
    }
  }
  return VALID;
}

/** Strikes out candidates that are not the largest at this point; the first output that has none left, or null. */
function closeLosers(
  { rowStart, col }: MaxLayer,
  x: Parameters<typeof compareAt>[0],
  open: Uint8Array,
): number | null {
  for (let i = 0; i + 1 < rowStart.length; i++) {
    const [start, end] = [rowStart[i]!, rowStart[i + 1]!];
    let best = start;
    for (let k = start; k < end; k++) if (compareAt(x, col[k]!, col[best]!) > 0) best = k;
    let left = 0;
    for (let k = start; k < end; k++) {
      if (open[k] === 1 && compareAt(x, col[k]!, col[best]!) < 0) open[k] = 0;
      left += open[k]!;
    }
    if (left === 0) return i;
  }
  return null;
}
