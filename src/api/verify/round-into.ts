/** Candidates are points of the model's element type inside a box. */
import type { Network } from '../../network/network.js';
import type { Box } from '../../obligation/obligation.js';

/** Rounds to the element type and back into the box, whose ends need not be representable. */
export function roundInto(
  candidate: Float64Array,
  box: Box,
  elementType: Network['elementType'],
): Float64Array {
  return candidate.map((x, i) => {
    const inside = Math.min(Math.max(x, box.lower[i]!), box.upper[i]!);
    if (elementType === 'float64') return inside;
    const rounded = Math.fround(inside);
    if (rounded > box.upper[i]!) return neighbour(rounded, -1);
    return rounded < box.lower[i]! ? neighbour(rounded, 1) : rounded;
  });
}

const bits = new DataView(new ArrayBuffer(4));

/** The next float32 in a direction. */
function neighbour(x: number, direction: 1 | -1): number {
  if (x === 0) return direction * 2 ** -149;
  bits.setFloat32(0, x);
  bits.setInt32(0, bits.getInt32(0) + (x > 0 === direction > 0 ? 1 : -1));
  return bits.getFloat32(0);
}
